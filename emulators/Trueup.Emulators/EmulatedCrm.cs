using System.Globalization;
using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Trueup.Emulators;

/// <summary>What every emulated CRM shares: the server, the control API, the log, and the faults that strike between wire and vendor.</summary>
public abstract class EmulatedCrm : IEmulatedCrm
{
    private readonly TimeProvider hostClock;
    private WebApplication? server;
    private Uri? url;

    /// <summary>Prepares an emulated CRM that listens once <see cref="ListenAsync"/> has returned.</summary>
    protected EmulatedCrm(TimeProvider hostClock, long seed)
    {
        this.hostClock = hostClock;
        Clock = new VirtualClock(hostClock);
        Controls = new ActiveControls(seed);
    }

    /// <inheritdoc/>
    public abstract string App { get; }

    /// <inheritdoc/>
    public Uri Url => url ?? throw new InvalidOperationException($"The emulated {App} does not listen yet.");

    /// <inheritdoc/>
    public VirtualClock Clock { get; }

    /// <inheritdoc/>
    public RequestLog Requests { get; } = new();

    /// <summary>Told of every request that has written records, before its answer leaves and whether or not that arrives; null for nobody.</summary>
    /// <remarks>Threads: called on the one that answers, with nothing locked.</remarks>
    public Action<LoggedRequest>? Wrote { get; set; }

    /// <summary>The controls that are on.</summary>
    protected ActiveControls Controls { get; }

    /// <inheritdoc/>
    public abstract IReadOnlyList<MutationResult> Mutate(params IReadOnlyList<Mutation> operations);

    /// <inheritdoc/>
    public abstract CrmState State(string? stream = null);

    /// <summary>Finds out which endpoint a request is for, from its method and path alone.</summary>
    protected abstract Target Find(Call call);

    /// <summary>Answers a request as the vendor would.</summary>
    protected abstract Answer Reply(Call call, Target target);

    /// <summary>The vendor's own error envelope, for faults that give no body.</summary>
    protected abstract Answer Refuse(int status);

    /// <summary>The vendor's own error envelope at one endpoint, with what else the error does there. Called without the vendor's lock.</summary>
    protected virtual Answer Refuse(int status, Target target) => Refuse(status);

    /// <summary>The canonical name of a stream.</summary>
    /// <exception cref="ControlException">There is none of that name.</exception>
    protected abstract string StreamNamed(string name);

    /// <summary>The names of the endpoints that controls may name.</summary>
    protected abstract IReadOnlyCollection<string> Endpoints { get; }

    /// <summary>Takes a control that only the vendor's side can carry out (expire, quota, tie). Others may be ignored.</summary>
    protected abstract void Take(Control control);

    /// <summary>Puts the data back to the start.</summary>
    protected abstract void Restart();

    /// <summary>Undoes what <see cref="Take"/> did, where it can be undone.</summary>
    protected abstract void Relent();

    /// <inheritdoc/>
    public void Control(params IReadOnlyList<Control> controls)
    {
        var checkedControls = controls.Select(Checked).ToList();
        foreach (var control in checkedControls)
        {
            Take(control);
            Controls.Add(control);
        }
    }

    /// <inheritdoc/>
    public void ClearControls()
    {
        Controls.Clear();
        Relent();
    }

    /// <inheritdoc/>
    public abstract void SendWebhooks(WebhookTarget? target);

    /// <inheritdoc/>
    public void Reset()
    {
        ClearControls();
        Restart();
        Requests.Clear();
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts to listen.</summary>
    /// <param name="listenUrl">Where, such as <c>http://127.0.0.1:0</c> for any free port.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    protected async Task ListenAsync(string listenUrl, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestLineSize = 256 * 1024;
            options.Limits.MaxRequestBodySize = 256L * 1024 * 1024;
        });
        builder.Services.AddSingleton<IHostLifetime, Embedded>();
        builder.WebHost.UseKestrelCore();
        var built = builder.Build();
        built.Urls.Add(listenUrl);
        built.Run(AnswerAsync);
        await built.StartAsync(cancellationToken);
        server = built;
        var address = built.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        url = new Uri(address);
    }

    // Signals belong to the process that embeds the emulated CRM.
    private sealed class Embedded : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>A way to this CRM that needs no socket: what is sent is answered by the same code, and on the caller's own thread.</summary>
    public HttpMessageHandler Direct() => new DirectHandler(AnswerAsync);

    private Control Checked(Control control)
    {
        if (control.Endpoint != "*" && !Endpoints.Contains(control.Endpoint))
            throw new ControlException(
                $"Unknown endpoint '{control.Endpoint}'; known are {string.Join(", ", Endpoints.Order())}, and * for all.");
        return control.Stream is { } stream ? control with { Stream = StreamNamed(stream) } : control;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var call = await ReadAsync(context.Request, context.RequestAborted);
        if (ControlApi.Concerns(call.Path))
        {
            await SendAsync(context.Response, ControlApi.Answer(this, call), null, context.RequestAborted);
            return;
        }

        // Clients take the CRM's time from here, and it must never be ahead of what the answer shows.
        var time = Clock.GetUtcNow();
        context.Response.Headers.Date = time.ToString("R", CultureInfo.InvariantCulture);
        var target = Find(call);
        foreach (var (hook, request) in Controls.Count<HookControl>(target.Endpoint, target.Stream))
            if (request == hook.Page)
                Mutate(hook.Operations);

        var fault = Controls.Strike<FaultControl>(target.Endpoint, target.Stream, each => each.From is not { } from || time >= from);
        var answer = fault is { Applied: false } ? Faulty(fault, target) : Reply(call, target);
        var written = answer.Written;
        if (fault is { Applied: true })
            answer = Faulty(fault, target);
        if (Controls.Strike<TruncateControl>(target.Endpoint, target.Stream) is { } truncate)
            answer = answer with { Body = answer.Body[..Math.Min(truncate.Bytes, answer.Body.Length)] };
        var cut = Controls.Strike<CutControl>(target.Endpoint, target.Stream);
        var stall = Controls.Strike<StallControl>(target.Endpoint, target.Stream);

        var sent = Math.Min(cut?.Bytes ?? int.MaxValue, answer.Body.Length);
        var logged = new LoggedRequest(time, call.Method, call.Path, call.QueryText, cut is { Bytes: 0 } ? 0 : answer.Status,
            sent, target.Endpoint, target.Stream, written);
        Requests.Add(logged);
        if (written > 0)
            Wrote?.Invoke(logged);
        if (stall is not null && !await StallAsync(stall, context.RequestAborted))
            return;
        // The CRM's clock, not the machine's: clients take the CRM's time from here.
        context.Response.Headers.Date = time.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        await SendAsync(context.Response, answer, cut?.Bytes, context.RequestAborted);
        if (answer.Rented is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
        if (cut is not null)
            context.Abort();
    }

    private async Task<bool> StallAsync(StallControl stall, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(stall.Delay ?? Timeout.InfiniteTimeSpan, hostClock, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Answer Faulty(FaultControl fault, Target target)
    {
        var answer = fault.Body is { } body
            ? new Answer(fault.Status, Encoding.UTF8.GetBytes(body),
                fault.Headers.GetValueOrDefault("Content-Type")
                ?? (body.TrimStart().StartsWith('<') ? "text/html;charset=utf-8" : "application/json;charset=utf-8"))
            : Refuse(fault.Status, target);
        return answer with
        {
            Headers = [.. answer.Headers,
                .. fault.Headers.Where(header => !header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))],
        };
    }

    private static async Task<Call> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = Array.Empty<byte>();
        if (request.ContentLength is not 0 && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            using var buffer = new MemoryStream();
            await request.Body.CopyToAsync(buffer, cancellationToken);
            body = buffer.ToArray();
        }
        var query = request.QueryString.Value ?? "";
        return new Call(request.Method, request.Path.Value ?? "/", query, body,
            request.Headers.Authorization.FirstOrDefault(), request.ContentType)
        {
            Headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            UrlLength = (request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").Length,
        };
    }

    private static async Task SendAsync(HttpResponse response, Answer answer, int? bytes, CancellationToken cancellationToken)
    {
        if (bytes == 0)
            return;
        response.StatusCode = answer.Status;
        foreach (var header in answer.Headers)
            response.Headers[header.Key] = header.Value;
        if (answer.Body.IsEmpty)
            return;
        if (answer.ContentType is { } type)
            response.ContentType = type;
        response.ContentLength = answer.Body.Length;
        await response.Body.WriteAsync(bytes is { } limit ? answer.Body[..Math.Min(limit, answer.Body.Length)] : answer.Body, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
