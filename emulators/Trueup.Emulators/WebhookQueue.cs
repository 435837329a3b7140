using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Trueup.Emulators;

/// <summary>Delivers what happened to a webhook's target, in order: signed, again when it is not taken, and as many times as the target says.</summary>
/// <remarks>Threads: <see cref="Enqueue"/> from any.</remarks>
public abstract class WebhookQueue : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<JsonObject> waiting = Channel.CreateUnbounded<JsonObject>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopped = new();
    private readonly HttpClient client = new() { Timeout = Patience };
    private readonly int mostAtOnce;
    private readonly int mostAttempts;
    private readonly Task sending;

    /// <param name="target">Where to.</param>
    /// <param name="mostAtOnce">How many the vendor puts into one request.</param>
    /// <param name="mostAttempts">How often the vendor tries.</param>
    protected WebhookQueue(WebhookTarget target, int mostAtOnce, int mostAttempts)
    {
        (Target, this.mostAtOnce, this.mostAttempts) = (target, mostAtOnce, mostAttempts);
        sending = Task.Run(SendAllAsync);
    }

    /// <summary>Where to.</summary>
    protected WebhookTarget Target { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        await sending;
        client.Dispose();
        stopped.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes an event; never waits.</summary>
    protected void Enqueue(JsonObject happened) => waiting.Writer.TryWrite(happened);

    /// <summary>The body of a request.</summary>
    /// <param name="happened">At least one.</param>
    /// <param name="attempt">From 0.</param>
    protected abstract byte[] BodyOf(IReadOnlyList<JsonObject> happened, int attempt);

    /// <summary>Signs a request as the vendor does.</summary>
    protected abstract void Sign(HttpRequestMessage request, byte[] body);

    private async Task SendAllAsync()
    {
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stopped.Token))
            {
                var batch = new List<JsonObject>();
                while (batch.Count < mostAtOnce && waiting.Reader.TryRead(out var happened))
                    batch.Add(happened);
                for (var time = 0; time < Target.Times; time++)
                    await SendAsync(batch);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Nobody waits for what is left.
        }
    }

    private async Task SendAsync(IReadOnlyList<JsonObject> batch)
    {
        for (var attempt = 0; attempt < mostAttempts; attempt++)
        {
            try
            {
                var body = BodyOf(batch, attempt);
                using var request = new HttpRequestMessage(HttpMethod.Post, Target.Url) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                Sign(request, body);
                using var answer = await client.SendAsync(request, stopped.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !stopped.IsCancellationRequested)
            {
                // Not taken; tried again.
            }

            await Task.Delay(FirstPause * Math.Pow(2, attempt), TimeProvider.System, stopped.Token);
        }
    }
}
