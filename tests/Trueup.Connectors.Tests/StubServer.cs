using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Trueup.Connectors.Tests;

/// <summary>A request as it reached a stub.</summary>
public sealed record StubRequest(string Method, string Path, string Query, string Body, string? Authorization)
{
    public int Number { get; init; }
}

/// <summary>What a stub answers.</summary>
public sealed record StubAnswer(int Status, string Body)
{
    public string ContentType { get; init; } = "application/json;charset=utf-8";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Cuts the connection after so many bytes of the body, whose full length was announced.</summary>
    public int? CutAfterBytes { get; init; }

    /// <summary>Sends the body compressed.</summary>
    public bool Gzip { get; init; }

    /// <summary>Waits for this before anything is sent.</summary>
    public Task BeforeHeaders { get; init; } = Task.CompletedTask;

    /// <summary>Waits for this before the body is sent.</summary>
    public Task BeforeBody { get; init; } = Task.CompletedTask;

    public static StubAnswer Ok(string json) => new(200, json);
}

/// <summary>A server on a free port of this machine, answering by a script.</summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly ConcurrentQueue<StubRequest> requests = new();
    private int count;

    private StubServer(Func<StubRequest, StubAnswer> script)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestLineSize = 64 * 1024);
        server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.Run(context => AnswerAsync(context, script));
    }

    public Uri Url => new(server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    public IReadOnlyList<StubRequest> Requests => [.. requests];

    public static async Task<StubServer> StartAsync(Func<StubRequest, StubAnswer> script)
    {
        var stub = new StubServer(script);
        await stub.server.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, Func<StubRequest, StubAnswer> script)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = new StubRequest(
            context.Request.Method, context.Request.Path.Value ?? "", WebUtility.UrlDecode(context.Request.QueryString.Value ?? ""),
            await reader.ReadToEndAsync(), context.Request.Headers.Authorization.FirstOrDefault())
        {
            Number = Interlocked.Increment(ref count),
        };
        requests.Enqueue(request);
        var answer = script(request);
        await answer.BeforeHeaders.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        var body = Encoding.UTF8.GetBytes(answer.Body);
        if (answer.Gzip)
        {
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
                gzip.Write(body);
            body = compressed.ToArray();
            context.Response.Headers.ContentEncoding = "gzip";
        }
        context.Response.ContentLength = body.Length;
        await context.Response.StartAsync();
        await answer.BeforeBody.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await context.Response.Body.WriteAsync(body.AsMemory(0, Math.Min(answer.CutAfterBytes ?? body.Length, body.Length)));
        await context.Response.Body.FlushAsync();
        if (answer.CutAfterBytes is not null)
            context.Abort();
    }
}
