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

    /// <summary>Makes a connector. Sends nothing yet.</summary>
    IConnector Create(ConnectorSetup setup);
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
    /// <summary>The bearer token.</summary>
    public required string AccessToken { get; init; }

    /// <summary>When the access token ends; null for one that does not end by time.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The refresh token; null for a static token.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The OAuth client; null for a static token.</summary>
    public string? ClientId { get; init; }

    /// <summary>The OAuth client's secret; null for a static token.</summary>
    public string? ClientSecret { get; init; }

    /// <inheritdoc/>
    public override string ToString() => RefreshToken is null ? "static token" : "OAuth tokens";
}

/// <summary>The addresses and scopes of an app's OAuth code flow.</summary>
/// <param name="AuthorizeUrl">Where the browser goes.</param>
/// <param name="TokenPath">Where codes and refresh tokens are exchanged, relative to the API's base URL.</param>
/// <param name="Scopes">Scopes every connection needs.</param>
/// <param name="OptionalScopes">Scopes that depend on the customer's plan.</param>
public sealed record OAuthEndpoints(
    Uri AuthorizeUrl, string TokenPath, IReadOnlyList<string> Scopes, IReadOnlyList<string> OptionalScopes);
