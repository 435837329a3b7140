using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Trueup.Catalog;
using Trueup.Web.Application;
using Trueup.Web.Pages;

namespace Trueup.Web.Api;

/// <summary>Puts the web side together: sign-in, the application layer, the HTTP API, the pages.</summary>
public static class WebSetup
{
    /// <summary>Attempts to sign in from one address, per minute.</summary>
    private const int SignInsPerMinute = 30;

    /// <summary>Adds what the web side needs. Catalog and cluster have to be there too.</summary>
    public static IServiceCollection AddWeb(this IServiceCollection services, SettingsToken token, PublicAddress address)
    {
        services.AddSingleton(token);
        services.AddSingleton(address);
        services.AddSingleton<Webhooks>();
        services.AddSingleton<Connections>();
        services.AddSingleton<Connecting>();
        services.AddSingleton<OAuthConnecting>();
        services.AddSingleton<SyncLog>();
        services.AddSingleton<Streams>();
        services.AddSingleton<Records>();
        services.AddSingleton<Edits>();
        services.AddSingleton<EditReview>();
        services.AddSingleton<BulkEdits>();
        services.AddSingleton<CsvImport>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<FirstRun>();
        services.AddScoped<Members>();

        services.ConfigureHttpJsonOptions(options =>
            CatalogJson.Configure(options.SerializerOptions).UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow);
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddProblemDetails();
        services.AddExceptionHandler<Problems>();
        services.AddOpenApi("v1");
        services.AddHealthChecks();

        // A token endpoint that sends us elsewhere must not get the client's secret sent along.
        services.AddHttpClient(OAuthConnecting.HttpClientName).ConfigurePrimaryHttpMessageHandler(() =>
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

        services.AddAuthentication(options => options.DefaultScheme = options.DefaultAuthenticateScheme = options.DefaultChallengeScheme =
                options.DefaultForbidScheme = TokenAuthentication.Either)
            .AddPolicyScheme(TokenAuthentication.Either, null, options => options.ForwardDefaultSelector = TokenAuthentication.Pick)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.TokenScheme, null);
        services.ConfigureApplicationCookie(SetCookie);
        // Whoever is removed or loses a role notices within a minute.
        services.Configure<Microsoft.AspNetCore.Identity.SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.FromMinutes(1));
        services.AddAuthorization();
        services.AddCascadingAuthenticationState();
        services.AddPages();
        services.AddAntiforgery(options => options.Cookie.Name = "trueup.forms");
        services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = (context, _) =>
            {
                if (context.HttpContext.Request.Path.StartsWithSegments("/api"))
                {
                    context.HttpContext.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                    return ValueTask.CompletedTask;
                }

                // A form's answer is a page that says so.
                var page = context.HttpContext.Request.Path.Value?.EndsWith("first-run", StringComparison.Ordinal) == true ? "/first-run" : "/sign-in";
                context.HttpContext.Response.Redirect(page + "?error=too-many");
                return ValueTask.CompletedTask;
            };
            limiter.AddPolicy(WebhookEndpoints.Limit, WebhookEndpoints.LimitOf);
            limiter.AddPolicy(AccountEndpoints.SignInLimit, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = SignInsPerMinute, Window = TimeSpan.FromMinutes(1),
                }));
        });
        return services;
    }

    /// <summary>Maps everything.</summary>
    public static WebApplication MapWeb(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.Use(SecurityHeaders.AddAsync);
        app.UseStatusCodePages(context => context.HttpContext.Request.Path.StartsWithSegments("/api")
            ? Problems.WriteForStatusAsync(context.HttpContext) : Task.CompletedTask);
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.Use(RequestForgery.CheckAsync);
        app.UseAntiforgery();

        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/readyz");
        app.MapPages();
        app.MapAccount();
        app.MapOpenApiPage();
        var api = app.MapGroup("/api/v1").RequireAuthorization();
        api.MapConnections();
        api.MapSyncs();
        api.MapRecords();
        api.MapEdits();
        api.MapAdministration();
        api.MapOAuth();
        api.MapWebhooks();
        return app;
    }

    private static void SetCookie(Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "trueup";
        options.Cookie.HttpOnly = true;
        // Lax, because the way back from an app's consent page is a navigation from another site.
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.SlidingExpiration = true;
        options.LoginPath = options.AccessDeniedPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnRedirectToLogin = context => RedirectPages(context, 401);
        options.Events.OnRedirectToAccessDenied = context => RedirectPages(context, 403);
    }

    private static Task RedirectPages(RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api"))
            context.Response.StatusCode = status;
        else
            context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}
