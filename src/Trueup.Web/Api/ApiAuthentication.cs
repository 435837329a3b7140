using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Signs programs in by the bearer token they send.</summary>
internal sealed class TokenAuthentication(
    ApiTokens tokens, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    internal const string TokenScheme = "Token";

    /// <summary>The scheme that picks: a bearer token where one is sent, else the cookie.</summary>
    internal const string Either = "TokenOrCookie";

    internal static string Pick(HttpContext context) =>
        HasToken(context.Request) ? TokenScheme : IdentityConstants.ApplicationScheme;

    internal static bool HasToken(HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!HasToken(Request))
            return AuthenticateResult.NoResult();
        var token = Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim();
        if (await tokens.RecogniseAsync(token, Context.RequestAborted) is not { } known)
            return AuthenticateResult.Fail("The token is unknown or revoked.");

        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, known.Name), new Claim(ClaimTypes.Role, known.Role), new Claim(Actor.TokenClaim, "1")], TokenScheme);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), TokenScheme));
    }
}
