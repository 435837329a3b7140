using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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
    /// <param name="wish">What to connect.</param>
    /// <param name="callback">The address of our callback, as the browser sees it.</param>
    /// <exception cref="ProblemException">422 where the app has no OAuth, or nobody registered a client for it.</exception>
    public async Task<Uri> BeginAsync(Actor actor, string app, OAuthWish wish, Uri callback, CancellationToken cancellationToken)
    {
        actor.Need(Catalog.Roles.Admin);
        var factory = connecting.FindApp(app);
        var endpoints = EndpointsOf(factory);
        var existing = wish.Connection is { } id ? await connections.FindAsync(id, cancellationToken) : null;
        var client = ClientFor(factory, wish, existing);
        var baseUrl = existing is null ? connecting.CheckBaseUrl(factory, wish.BaseUrl) : new Uri(existing.BaseUrl);
        var verifier = endpoints.BindsCodes ? Verifier() : null;
        var state = protector.Protect(JsonSerializer.Serialize(new State(
            factory.App, wish.Name, actor.Name, callback.ToString(), existing?.Id, baseUrl, client.Id, client.Secret, verifier)), Patience);
        var query = new List<string>
        {
            "response_type=code",
            $"client_id={Uri.EscapeDataString(client.Id)}",
            $"redirect_uri={Uri.EscapeDataString(callback.ToString())}",
            $"state={Uri.EscapeDataString(state)}",
        };
        if (endpoints.Scopes.Count > 0)
            query.Add($"scope={Uri.EscapeDataString(string.Join(' ', endpoints.Scopes))}");
        if (endpoints.OptionalScopes.Count > 0)
            query.Add($"optional_scope={Uri.EscapeDataString(string.Join(' ', endpoints.OptionalScopes))}");
        if (verifier is not null)
        {
            query.Add($"code_challenge={Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))}");
            query.Add("code_challenge_method=S256");
        }
        var page = endpoints.AuthorizeUrl.IsAbsoluteUri ? endpoints.AuthorizeUrl : Below(baseUrl, endpoints.AuthorizeUrl.ToString());
        return new UriBuilder(page) { Query = string.Join('&', query) }.Uri;
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
            return await connecting.ConnectAsync(actor, new NewConnection(begun.App, begun.Name, credentials, begun.BaseUrl.ToString()), cancellationToken);
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
        var factory = connecting.FindApp(begun.App);
        var endpoints = EndpointsOf(factory);
        using var http = clients.CreateClient(HttpClientName);
        var members = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = begun.Callback, ["client_id"] = begun.ClientId,
        };
        if (begun.ClientSecret.Length > 0)
            members["client_secret"] = begun.ClientSecret;
        if (begun.Verifier is not null)
            members["code_verifier"] = begun.Verifier;
        using var form = new FormUrlEncodedContent(members);
        var url = Below(begun.BaseUrl, endpoints.TokenPath);
        try
        {
            using var answer = await http.PostAsync(url, form, cancellationToken);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            if (!answer.IsSuccessStatusCode)
                throw new ProblemException(Wrong($"{factory.Label} refused the code: {Plain(Text(json, "message") ?? Text(json, "error_description") ?? Text(json, "error"))}"));
            return new CredentialsInput(
                Text(json, endpoints.TokenMember), Text(json, "refresh_token"), begun.ClientId, begun.ClientSecret.Length > 0 ? begun.ClientSecret : null,
                json.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt64(out var lasts) ? clock.GetUtcNow().AddSeconds(lasts) : null,
                ApiUrl: endpoints.ApiUrlMember is { } member && Uri.TryCreate(Text(json, member), UriKind.Absolute, out var told) ? told : null);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ProblemException(Wrong($"{factory.Label} did not exchange the code; begin again in a while."));
        }
    }

    private static OAuthEndpoints EndpointsOf(IConnectorFactory factory) =>
        factory.OAuth ?? throw new ProblemException(Wrong($"{factory.Label} has no OAuth here; connect with a token."));

    // A client that came with the wish, the operator's, or the one that the connection has been opened with so far.
    private OAuthClient ClientFor(IConnectorFactory factory, OAuthWish wish, Catalog.ConnectionEntry? existing) =>
        wish.ClientId is { Length: > 0 } id ? new OAuthClient(id, wish.ClientSecret ?? "")
        : apps.Options.OAuthClients.GetValueOrDefault(factory.App) is { } operators ? operators
        : existing is not null && connecting.ClientOf(existing) is { } own ? own
        : throw new ProblemException(Wrong($"No OAuth client is set for {factory.Label}; its operator sets TRUEUP_APPS__{factory.App.ToUpperInvariant()}__CLIENTID and __CLIENTSECRET, or connect with a token."));

    private static Uri Below(Uri baseUrl, string path) => new(baseUrl.ToString().TrimEnd('/') + "/" + path.TrimStart('/'));

    // As long as the standard allows: 128 characters from 96 random bytes.
    private static string Verifier() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(96));

    private static Problem Wrong(string detail) => new("oauth-failed", 422, "The account was not connected", detail);

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static string Plain(string? text) =>
        text is null ? "no reason given" : new string([.. text.Where(c => !char.IsControl(c)).Take(200)]);

    // Sealed, and good for the person's patience only; it travels through the browser, so nothing of it is kept here.
    private sealed record State(
        string App, string Name, string Actor, string Callback, string? Connection, Uri BaseUrl, string ClientId, string ClientSecret, string? Verifier);
}

/// <summary>What to connect by OAuth.</summary>
/// <param name="Name">What the account will be called.</param>
/// <param name="Connection">A connection to give new credentials to; null to connect a new account.</param>
/// <param name="BaseUrl">Base URL of the API; null for the app's. A connection that exists keeps its own.</param>
/// <param name="ClientId">An OAuth client of the account's own; null for the operator's.</param>
/// <param name="ClientSecret">Its secret; null where it has none.</param>
public sealed record OAuthWish(string Name, string? Connection = null, string? BaseUrl = null, string? ClientId = null, string? ClientSecret = null)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
