using System.Text;
using System.Text.Json;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Emulators.HubSpot;

namespace Trueup.Gauntlet.Tests;

/// <summary>An account with an emulated HubSpot.</summary>
internal sealed class HubSpotAccount : Account<EmulatedHubSpot>
{
    private HubSpotAccount(EmulatedHubSpot crm, IReadOnlyList<string> streams) : base(crm, new Credentials { AccessToken = "pat-na1-test" }, streams)
    {
    }

    /// <summary>Starts an account with so many contacts, and the rest in proportion.</summary>
    public static async Task<HubSpotAccount> StartAsync(int records = 300, int seed = 1, params string[] streams)
    {
        var account = new HubSpotAccount(await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = records, Seed = seed }), streams);
        await account.RestartAsync();
        return account;
    }

    /// <summary>Starts an account and onboards it.</summary>
    public static async Task<HubSpotAccount> OnboardedAsync(int records = 300, int seed = 1, params string[] streams)
    {
        var account = await StartAsync(records, seed, streams);
        await account.OnboardAsync();
        return account;
    }

    /// <summary>Signs in by OAuth from now on: tokens that end and are refreshed. Answers how often they have been.</summary>
    public async Task<Func<int>> UseOAuthAsync()
    {
        var issued = Crm.IssueTokens();
        await UseAsync(new Credentials
        {
            AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken, ExpiresAt = issued.ExpiresAt, ClientId = "c", ClientSecret = "s",
        });
        return () => Refreshes;
    }

    /// <summary>Calls HubSpot's API as another app would.</summary>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, string? body = null)
    {
        using var other = new HttpClient { BaseAddress = Crm.Url };
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", "pat-na1-other");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await other.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path} answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    protected override IConnector Connect(ConnectorSetup setup) => new HubSpotConnectorFactory().Create(setup);
}
