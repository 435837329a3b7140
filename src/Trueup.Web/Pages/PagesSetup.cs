using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Radzen;
using Trueup.Web.Application;
using Trueup.Web.Components;

namespace Trueup.Web.Pages;

/// <summary>Puts the pages together.</summary>
public static class PagesSetup
{
    /// <summary>The first message of a circuit brings back what the prerendered page had loaded; a full sync log has about 150 kB.</summary>
    private const int LargestMessageBytes = 512 * 1024;

    /// <summary>Adds what the pages need beside the application layer.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddRadzenComponents();
        services.AddScoped<LiveConnections>();
        services.AddScoped<Visitor>();
        services.AddScoped<Drafts>();
        services.AddScoped<AuthenticationStateProvider, SignedInProvider>();
        services.AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestMessageBytes)
            .RegisterPersistentService<LiveConnections>(RenderMode.InteractiveServer)
            .RegisterPersistentService<Visitor>(RenderMode.InteractiveServer);
        return services;
    }

    /// <summary>Maps the pages and their files.</summary>
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapStaticAssets();
        // The header of our own already says that no other site may frame a page.
        var pages = routes.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        pages.Finally(KeepPagesFromPrograms);
    }

    /// <summary>The page for unknown addresses answers any address; programs get a bare 404 below the API, which becomes a problem document.</summary>
    private static void KeepPagesFromPrograms(EndpointBuilder endpoint)
    {
        if (endpoint is not RouteEndpointBuilder { RoutePattern.RawText: "/{*Address:nonfile}", RequestDelegate: { } page })
            return;
        endpoint.RequestDelegate = context =>
        {
            if (!context.Request.Path.StartsWithSegments("/api"))
                return page(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        };
    }
}
