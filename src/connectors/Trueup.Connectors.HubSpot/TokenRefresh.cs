using System.Text;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Exchanges a refresh token for fresh credentials.</summary>
/// <remarks>Source: developers.hubspot.com "Manage OAuth tokens", read on 2026-09.</remarks>
internal sealed class TokenRefresh(CrmHttp http, TimeProvider clock)
{
    // What HubSpot has always sent, should an answer leave it out.
    private const int UsualSeconds = 1800;

    public Task<Credentials> RefreshAsync(Credentials expired, CancellationToken cancellationToken)
    {
        if (expired is not { RefreshToken: { } refreshToken, ClientId: { } clientId, ClientSecret: { } secret })
            throw new CrmUnauthorizedException("The HubSpot access token has ended and there is nothing to refresh it with; reconnect the account.");
        var form = string.Join('&',
            "grant_type=refresh_token",
            "client_id=" + Uri.EscapeDataString(clientId),
            "client_secret=" + Uri.EscapeDataString(secret),
            "refresh_token=" + Uri.EscapeDataString(refreshToken));
        var request = new CrmRequest(HttpMethod.Post, HubSpotPaths.Token, HubSpotDialect.TokenEndpoint)
        {
            Body = Encoding.UTF8.GetBytes(form),
            ContentType = "application/x-www-form-urlencoded",
        };
        return http.SendAsync(request, answer => Read(answer, expired), cancellationToken);
    }

    private Credentials Read(CrmAnswer answer, Credentials expired)
    {
        var body = HubSpotApi.Json(answer);
        if (body.Text("access_token") is not { Length: > 0 } token)
            throw new CrmContractException("The token answer holds no access token.");
        return expired with
        {
            AccessToken = token,
            RefreshToken = body.Text("refresh_token") is { Length: > 0 } refresh ? refresh : expired.RefreshToken,
            ExpiresAt = clock.GetUtcNow().AddSeconds(body.Number("expires_in") ?? UsualSeconds),
        };
    }
}
