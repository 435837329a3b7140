using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Trueup.Cluster;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>Connects accounts by OAuth: to the app's consent page and back with a code, which is exchanged for tokens.</summary>
public sealed class OAuthConnecting(
    Apps apps, Connecting connecting, Connections connections, IDataProtectionProvider protection, IHttpClientFactory clients, TimeProvider clock)
{
    /// <summary>The HTTP client that exchanges codes: it follows no redirects.</summary>
    internal const string HttpClientName = "oauth";

    /// <summary>How long a person may take on the app's consent page.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly ITimeLimitedDataProtector sentences = protection.CreateProtector("Trueup.OAuth.Sentences.v1").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("Trueup.OAuth.v1").ToTimeLimitedDataProtector();

    /// <summary>Where to send the browser. Needs admin.</summary>
    /// <param name="name">What the account will be called.</param>
    /// <param name="callback">The address of our callback, as the browser sees it.</param>
    /// <param name="connection">A connection to give new credentials to; null to connect a new account.</param>
    /// <exception cref="ProblemException">422 where the app has no OAuth, or the operator set no client for it.</exception>
    public Uri Begin(Actor actor, string app, string name, Uri callback, string? connection = null)
    {
        actor.Need(Catalog.Roles.Admin);
        var (factory, endpoints, client) = Find(app);
        var state = protector.Protect(JsonSerializer.Serialize(new State(factory.App, name, actor.Name, callback.ToString(), connection)), Patience);
        var query = new List<string>
        {
            $"client_id={Uri.EscapeDataString(client.Id)}",
            $"scope={Uri.EscapeDataString(string.Join(' ', endpoints.Scopes))}",
            $"redirect_uri={Uri.EscapeDataString(callback.ToString())}",
            $"state={Uri.EscapeDataString(state)}",
        };
        if (endpoints.OptionalScopes.Count > 0)
            query.Add($"optional_scope={Uri.EscapeDataString(string.Join(' ', endpoints.OptionalScopes))}");
        return new UriBuilder(endpoints.AuthorizeUrl) { Query = string.Join('&', query) }.Uri;
    }

    /// <summary>Ends the flow: checks the state, exchanges the code, and connects. Answers the connection's id.</summary>
    /// <exception cref="ProblemException">422 where the state is not ours or too old, or the app refuses the code.</exception>
    public async Task<string> CompleteAsync(Actor actor, string? state, string? code, string? error, CancellationToken cancellationToken)
    {
        var begun = Open(state);
        if (begun.Actor != actor.Name)
            throw new ProblemException(Wrong("Somebody else began to connect this account; begin again."));
        if (error is not null || string.IsNullOrEmpty(code))
            throw new ProblemException(Wrong($"The app did not give its consent ({Plain(error)}); begin again."));
        var credentials = await ExchangeAsync(begun, code, cancellationToken);
        if (begun.Connection is not { } existing)
            return await connecting.ConnectAsync(actor, new NewConnection(begun.App, begun.Name, credentials), cancellationToken);
        await connections.ChangeAsync(actor, existing, new ConnectionPatch(Credentials: credentials), cancellationToken);
        return existing;
    }

    /// <summary>Seals a sentence, so that a page can show it after a redirect and nobody else can make the page say something.</summary>
    public string Seal(string sentence) => sentences.Protect(sentence, Patience);

    /// <summary>Opens what <see cref="Seal"/> made; null where it is something else, or too old.</summary>
    public string? Unseal(string sealedSentence)
    {
        ArgumentNullException.ThrowIfNull(sealedSentence);
        try
        {
            return sentences.Unprotect(sealedSentence);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private State Open(string? state)
    {
        try
        {
            return JsonSerializer.Deserialize<State>(protector.Unprotect(state ?? ""))!;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            throw new ProblemException(Wrong("The way back from the app is not one that was begun here in the last 15 minutes; begin again."));
        }
    }

    private async Task<CredentialsInput> ExchangeAsync(State begun, string code, CancellationToken cancellationToken)
    {
        var (factory, endpoints, client) = Find(begun.App);
        using var http = clients.CreateClient(HttpClientName);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = begun.Callback,
            ["client_id"] = client.Id, ["client_secret"] = client.Secret,
        });
        var url = new Uri(apps.BaseUrlOf(factory).ToString().TrimEnd('/') + "/" + endpoints.TokenPath.TrimStart('/'));
        try
        {
            using var answer = await http.PostAsync(url, form, cancellationToken);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            if (!answer.IsSuccessStatusCode)
                throw new ProblemException(Wrong($"{factory.Label} refused the code: {Plain(Text(json, "message") ?? Text(json, "error_description") ?? Text(json, "error"))}"));
            return new CredentialsInput(
                Text(json, "access_token"), Text(json, "refresh_token"), client.Id, client.Secret,
                json.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt64(out var lasts) ? clock.GetUtcNow().AddSeconds(lasts) : null);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ProblemException(Wrong($"{factory.Label} did not exchange the code; begin again in a while."));
        }
    }

    private (IConnectorFactory Factory, OAuthEndpoints Endpoints, OAuthClient Client) Find(string app)
    {
        var factory = connecting.FindApp(app);
        if (factory.OAuth is not { } endpoints)
            throw new ProblemException(Wrong($"{factory.Label} has no OAuth here; connect with a token."));
        if (!apps.Options.OAuthClients.TryGetValue(factory.App, out var client))
            throw new ProblemException(Wrong($"No OAuth client is set for {factory.Label}; its operator sets TRUEUP_APPS__{factory.App.ToUpperInvariant()}__CLIENTID and __CLIENTSECRET, or connect with a token."));
        return (factory, endpoints, client);
    }

    private static Problem Wrong(string detail) => new("oauth-failed", 422, "The account was not connected", detail);

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static string Plain(string? text) =>
        text is null ? "no reason given" : new string([.. text.Where(c => !char.IsControl(c)).Take(200)]);

    private sealed record State(string App, string Name, string Actor, string Callback, string? Connection);
}
