using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Api;

namespace Trueup.Emulators.Intercom.Webhooks;

/// <summary>Delivers notifications as Intercom does: one at a time, signed, and again when they are not taken (facts, section 13).</summary>
internal sealed class WebhookSender(WebhookTarget target, VirtualClock clock, string workspaceCode) : WebhookQueue(target, mostAtOnce: 1, mostAttempts: 6)
{
    private long told;

    /// <summary>Takes what happened; never waits.</summary>
    public void Tell(string topic, JsonNode item)
    {
        var number = Interlocked.Increment(ref told);
        var id = new Guid([.. BitConverter.GetBytes(Chance.Mix(number)), .. BitConverter.GetBytes(Chance.Mix(~number))]);
        Enqueue(new JsonObject
        {
            ["type"] = "notification_event", ["app_id"] = workspaceCode, ["data"] = new JsonObject { ["type"] = "notification_event_data", ["item"] = item },
            ["links"] = new JsonObject(), ["id"] = $"notif_{id:D}", ["topic"] = topic, ["delivery_status"] = "pending", ["delivery_attempts"] = 1, ["delivered_at"] = 0,
            ["first_sent_at"] = clock.Milliseconds / 1000, ["created_at"] = clock.Milliseconds / 1000, ["self"] = null,
        });
    }

    protected override byte[] BodyOf(IReadOnlyList<JsonObject> happened, int attempt)
    {
        happened[0]["delivery_attempts"] = attempt + 1;
        return Encoding.UTF8.GetBytes(happened[0].ToJsonString(Reply.Relaxed));
    }

    protected override void Sign(HttpRequestMessage request, byte[] body)
    {
        request.Headers.UserAgent.ParseAdd("intercom-parrot-service-client/1.0");

        // The vendor signs so; nothing here depends on the strength of it.
#pragma warning disable CA5350
        var signature = HMACSHA1.HashData(Encoding.UTF8.GetBytes(Target.Secret), body);
#pragma warning restore CA5350
        request.Headers.TryAddWithoutValidation("X-Hub-Signature", "sha1=" + Convert.ToHexStringLower(signature));
    }
}
