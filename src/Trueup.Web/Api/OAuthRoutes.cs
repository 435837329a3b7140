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
        api.MapPost("/oauth/{app}", async (string app, OAuthStart start, HttpContext http, ClaimsPrincipal user, OAuthConnecting oauth, PublicAddress address, CancellationToken cancellationToken) =>
                new OAuthStarted(await oauth.BeginAsync(
                    Actor.From(user), app, new OAuthWish(start.Name ?? "", start.Connection, start.BaseUrl, start.ClientId, start.ClientSecret), CallbackOf(http.Request, address), cancellationToken)))
            .WithSummary("Begins to connect by OAuth; open the answered address in a browser that is signed in to Trueup.");
        api.MapGet("/oauth/{app}/begin", async (string app, string name, string? connection, HttpContext http, ClaimsPrincipal user, OAuthConnecting oauth, PublicAddress address, CancellationToken cancellationToken) =>
            Results.Redirect((await oauth.BeginAsync(
                Actor.From(user), app, new OAuthWish(name, connection), CallbackOf(http.Request, address), cancellationToken)).ToString())).ExcludeFromDescription();
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
    internal sealed record OAuthStart(string? Name, string? Connection, string? BaseUrl, string? ClientId, string? ClientSecret)
    {
        public override string ToString() => Name ?? "";
    }

    /// <summary>Where to go.</summary>
    internal sealed record OAuthStarted(Uri AuthorizeUrl);
}
