using Microsoft.AspNetCore.Http;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Refuses calls that another site made a signed-in browser send.</summary>
/// <remarks>Browsers say where a request comes from (<c>Sec-Fetch-Site</c>, <c>Origin</c>) and scripts cannot forge it. Programs with a
/// token send no cookie and are not asked. Forms of our own pages carry an antiforgery token besides.</remarks>
internal static class RequestForgery
{
    internal static async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (!isSafe && request.Path.StartsWithSegments("/api") && !TokenAuthentication.HasToken(request)
            && context.User.Identity?.IsAuthenticated == true && !ComesFromHere(request))
        {
            await Problems.WriteAsync(context, new Problem("cross-site", 403, "Refused", "A signed-in browser may change things only from Trueup's own pages."));
            return;
        }
        await next(context);
    }

    private static bool ComesFromHere(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site)
            return site == "same-origin";
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && origin.Authority == request.Host.Value && origin.Scheme == request.Scheme;
    }
}
