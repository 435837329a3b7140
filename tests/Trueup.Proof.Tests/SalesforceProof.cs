using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>A Salesforce org, from connecting it to a mirror that is verified.</summary>
public sealed class SalesforceProof : IDisposable
{
    private const string ClientSecret = "black-box-consumer-secret";

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-salesforce-").FullName;

    [Fact]
    public async Task An_org_is_opened_by_client_credentials_alone_and_stays_equal()
    {
        await using var crm = await EmulatedCrm.StartAppAsync("salesforce", "--records", "120");
        await using var server = await StartAsync(crm);
        using var connected = await server.PostAsync(
            "/api/v1/connections", new { app = "salesforce", name = "Acme", credentials = new { clientId = "consumer-key", clientSecret = ClientSecret } });
        var connection = connected.RootElement.GetProperty("id").GetString()!;
        await server.WaitUntilLiveAsync(connection);
        var contacts = await crm.LiveIdsAsync("Contact");
        await crm.MutateAsync(
            new { op = "delete", stream = "Contact", ids = contacts[..2] }, new { op = "purge", stream = "Contact", ids = contacts[2..3] },
            new { op = "merge", stream = "Contact", winner = contacts[3], losers = contacts[4..5] },
            new { op = "edit", stream = "Contact", ids = contacts[5..9], properties = new { Title = "Captain" } });

        var sync = await server.SyncAsync(connection, "last-day");

        Assert.Equal(("verified", 0), (sync.GetProperty("status").GetString(), sync.GetProperty("totalDifference").GetInt32()));
        using var captains = await server.GetAsync($"/api/v1/connections/{connection}/streams/contact/count?filter={Uri.EscapeDataString("Title = Captain")}");
        Assert.Equal(4, captains.RootElement.GetProperty("count").GetInt32());
        Assert.Equal((await crm.LiveIdsAsync("Contact")).Length, sync.GetProperty("breakdown").EnumerateArray()
            .Single(stream => stream.GetProperty("stream").GetString() == "contact").GetProperty("trueup").GetInt32());
        Claims.Discreet(server, ClientSecret);
    }

    [Fact]
    public async Task An_org_is_opened_by_consent_with_a_client_of_its_own_and_a_code_that_only_we_can_use()
    {
        await using var crm = await EmulatedCrm.StartAppAsync("salesforce", "--records", "20");
        await using var server = await StartAsync(crm);
        using var begun = await server.PostAsync("/api/v1/oauth/salesforce", new { name = "By consent", clientId = "consumer-key", clientSecret = ClientSecret });
        var page = new Uri(begun.RootElement.GetProperty("authorizeUrl").GetString()!);
        Assert.Equal($"{crm.Url.ToString().TrimEnd('/')}/services/oauth2/authorize", page.GetLeftPart(UriPartial.Path));
        Assert.Contains("code_challenge_method=S256", page.Query, StringComparison.Ordinal);
        Assert.DoesNotContain(ClientSecret, page.ToString(), StringComparison.Ordinal);

        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var consented = await browser.GetAsync(page);
        var (status, body, location) = await server.SendAsync(HttpMethod.Get, consented.Headers.Location!.PathAndQuery);

        Assert.True((status, location?.ToString()) == (302, "/"), $"{status} {location} {body}");
        using var connections = await server.GetAsync("/api/v1/connections");
        await server.WaitUntilLiveAsync(Assert.Single(connections.RootElement.GetProperty("items").EnumerateArray()).GetProperty("id").GetString()!);
        Claims.Discreet(server, ClientSecret);
    }

    [Fact]
    public async Task I6_a_load_by_a_bulk_job_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing()
    {
        const int Kills = 8;
        var random = new Random(20261127);
        await using var crm = await EmulatedCrm.StartAppAsync("salesforce", "--records", "21000", "--seed", "5");
        await crm.FaultAsync(new { control = "stall", endpoint = "bulk-results", delay = "PT0.3S" });
        string? connection = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var killed = await StartAsync(crm);
            connection ??= await ConnectAsync(killed);
            await TrueupServer.PauseAsync(random.Next(200, 2_500));
            await killed.Program.KillAsync();
        }

        await using var server = await StartAsync(crm);
        await server.WaitUntilLiveAsync(connection!);
        var sync = await server.SyncAsync(connection!, "full");

        Assert.Equal(("verified", 0), (sync.GetProperty("status").GetString(), sync.GetProperty("totalDifference").GetInt32()));
        Assert.Equal(0, sync.GetProperty("breakdown").EnumerateArray().Single().GetProperty("rowsWritten").GetInt64());
        var mirrored = await server.SqlAsync(connection!, "SELECT id FROM contact");
        Assert.Equal(
            (await crm.LiveIdsAsync("Contact")).Order(StringComparer.Ordinal),
            mirrored.Skip(1).Select(row => row[0].GetString()!).Order(StringComparer.Ordinal));
        Assert.Contains(await crm.RequestsAsync(), request => request.GetProperty("endpoint").GetString() == "bulk-results");
    }

    [Theory]
    [InlineData("https://acme.my.salesforce.com.evil.example")]
    [InlineData("http://acme.my.salesforce.com")]
    [InlineData("https://evil.example/.salesforce.com")]
    public async Task No_other_address_than_salesforces_own_may_be_named(string address)
    {
        await using var crm = await EmulatedCrm.StartAppAsync("salesforce", "--records", "1");
        await using var server = await StartAsync(crm);

        var (status, body, _) = await server.SendAsync(
            HttpMethod.Post, "/api/v1/connections",
            new { app = "salesforce", name = "Acme", baseUrl = address, credentials = new { clientId = "consumer-key", clientSecret = ClientSecret } });

        Assert.Equal(422, status);
        Assert.Contains("base-url-not-allowed", body.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> ConnectAsync(TrueupServer server)
    {
        using var connected = await server.PostAsync("/api/v1/connections", new
        {
            app = "salesforce", name = "Acme", credentials = new { clientId = "consumer-key", clientSecret = ClientSecret }, streams = new[] { "contact" },
        });
        return connected.RootElement.GetProperty("id").GetString()!;
    }

    private Task<TrueupServer> StartAsync(EmulatedCrm crm) => TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string>
    {
        ["TRUEUP_APPS__SALESFORCE__BASEURL"] = crm.Url.ToString().TrimEnd('/'),
    });

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
