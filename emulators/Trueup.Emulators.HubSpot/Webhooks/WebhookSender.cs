using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Trueup.Emulators.HubSpot.Webhooks;

/// <summary>Delivers events as HubSpot does: at most 100 at a time, signed, again when they are not taken, and now and then twice.</summary>
internal sealed class WebhookSender : IAsyncDisposable
{
    private const int MostEvents = 100;
    private const int MostAttempts = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<JsonObject> events = Channel.CreateUnbounded<JsonObject>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopped = new();
    private readonly HttpClient client = new() { Timeout = Patience };
    private readonly WebhookTarget target;
    private readonly VirtualClock clock;
    private readonly long portalId;
    private readonly Task sending;
    private long lastEventId;

    public WebhookSender(WebhookTarget target, VirtualClock clock, long portalId)
    {
        (this.target, this.clock, this.portalId) = (target, clock, portalId);
        sending = Task.Run(SendAllAsync);
    }

    /// <summary>Takes an event; never waits.</summary>
    public void Tell(JsonObject happened)
    {
        happened["eventId"] = Interlocked.Increment(ref lastEventId);
        happened["subscriptionId"] = 25;
        happened["portalId"] = portalId;
        happened["appId"] = 1160452;
        happened["occurredAt"] = clock.Milliseconds;
        happened["changeSource"] = "CRM_UI";
        events.Writer.TryWrite(happened);
    }

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        await sending;
        client.Dispose();
        stopped.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (await events.Reader.WaitToReadAsync(stopped.Token))
            {
                var batch = new JsonArray();
                while (batch.Count < MostEvents && events.Reader.TryRead(out var happened))
                    batch.Add(happened);
                for (var time = 0; time < target.Times; time++)
                    await SendAsync(batch);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Nobody waits for what is left.
        }
    }

    private async Task SendAsync(JsonArray batch)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            foreach (var happened in batch)
                happened!["attemptNumber"] = attempt;
            try
            {
                using var request = Signed(Encoding.UTF8.GetBytes(batch.ToJsonString()));
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

    private HttpRequestMessage Signed(byte[] body)
    {
        var stamp = clock.Milliseconds.ToString(CultureInfo.InvariantCulture);
        byte[] source = [.. Encoding.UTF8.GetBytes("POST" + target.Url.AbsoluteUri), .. body, .. Encoding.UTF8.GetBytes(stamp)];
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("X-HubSpot-Signature-v3", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(target.Secret), source)));
        request.Headers.TryAddWithoutValidation("X-HubSpot-Request-Timestamp", stamp);
        return request;
    }
}
