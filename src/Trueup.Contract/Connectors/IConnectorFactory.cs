using Microsoft.Extensions.Logging;

namespace Trueup.Contract;

/// <summary>One kind of CRM that connections can be made to.</summary>
public interface IConnectorFactory
{
    /// <summary>The app's name in commands, settings and the API: lower case, such as <c>hubspot</c>.</summary>
    string App { get; }

    /// <summary>The app's name for people, such as <c>HubSpot</c>.</summary>
    string Label { get; }

    /// <summary>The vendor's own base URL.</summary>
    Uri DefaultBaseUrl { get; }

    /// <summary>How OAuth works for this app; null where it has none.</summary>
    OAuthEndpoints? OAuth { get; }

    /// <summary>What people may give to open an account, beside OAuth's consent page.</summary>
    IReadOnlyList<SignIn> SignIns => [SignIn.AccessToken];

    /// <summary>What the app itself calls a client's id and its secret, for people who look for them there.</summary>
    ClientWords ClientWords => new("client id", "client secret");

    /// <summary>An address of one account's own, as an example for people; null where all accounts share <see cref="DefaultBaseUrl"/>.</summary>
    Uri? OwnAddressExample => null;

    /// <summary>Whether an address is certainly the vendor's own, such as a customer's own domain below it, so that a connection may
    /// choose it, and a token may lead to it, without the operator's leave. Default: no address but <see cref="DefaultBaseUrl"/>.</summary>
    bool IsVendorAddress(Uri address) => false;

    /// <summary>Makes a connector. Sends nothing yet.</summary>
    IConnector Create(ConnectorSetup setup);
}

/// <summary>What an app calls an OAuth client's two halves.</summary>
/// <param name="Id">Such as <c>consumer key</c>.</param>
/// <param name="Secret">Such as <c>consumer secret</c>.</param>
public sealed record ClientWords(string Id, string Secret);

/// <summary>What opens an account without a consent page.</summary>
public enum SignIn
{
    /// <summary>A token that was made in the app.</summary>
    AccessToken,
    /// <summary>An OAuth client's id and secret (RFC 6749, section 4.4): tokens are for the user whom the app's administrator set.</summary>
    ClientCredentials,
    /// <summary>An OAuth client's id, a private key and a user name (RFC 7523): tokens are for that user.</summary>
    SignedAssertion,
}

/// <summary>What a connector is given.</summary>
/// <param name="BaseUrl">Base URL of the API, without trailing slash.</param>
/// <param name="Credentials">Where the credentials are kept, and where refreshed ones go.</param>
/// <param name="DailyShare">The part of the app's daily quota that background work may use, above 0 and at most 1.</param>
/// <param name="Clock">The time.</param>
/// <param name="Log">Where to log; never secrets or personal data.</param>
public sealed record ConnectorSetup(
    Uri BaseUrl, ICredentialSource Credentials, double DailyShare, TimeProvider Clock, ILogger Log);

/// <summary>Where a connector finds the credentials of its connection.</summary>
/// <remarks>Threads: may be called concurrently; the last saved wins.</remarks>
public interface ICredentialSource
{
    /// <summary>The credentials as last saved.</summary>
    ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Saves refreshed credentials durably. Must have returned before they are used.</summary>
    ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken);
}

/// <summary>What opens an account. Sealed at rest, never logged, never shown again.</summary>
public sealed record Credentials
{
    /// <summary>The bearer token; empty where it is still to be obtained with the other members.</summary>
    public required string AccessToken { get; init; }

    /// <summary>The base URL of the API that the token opens, where the vendor tells it with the token; null: the connection's base URL.</summary>
    public Uri? ApiUrl { get; init; }

    /// <summary>When the access token ends; null for one that does not end by time.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The refresh token; null for a static token.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The OAuth client; null for a static token.</summary>
    public string? ClientId { get; init; }

    /// <summary>The OAuth client's secret; null for a static token.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The private key that signs requests for tokens, PEM; null where they are not signed.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>The user whom tokens are for that were requested with <see cref="PrivateKey"/>; null without.</summary>
    public string? UserName { get; init; }

    /// <inheritdoc/>
    public override string ToString() => RefreshToken is null && ClientId is null ? "static token" : "OAuth tokens";
}

/// <summary>The addresses and scopes of an app's OAuth code flow.</summary>
/// <param name="AuthorizeUrl">Where the browser goes; a relative one is below the connection's base URL.</param>
/// <param name="TokenPath">Where codes and refresh tokens are exchanged, relative to the connection's base URL.</param>
/// <param name="Scopes">Scopes every connection needs.</param>
/// <param name="OptionalScopes">Scopes that depend on the customer's plan.</param>
public sealed record OAuthEndpoints(
    Uri AuthorizeUrl, string TokenPath, IReadOnlyList<string> Scopes, IReadOnlyList<string> OptionalScopes)
{
    /// <summary>Whether a code is bound to the one who asked for it (PKCE, RFC 7636, method S256).</summary>
    public bool BindsCodes { get; init; }

    /// <summary>The member of a token answer that holds the access token. Default: <c>access_token</c>, as the standard has it (RFC 6749, section 5.1).</summary>
    public string TokenMember { get; init; } = "access_token";

    /// <summary>The member of a token answer that tells <see cref="Credentials.ApiUrl"/>; null where the base URL is the API's.</summary>
    public string? ApiUrlMember { get; init; }
}
