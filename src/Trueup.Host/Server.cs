using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Contract;
using Trueup.Host.Settings;
using Trueup.Mirrors.Sqlite;
using Trueup.Web.Api;
using Trueup.Web.Application;
using Trueup.Web.Pages;

namespace Trueup.Host;

/// <summary>The server, put together from its parts.</summary>
internal static class Server
{
    /// <summary>A stop may take this long: syncs end with the commit at work.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(9);

    /// <summary>Starts the server. The data folder is held until the server is disposed of.</summary>
    /// <exception cref="StartException">It cannot start; the message says why.</exception>
    internal static async Task<WebApplication> StartAsync(ServerSettings settings, LogLevel level, CancellationToken cancellationToken)
    {
        DataFolder folder;
        try
        {
            folder = DataFolder.Take(settings.Data);
        }
        catch (DataFolderException failure)
        {
            throw new StartException(failure.Message);
        }

        var app = Build(settings, folder, level);
        try
        {
            // The web server is the last to start; nothing else need begin where it cannot.
            foreach (var url in settings.Urls)
                DemandFree(url);
            await app.Services.PrepareCatalogAsync(cancellationToken);
            await app.Services.GetRequiredService<FirstRun>().PrepareAsync(settings.Owner?.Email, settings.Owner?.Password, cancellationToken);
            await app.StartAsync(cancellationToken);
            return app;
        }
        catch (Exception failure) when (Explain(failure, settings, folder) is { } sentence)
        {
            await app.DisposeAsync();
            throw new StartException(sentence);
        }
    }

    private static WebApplication Build(ServerSettings settings, DataFolder folder, LogLevel level)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "trueup", ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);
        AddLogs(builder, settings.JsonLog, level);
        AddTelemetry(builder);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddCatalog(folder, settings.Mail);
        foreach (var connector in Connectors.All)
            builder.Services.AddSingleton(connector);
        builder.Services.AddSingleton<IMirrorStore>(services => new SqliteMirrorStore(folder.Mirrors, services.GetRequiredService<TimeProvider>()));
        builder.AddCluster(settings.Schedule, settings.Engine, settings.Apps);
        builder.Services.AddWeb(new SettingsToken(settings.ApiToken), new PublicAddress(settings.PublicUrl));
        builder.Services.AddPages();
        builder.Services.AddHealthChecks().AddCheck<CatalogCheck>("catalog");

        var app = builder.Build();
        app.MapWeb();
        app.MapPages();
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    private static void AddLogs(WebApplicationBuilder builder, bool json, LogLevel level)
    {
        builder.Logging.ClearProviders();
        if (json)
            builder.Logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        else
            builder.Logging.AddSimpleConsole(console =>
                (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-dd'T'HH:mm:ss'Z' "));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Trueup", level);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", level);
        // Queries hold personal data in their parameters.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None);
        // What fails here is thrown as well, and told by whoever catches it, in a sentence.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Query", LogLevel.None);
        // A silo alone in its cluster has nobody to probe, and says so at every start.
        builder.Logging.AddFilter("Orleans", LogLevel.Error);
        // The key ring lies in a folder that only this user may enter; sealing it with another key would only move the question.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // A failed start is told in one sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // The middleware logs exceptions that Problems has answered already.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
    }

    private static void AddTelemetry(WebApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("trueup")).WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation()
            .AddMeter("Trueup.*", "Trueup", "Microsoft.Orleans").AddPrometheusExporter());
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 })
            telemetry.WithTracing(traces => traces
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddSource("Trueup.*", "Trueup").AddOtlpExporter());
    }

    /// <summary>Sees whether a port is free. Addresses by name are left to the web server, which knows how it will bind them.</summary>
    /// <exception cref="SocketException">Nothing can listen there.</exception>
    private static void DemandFree(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || !IPAddress.TryParse(address.DnsSafeHost, out var ip))
            return;
        using var probe = new TcpListener(ip, address.Port);
        probe.Start();
    }

    private static string? Explain(Exception failure, ServerSettings settings, DataFolder folder) => failure switch
    {
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"The address {string.Join(" or ", settings.Urls)} is in use by another program. Stop that program, or set TRUEUP_URLS to another address.",
        SocketException refused =>
            $"The server cannot listen at {string.Join(" or ", settings.Urls)}: {refused.Message}. Set TRUEUP_URLS to another address.",
        Microsoft.Data.Sqlite.SqliteException or DbUpdateException =>
            $"The catalog {folder.CatalogFile} cannot be used: {failure.Message}. Restore it from a backup, or set TRUEUP_DATA to another folder.",
        ProblemException refused => $"The owner of TRUEUP_OWNER_EMAIL cannot be made: {refused.Message}",
        _ => null,
    };

    private sealed class CatalogCheck(IDbContextFactory<CatalogContext> catalog) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
        {
            await using var opened = await catalog.CreateDbContextAsync(cancellationToken);
            return await opened.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The catalog cannot be opened.");
        }
    }
}

/// <summary>The server cannot start. The message is one sentence.</summary>
internal sealed class StartException(string message) : Exception(message);
