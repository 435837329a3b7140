using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Trueup.Bench;

/// <summary>The CRM's side of a benchmark: a server that answers from what was rendered beforehand, so that it costs next to nothing, and counts what it is asked.</summary>
/// <remarks>Its own paths begin with <c>/_bench</c> and are not counted.</remarks>
internal static class CrmServer
{
    /// <summary>Runs until the process ends. Prints its address once it listens.</summary>
    /// <param name="map">Maps the CRM's paths, and <c>POST /_bench/change?count=</c>, which stamps so many records as modified now.</param>
    /// <param name="name">What a request is counted as.</param>
    /// <param name="quota">The header of every answer that says there is no limit to speak of: the benchmark measures us, not a quota.</param>
    public static async Task RunAsync(Action<WebApplication> map, Func<HttpRequest, string> name, IReadOnlyList<KeyValuePair<string, string>> quota)
    {
        var calls = new ConcurrentDictionary<string, long>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Use((context, next) =>
        {
            if (!context.Request.Path.StartsWithSegments("/_bench", StringComparison.Ordinal))
                calls.AddOrUpdate(name(context.Request), 1, (_, count) => count + 1);
            foreach (var (header, value) in quota)
                context.Response.Headers[header] = value;
            return next(context);
        });
        map(app);
        app.MapGet("/_bench/calls", () => calls);
        app.MapDelete("/_bench/calls", calls.Clear);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await app.WaitForShutdownAsync();
    }

    /// <summary>Answers a JSON document.</summary>
    public static IResult Json(string text) => Results.Text(text, "application/json;charset=utf-8");
}
