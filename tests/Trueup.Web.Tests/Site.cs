using Trueup.BlackBox;

namespace Trueup.Web.Tests;

/// <summary>An emulated HubSpot and a server, both as processes of their own, with a data folder that goes with them.</summary>
public class Site : IAsyncLifetime
{
    /// <summary>The owner, where the settings make one.</summary>
    public const string Owner = "ada@example.com";

    /// <summary>Their password.</summary>
    public const string Password = "correct horse battery";

    /// <summary>The only access token that the emulated HubSpot takes.</summary>
    public const string HubSpotToken = "pat-na1-good";

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-web-").FullName;

    /// <summary>The emulated HubSpot.</summary>
    public EmulatedCrm Crm { get; private set; } = null!;

    /// <summary>The server.</summary>
    public TrueupServer Server { get; private set; } = null!;

    /// <summary>Whether the settings make the owner.</summary>
    protected virtual bool HasOwner => true;

    public virtual async ValueTask InitializeAsync()
    {
        Crm = await EmulatedCrm.StartAsync("--records", "2000", "--seed", "7", "--token", HubSpotToken);
        Server = await TrueupServer.StartAsync(folder, Crm.Url, HasOwner
            ? new Dictionary<string, string> { ["TRUEUP_OWNER_EMAIL"] = Owner, ["TRUEUP_OWNER_PASSWORD"] = Password }
            : null);
    }

    /// <summary>Connects an account through the API and waits until it is live. Answers the connection's id.</summary>
    public async Task<string> ConnectAsync(string name)
    {
        using var connection = await Server.PostAsync("/api/v1/connections", new { app = "hubspot", name, credentials = new { accessToken = HubSpotToken } });
        var id = connection.RootElement.GetProperty("id").GetString()!;
        await Server.WaitUntilLiveAsync(id);
        return id;
    }

    /// <summary>What the app holds in a field of a record; null where it holds nothing.</summary>
    public async Task<string?> ValueAsync(string stream, string id, string field) =>
        (await Crm.StateAsync()).GetProperty(stream).EnumerateArray().Single(record => record.GetProperty("id").GetString() == id)
            .GetProperty("properties").TryGetProperty(field, out var value) ? value.GetString() : null;

    /// <summary>The ids of the records of a stream that the CRM has linked with a record.</summary>
    public async Task<IReadOnlyList<string>> LinkedAsync(string stream, string id, string other) =>
        (await Crm.StateAsync()).GetProperty(stream).EnumerateArray().Single(record => record.GetProperty("id").GetString() == id)
            .GetProperty("associations").TryGetProperty(other, out var links) ? [.. links.EnumerateArray().Select(link => link.GetString()!)] : [];

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        await Crm.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>A site on which nobody can sign in yet.</summary>
public sealed class NewSite : Site
{
    protected override bool HasOwner => false;
}

/// <summary>A site with one account, Acme, that is live.</summary>
public sealed class LiveSite : Site
{
    /// <summary>The id of Acme.</summary>
    public string Acme { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Acme = await ConnectAsync("Acme");
    }
}
