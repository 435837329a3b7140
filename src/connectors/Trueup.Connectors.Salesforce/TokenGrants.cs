using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Asks Salesforce for access tokens: by refresh token, by signed assertion, or as the client itself.</summary>
/// <remarks>Salesforce never says when a token ends, so tokens are replaced once they are refused. Source: help.salesforce.com,
/// "OAuth Authorization Flows", read on 2026-09.</remarks>
internal sealed class TokenGrants(CrmHttp http, Uri baseUrl, TimeProvider clock)
{
    // Salesforce takes no assertion that lives longer than a few minutes; its pages say 3 or 5.
    private static readonly TimeSpan AssertionLasts = TimeSpan.FromMinutes(3);

    /// <summary>Whether fresh credentials can be asked for.</summary>
    public static bool CanAsk(Credentials credentials) =>
        credentials is { ClientId: not null } and ({ RefreshToken: not null } or { PrivateKey: not null } or { ClientSecret: not null });

    public Task<Credentials> AskAsync(Credentials expired, CancellationToken cancellationToken)
    {
        var request = new CrmRequest(HttpMethod.Post, SalesforcePaths.Token, SalesforceDialect.TokenEndpoint)
        {
            Body = Encoding.UTF8.GetBytes(string.Join('&', Form(expired).Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"))),
            ContentType = "application/x-www-form-urlencoded",
        };
        return http.SendAsync(request, answer => Read(answer, expired), cancellationToken);
    }

    private IEnumerable<(string Name, string Value)> Form(Credentials credentials)
    {
        if (credentials.ClientId is not { } clientId)
            throw new CrmUnauthorizedException("The access token has ended and there is nothing to ask for another with; reconnect the account.");
        if (credentials is { RefreshToken: null, PrivateKey: not null })
            return [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", Assertion(credentials, clientId))];
        if (credentials.RefreshToken is null && baseUrl.Host is "login.salesforce.com" or "test.salesforce.com")
            throw new CrmUnauthorizedException("Client id and secret alone open an org only at its own address; give its My Domain, such as https://acme.my.salesforce.com.");
        IEnumerable<(string, string)> secret = credentials.ClientSecret is { } known ? [("client_secret", known)] : [];
        return credentials.RefreshToken is { } refreshToken
            ? [("grant_type", "refresh_token"), ("refresh_token", refreshToken), ("client_id", clientId), .. secret]
            : [("grant_type", "client_credentials"), ("client_id", clientId), .. secret];
    }

    private string Assertion(Credentials credentials, string clientId)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = clientId, ["sub"] = credentials.UserName ?? "", ["aud"] = baseUrl.ToString().TrimEnd('/'),
            ["exp"] = (clock.GetUtcNow() + AssertionLasts).ToUnixTimeSeconds(),
        });
        var signed = $"{Base64Url("""{"alg":"RS256"}"""u8)}.{Base64Url(claims)}";
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(credentials.PrivateKey);
            return $"{signed}.{Base64Url(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
        catch (Exception unusable) when (unusable is ArgumentException or CryptographicException)
        {
            throw new CrmUnauthorizedException("The private key is no RSA key in PEM form without a passphrase; give the one whose certificate the app has.", unusable);
        }
    }

    private Credentials Read(CrmAnswer answer, Credentials expired)
    {
        using var document = JsonDocument.Parse(answer.BodyMemory);
        var body = document.RootElement;
        if (body.Text("access_token") is not { Length: > 0 } token)
            throw new CrmContractException("The token answer holds no access token.");
        return expired with
        {
            AccessToken = token,
            // Present only where the org rotates refresh tokens; the old one is dead then.
            RefreshToken = body.Text("refresh_token") is { Length: > 0 } next ? next : expired.RefreshToken,
            // Moving an org to another instance changes it.
            ApiUrl = VendorAddress.Instance(body.Text("instance_url"), baseUrl) ?? expired.ApiUrl,
            ExpiresAt = null,
        };
    }

    private static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
