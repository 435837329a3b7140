using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Trueup.BlackBox;

namespace Trueup.Host.Tests;

/// <summary>A running server, driven over HTTP: who gets in, what it answers, how it starts and stops.</summary>
public sealed partial class ServerTests : IDisposable
{
    private const string Email = "owner@example.com";
    private const string Password = "correct horse battery";

    private static readonly Uri NoCrm = new("http://127.0.0.1:9");
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-server-").FullName;

    [Fact]
    public async Task A_second_server_on_the_same_folder_is_refused()
    {
        await using var first = await StartAsync();
        await using var second = HostProgram.Start(["serve"], new Dictionary<string, string>
        {
            ["TRUEUP_DATA"] = folder, ["TRUEUP_URLS"] = $"http://127.0.0.1:{TrueupServer.FreePort()}",
        }, folder);

        Assert.Equal(1, await second.EndAsync());
        Assert.Equal($"Another Trueup server is using the data folder {folder}. Stop it first, or set TRUEUP_DATA to another folder.", second.Said.Trim());
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await using var program = HostProgram.Start(
            ["serve"], new Dictionary<string, string> { ["TRUEUP_DATA"] = folder, ["TRUEUP_URLS"] = url, ["TRUEUP_OWNER_EMAIL"] = Email, ["TRUEUP_OWNER_PASSWORD"] = Password }, folder);

        Assert.Equal(1, await program.EndAsync());
        Assert.Equal($"The address {url} is in use by another program. Stop that program, or set TRUEUP_URLS to another address.", program.Said.Trim());
        Assert.DoesNotContain("   at ", program.Said);
    }

    [Fact]
    public async Task Asked_to_stop_the_server_ends_by_itself_with_status_0()
    {
        await using var server = await StartAsync();

        server.Program.Terminate();

        Assert.Equal(0, await server.Program.EndAsync());
    }

    [Fact]
    public async Task Keys_and_catalog_can_be_read_by_their_owner_only()
    {
        await using var server = await StartAsync();

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(System.IO.Path.Combine(folder, "catalog.db")) & others);
        Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(System.IO.Path.Combine(folder, "keys")) & others);
    }

    [Fact]
    public async Task Every_refusal_is_a_problem_document_with_a_stable_type()
    {
        await using var server = await StartAsync();
        using var client = Client(server, TrueupServer.Token);

        await AssertProblemAsync(await Client(server, null).GetAsync(Path("/api/v1/connections")), 401, "unauthorized");
        await AssertProblemAsync(await Client(server, "not-a-token").GetAsync(Path("/api/v1/connections")), 401, "unauthorized");
        await AssertProblemAsync(await client.GetAsync(Path("/api/v1/connections/none")), 404, "not-found");
        await AssertProblemAsync(await client.GetAsync(Path("/api/v1/nothing")), 404, "not-found");
        await AssertProblemAsync(await client.GetAsync(Path("/api/v1/syncs?limit=0")), 422, "invalid-request");
        await AssertProblemAsync(await client.GetAsync(Path("/api/v1/syncs?status=fine")), 422, "invalid-request");
        await AssertProblemAsync(await client.PostAsJsonAsync(Path("/api/v1/connections"), new { app = "nocrm", name = "x" }), 422, "invalid-request");
        await AssertProblemAsync(await client.PostAsJsonAsync(Path("/api/v1/connections"), new { app = 7 }), 400, "invalid-request");
        await AssertProblemAsync(await client.PutAsync(Path("/api/v1/connections"), null), 405, "method-not-allowed");
        await AssertProblemAsync(await client.PostAsJsonAsync(Path("/api/v1/connections/x/edits"), new { }), 404, "not-found");
        await AssertProblemAsync(await client.GetAsync(Path("/api/v1/edits/none")), 404, "not-found");
    }

    [Fact]
    public async Task A_crm_that_cannot_be_reached_is_not_connected_and_nothing_is_kept()
    {
        await using var server = await StartAsync();
        using var client = Client(server, TrueupServer.Token);

        using var answer = await client.PostAsJsonAsync(Path("/api/v1/connections"), new { app = "hubspot", name = "x", credentials = new { accessToken = "t" } });

        await AssertProblemAsync(answer, 422, "app-unreachable");
        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>(Path("/api/v1/connections"))).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_connection_may_not_choose_its_base_url_unless_the_operator_allows_it()
    {
        await using var server = await StartAsync();
        using var client = Client(server, TrueupServer.Token);
        var wanted = new { app = "hubspot", name = "x", credentials = new { accessToken = "t" }, baseUrl = "http://169.254.169.254/latest" };

        await AssertProblemAsync(await client.PostAsJsonAsync(Path("/api/v1/connections"), wanted), 422, "base-url-not-allowed");
    }

    [Fact]
    public async Task A_token_is_shown_once_acts_with_its_role_and_ends_when_revoked()
    {
        await using var server = await StartAsync();
        using var owner = Client(server, TrueupServer.Token);
        var made = await (await owner.PostAsJsonAsync(Path("/api/v1/tokens"), new { name = "report", role = "viewer" })).Content.ReadFromJsonAsync<JsonElement>();
        using var viewer = Client(server, made.GetProperty("token").GetString());

        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync(Path("/api/v1/connections"))).StatusCode);
        await AssertProblemAsync(await viewer.PostAsJsonAsync(Path("/api/v1/connections"), new { app = "hubspot", name = "x" }), 403, "forbidden");
        await AssertProblemAsync(await viewer.GetAsync(Path("/api/v1/tokens")), 403, "forbidden");
        Assert.DoesNotContain(made.GetProperty("token").GetString()!, await owner.GetStringAsync(Path("/api/v1/tokens")), StringComparison.Ordinal);

        await owner.DeleteAsync(Path($"/api/v1/tokens/{made.GetProperty("details").GetProperty("id").GetString()}"));
        await AssertProblemAsync(await viewer.GetAsync(Path("/api/v1/connections")), 401, "unauthorized");
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_sign_in_also_for_the_right_one()
    {
        await using var server = await StartAsync();
        using var browser = Browser(server);

        for (var attempt = 0; attempt < 4; attempt++)
            Assert.Equal("/sign-in?error=wrong", await SignInAsync(browser, "guess"));
        Assert.Equal("/sign-in?error=locked", await SignInAsync(browser, "guess"));
        Assert.Equal("/sign-in?error=locked", await SignInAsync(browser, Password));
    }

    [Fact]
    public async Task A_signed_in_browser_may_read_but_another_site_cannot_make_it_write()
    {
        await using var server = await StartAsync();
        using var browser = Browser(server);
        Assert.Equal("/", await SignInAsync(browser, Password));

        Assert.Equal(Email, (await browser.GetFromJsonAsync<JsonElement>(Path("/api/v1/me"))).GetProperty("name").GetString());
        await AssertProblemAsync(await PostFromAsync(browser, "cross-site"), 403, "cross-site");
        Assert.Equal(HttpStatusCode.Created, (await PostFromAsync(browser, "same-origin")).StatusCode);
    }

    [Fact]
    public async Task The_first_run_page_makes_the_owner_with_the_code_from_the_log()
    {
        await using var server = await TrueupServer.StartAsync(folder, NoCrm);
        var code = CodeInLog().Match(server.Program.Said).Groups[1].Value;
        using var browser = Browser(server);

        Assert.Equal("/first-run?error=wrong-code", await PostFormAsync(browser, "/first-run", "/account/first-run", ("code", "WRONG"), ("email", Email), ("password", Password)));
        Assert.Equal("/", await PostFormAsync(browser, "/first-run", "/account/first-run", ("code", code), ("email", Email), ("password", Password)));
        Assert.Equal("owner", (await browser.GetFromJsonAsync<JsonElement>(Path("/api/v1/me"))).GetProperty("role").GetString());
    }

    [Fact]
    public async Task Pages_carry_headers_that_keep_other_sites_out()
    {
        await using var server = await StartAsync();
        using var browser = Browser(server);

        using var answer = await browser.GetAsync(Path("/sign-in"));

        Assert.Contains("frame-ancestors 'none'", string.Join(' ', answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Metrics_and_the_log_hold_no_secrets()
    {
        await using var server = await StartAsync();
        using var client = Client(server, TrueupServer.Token);
        await client.PostAsJsonAsync(Path("/api/v1/connections"), new { app = "hubspot", name = "x", credentials = new { accessToken = "pat-very-secret" } });

        var metrics = await client.GetStringAsync(Path("/metrics"));

        Assert.Contains("http_server_request_duration", metrics, StringComparison.Ordinal);
        foreach (var secret in new[] { "pat-very-secret", TrueupServer.Token, Password })
        {
            Assert.DoesNotContain(secret, metrics, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, server.Program.Said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_call_of_the_api_is_described()
    {
        await using var server = await StartAsync();
        using var client = Client(server, TrueupServer.Token);

        var paths = (await client.GetFromJsonAsync<JsonElement>(Path("/openapi/v1.json"))).GetProperty("paths").EnumerateObject().ToList();

        Assert.Contains(paths, p => p.Name == "/api/v1/connections/{id}/syncs");
        Assert.All(paths.SelectMany(p => p.Value.EnumerateObject()), call => Assert.True(call.Value.TryGetProperty("summary", out _), call.Name));
    }

    private Task<TrueupServer> StartAsync() => TrueupServer.StartAsync(folder, NoCrm, new Dictionary<string, string>
    {
        ["TRUEUP_OWNER_EMAIL"] = Email, ["TRUEUP_OWNER_PASSWORD"] = Password,
    });

    private static HttpClient Client(TrueupServer server, string? token)
    {
        var client = new HttpClient { BaseAddress = server.Url };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static HttpClient Browser(TrueupServer server) =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = server.Url };

    private static Task<string> SignInAsync(HttpClient browser, string password) =>
        PostFormAsync(browser, "/sign-in", "/account/sign-in", ("email", Email), ("password", password));

    private static async Task<string> PostFormAsync(HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var token = FormToken().Match(await browser.GetStringAsync(Path(page))).Groups[1].Value;
        using var form = new FormUrlEncodedContent(
            fields.Append(("__RequestVerificationToken", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        using var answer = await browser.PostAsync(Path(action), form);
        return answer.Headers.Location?.ToString() ?? $"{(int)answer.StatusCode}";
    }

    private static async Task<HttpResponseMessage> PostFromAsync(HttpClient browser, string site)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path("/api/v1/tokens")) { Content = JsonContent.Create(new { name = "t", role = "viewer" }) };
        request.Headers.Add("Sec-Fetch-Site", site);
        return await browser.SendAsync(request);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, int status, string type)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"urn:trueup:problem:{type}", JsonDocument.Parse(text).RootElement.GetProperty("type").GetString());
    }

    private static Uri Path(string path) => new(path, UriKind.Relative);

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("with this code: ([A-Z0-9]+)")]
    private static partial Regex CodeInLog();

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
