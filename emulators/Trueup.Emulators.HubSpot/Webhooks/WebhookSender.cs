using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.HubSpot.Webhooks;

/// <summary>Delivers events as HubSpot does: at most 100 at a time, signed, again when they are not taken, and now and then twice.</summary>
internal sealed class WebhookSender(WebhookTarget target, VirtualClock clock, long portalId) : WebhookQueue(target, mostAtOnce: 100, mostAttempts: 10)
{
    private long lastEventId;

    /// <summary>Takes an event; never waits.</summary>
    public void Tell(JsonObject happened)
    {
        happened["eventId"] = Interlocked.Increment(ref lastEventId);
        happened["subscriptionId"] = 25;
        happened["portalId"] = portalId;
        happened["appId"] = 1160452;
        happened["occurredAt"] = clock.Milliseconds;
        happened["changeSource"] = "CRM_UI";
        Enqueue(happened);
    }

    protected override byte[] BodyOf(IReadOnlyList<JsonObject> happened, int attempt)
    {
        foreach (var one in happened)
            one["attemptNumber"] = attempt;
        return Encoding.UTF8.GetBytes($"[{string.Join(',', happened.Select(one => one.ToJsonString()))}]");
    }

    protected override void Sign(HttpRequestMessage request, byte[] body)
    {
        var stamp = clock.Milliseconds.ToString(CultureInfo.InvariantCulture);
        byte[] source = [.. Encoding.UTF8.GetBytes("POST" + Target.Url.AbsoluteUri), .. body, .. Encoding.UTF8.GetBytes(stamp)];
        request.Headers.TryAddWithoutValidation("X-HubSpot-Signature-v3", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Target.Secret), source)));
        request.Headers.TryAddWithoutValidation("X-HubSpot-Request-Timestamp", stamp);
    }
}
