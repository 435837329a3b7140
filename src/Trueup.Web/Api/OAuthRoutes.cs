using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>OAuth: from the connect page to the app's consent page, and back.</summary>
internal static class OAuthRoutes
{
    internal static void MapOAuth(this RouteGroupBuilder api)
    {
        api.MapPost("/oauth/{app}", (string app, OAuthStart start, HttpContext http, ClaimsPrincipal user, OAuthConnecting oauth, PublicAddress address) =>
                new OAuthStarted(oauth.Begin(Actor.From(user), app, start.Name ?? "", CallbackOf(http.Request, address), start.Connection)))
            .WithSummary("Begins to connect by OAuth; open the answered address in a browser that is signed in to Trueup.");
        api.MapGet("/oauth/{app}/begin", (string app, string name, string? connection, HttpContext http, ClaimsPrincipal user, OAuthConnecting oauth, PublicAddress address) =>
            Results.Redirect(oauth.Begin(Actor.From(user), app, name, CallbackOf(http.Request, address), connection).ToString())).ExcludeFromDescription();
        api.MapGet("/oauth/callback", CallBackAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> CallBackAsync(
        string? state, string? code, string? error, ClaimsPrincipal user, OAuthConnecting oauth, CancellationToken cancellationToken)
    {
        try
        {
            await oauth.CompleteAsync(Actor.From(user), state, code, error, cancellationToken);
            return Results.LocalRedirect("/");
        }
        catch (ProblemException refused)
        {
            return Results.LocalRedirect("/connect?error=" + Uri.EscapeDataString(oauth.Seal(refused.Message)));
        }
    }

    private static Uri CallbackOf(HttpRequest request, PublicAddress address) => new($"{address.Of(request)}/api/v1/oauth/callback");

    /// <summary>What to connect.</summary>
    internal sealed record OAuthStart(string? Name, string? Connection);

    /// <summary>Where to go.</summary>
    internal sealed record OAuthStarted(Uri AuthorizeUrl);
}
