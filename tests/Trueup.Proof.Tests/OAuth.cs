using System.Web;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>An account that is connected by OAuth, from the consent page to withdrawn consent. The test is the browser.</summary>
public sealed class OAuth : IDisposable
{
    private const string ClientSecret = "black-box-client-secret";

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-oauth-").FullName;

    [Fact]
    public async Task Consent_leads_to_a_mirror_that_equals_the_crm()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "300", "--token", "no-static-token-opens-it");
        await using var server = await StartAsync(crm);

        var connection = await ConnectAsync(crm, server);
        await server.WaitUntilLiveAsync(connection);

        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 300);
        Claims.Discreet(server, ClientSecret);
    }

    [Fact]
    public async Task A_state_that_is_not_ours_and_a_code_that_is_not_theirs_connect_nothing()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "5");
        await using var server = await StartAsync(crm);
        var callback = await ConsentAsync(crm, server);
        var state = HttpUtility.ParseQueryString(callback.Query)["state"]!;

        foreach (var query in new[]
        {
            "?code=x", "?code=x&state=forged", $"?state={Uri.EscapeDataString(state)}&error=access_denied", $"?code=unknown&state={Uri.EscapeDataString(state)}",
        })
        {
            var (status, _, location) = await server.SendAsync(HttpMethod.Get, callback.AbsolutePath + query);
            Assert.Equal(302, status);

            // The reason is sealed, so that nobody can make the page say something else.
            Assert.StartsWith("/connect?error=", location?.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("access_denied", location!.ToString(), StringComparison.Ordinal);
        }

        using var connections = await server.GetAsync("/api/v1/connections");
        Assert.Equal(0, connections.RootElement.GetProperty("items").GetArrayLength());
        Claims.Discreet(server, ClientSecret, state);
    }

    [Fact]
    public async Task A_token_that_ends_in_the_middle_of_a_walk_is_refreshed_once_for_all_streams()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "1500");
        await using var server = await StartAsync(crm);
        var connection = await ConnectAsync(crm, server);
        await server.WaitUntilLiveAsync(connection);
        await crm.ForgetRequestsAsync();

        await crm.FaultAsync(new { control = "expire", what = "token", after = 25 });
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 1500);

        var requests = await crm.RequestsAsync();
        Assert.Contains(requests, request => request.GetProperty("status").GetInt32() == 401);
        Assert.Single(requests, request => request.GetProperty("endpoint").GetString() == "token");
        Claims.Discreet(server, ClientSecret);
    }

    [Fact]
    public async Task Withdrawn_consent_calls_for_a_person_in_one_sentence_and_new_consent_heals_it()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "300");
        await using var server = await StartAsync(crm);
        var connection = await ConnectAsync(crm, server);
        await server.WaitUntilLiveAsync(connection);

        await crm.FaultAsync(new { control = "expire", what = "revoke" });
        var sync = await server.SyncAsync(connection, "full");
        Assert.Equal("failed", sync.GetProperty("status").GetString());
        Claims.Sentence(sync.GetProperty("reason"));
        var waiting = await server.WaitForStateAsync(connection, "attention");
        Assert.Equal("reconnect", waiting.GetProperty("attentionKind").GetString());
        Assert.Contains("Reconnect the account", Claims.Sentence(waiting.GetProperty("attention")), StringComparison.OrdinalIgnoreCase);

        // An app that goes on asking with a withdrawn token gets blocked.
        await crm.ForgetRequestsAsync();
        await TrueupServer.PauseAsync(2_000);
        Assert.Empty(await crm.RequestsAsync());

        var again = await ConnectAsync(crm, server, connection);
        Assert.Equal(connection, again);
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 300);
        await server.WaitForStateAsync(connection, "live");
        Claims.Discreet(server, ClientSecret);
    }

    [Fact]
    public async Task Withdrawn_consent_is_healed_by_new_credentials_through_the_api()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50");
        await using var server = await StartAsync(crm);
        var connection = await ConnectAsync(crm, server);
        await server.WaitUntilLiveAsync(connection);
        await crm.FaultAsync(new { control = "expire", what = "revoke" });
        await server.BeginSyncAsync(connection, "last-hour");
        await server.WaitForStateAsync(connection, "attention");

        var (status, body, _) = await server.SendAsync(
            HttpMethod.Patch, $"/api/v1/connections/{connection}", new { credentials = new { accessToken = "pat-na1-instead" } });

        Assert.True(status == 200, $"{status} {body}");
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 50);
        await server.WaitForStateAsync(connection, "live");
        Claims.Discreet(server, ClientSecret, "pat-na1-instead");
    }

    private Task<TrueupServer> StartAsync(EmulatedCrm crm) => TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string>
    {
        ["TRUEUP_APPS__HUBSPOT__CLIENTID"] = "black-box-client", ["TRUEUP_APPS__HUBSPOT__CLIENTSECRET"] = ClientSecret,
    });

    /// <summary>Plays the browser: to the consent page, which consents, and back to the callback.</summary>
    private static async Task<string> ConnectAsync(EmulatedCrm crm, TrueupServer server, string? connection = null)
    {
        var callback = await ConsentAsync(crm, server, connection);
        var (status, body, location) = await server.SendAsync(HttpMethod.Get, callback.PathAndQuery);
        Assert.True((status, location?.ToString()) == (302, "/"), $"{status} {location} {body}");
        using var connections = await server.GetAsync("/api/v1/connections");
        return Assert.Single(connections.RootElement.GetProperty("items").EnumerateArray()).GetProperty("id").GetString()!;
    }

    private static async Task<Uri> ConsentAsync(EmulatedCrm crm, TrueupServer server, string? connection = null)
    {
        using var begun = await server.PostAsync("/api/v1/oauth/hubspot", new { name = "By consent", connection });
        var page = new Uri(begun.RootElement.GetProperty("authorizeUrl").GetString()!);
        Assert.Equal("https://app.hubspot.com/oauth/authorize", page.GetLeftPart(UriPartial.Path));
        Assert.DoesNotContain(ClientSecret, page.ToString(), StringComparison.Ordinal);

        // The vendor's page, as the emulated CRM has it.
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var consented = await browser.GetAsync(new Uri(crm.Url, page.PathAndQuery));
        Assert.Equal(302, (int)consented.StatusCode);
        var callback = consented.Headers.Location!;
        Assert.Equal(server.Url.Authority, callback.Authority);
        return callback;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
