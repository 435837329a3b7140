using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Trueup.Emulators.Intercom.Api;

namespace Trueup.Emulators.Intercom.Webhooks;

/// <summary>Delivers notifications as Intercom does: one at a time, signed, and again when they are not taken (facts, section 13).</summary>
internal sealed class WebhookSender : IAsyncDisposable
{
    private const int MostAttempts = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<JsonObject> notifications = Channel.CreateUnbounded<JsonObject>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopped = new();
    private readonly HttpClient client = new() { Timeout = Patience };
    private readonly WebhookTarget target;
    private readonly VirtualClock clock;
    private readonly string workspaceCode;
    private readonly Task sending;
    private long told;

    public WebhookSender(WebhookTarget target, VirtualClock clock, string workspaceCode)
    {
        (this.target, this.clock, this.workspaceCode) = (target, clock, workspaceCode);
        sending = Task.Run(SendAllAsync);
    }

    /// <summary>Takes what happened; never waits.</summary>
    public void Tell(string topic, JsonNode item)
    {
        var number = Interlocked.Increment(ref told);
        var id = new Guid([.. BitConverter.GetBytes(Chance.Mix(number)), .. BitConverter.GetBytes(Chance.Mix(~number))]);
        notifications.Writer.TryWrite(new JsonObject
        {
            ["type"] = "notification_event", ["app_id"] = workspaceCode, ["data"] = new JsonObject { ["type"] = "notification_event_data", ["item"] = item },
            ["links"] = new JsonObject(), ["id"] = $"notif_{id:D}", ["topic"] = topic, ["delivery_status"] = "pending", ["delivery_attempts"] = 1, ["delivered_at"] = 0,
            ["first_sent_at"] = clock.Milliseconds / 1000, ["created_at"] = clock.Milliseconds / 1000, ["self"] = null,
        });
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
            await foreach (var notification in notifications.Reader.ReadAllAsync(stopped.Token))
                for (var time = 0; time < target.Times; time++)
                    await SendAsync(notification);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Nobody waits for what is left.
        }
    }

    private async Task SendAsync(JsonObject notification)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            notification["delivery_attempts"] = attempt;
            try
            {
                using var request = Signed(Encoding.UTF8.GetBytes(notification.ToJsonString(Reply.Relaxed)));
                using var answer = await client.SendAsync(request, stopped.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !stopped.IsCancellationRequested)
            {
                // Not taken; tried again.
            }

            await Task.Delay(FirstPause * Math.Pow(2, attempt - 1), TimeProvider.System, stopped.Token);
        }
    }

    private HttpRequestMessage Signed(byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("intercom-parrot-service-client/1.0");
        // The vendor signs so; nothing here depends on the strength of it.
#pragma warning disable CA5350
        var signature = HMACSHA1.HashData(Encoding.UTF8.GetBytes(target.Secret), body);
#pragma warning restore CA5350
        request.Headers.TryAddWithoutValidation("X-Hub-Signature", "sha1=" + Convert.ToHexStringLower(signature));
        return request;
    }
}
