using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Reads notifications as hints. They may come double, late and in any order.</summary>
/// <remarks>Source: intercom.md, section 13, 2026-09.</remarks>
internal static class Webhooks
{
    private const string SignatureHeader = "X-Hub-Signature";

    public static WebhookReading Read(WebhookDelivery delivery, Credentials credentials, string externalId)
    {
        if (credentials.ClientSecret is not { Length: > 0 } secret)
            return new WebhookReading.Refused("The account has no client secret to check deliveries with; give it on the account's page.");
        if (!IsSigned(delivery, secret))
            return new WebhookReading.Refused("The delivery's signature is not that of this account's app; check the client secret.");
        try
        {
            using var document = JsonDocument.Parse(delivery.Body);
            return document.RootElement.Text("app_id") is { } app && AccountReading.Words(app) == externalId
                ? new WebhookReading.Accepted([.. HintsIn(document.RootElement).Distinct()])
                : new WebhookReading.Refused("The delivery is no notification of this account's workspace.");
        }
        catch (JsonException)
        {
            return new WebhookReading.Refused("The delivery is not JSON.");
        }
    }

    /// <summary>The signature that Intercom makes: HMAC-SHA1 of the body as it came, in hexadecimal digits.</summary>
#pragma warning disable CA5350 // The vendor chose the algorithm; as a keyed hash it still holds.
    public static string SignatureOf(ReadOnlySpan<byte> body, string secret) =>
        $"sha1={Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), body))}";
#pragma warning restore CA5350

    private static bool IsSigned(WebhookDelivery delivery, string secret) =>
        delivery.Header(SignatureHeader) is { Length: > 0 and <= 200 } given
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(given.ToLowerInvariant()), Encoding.ASCII.GetBytes(SignatureOf(delivery.Body.Span, secret)));

    private static IEnumerable<WebhookHint> HintsIn(JsonElement notification)
    {
        var topic = notification.Text("topic") ?? "";
        var item = notification.Member("data").Member("item");
        var type = topic[..Math.Max(0, topic.IndexOf('.'))];
        var typeId = type switch { "contact" or "company" or "conversation" or "ticket" => type, "conversation_part" => "conversation", _ => null };
        if (typeId is null)
            yield break;

        // Some topics wrap the record they are about.
        foreach (var place in new[] { item, item.Member(typeId), item.Member("contact"), item.Member("company") })
        {
            var told = place.Text("type") switch { "contact" or "user" or "lead" => "contact", "company" => "company", "conversation" => "conversation", "ticket" => "ticket", _ => null };
            var about = told ?? (place.ValueKind == JsonValueKind.Object && place.GetRawText() == item.GetRawText() ? typeId : null);
            if (about is not null && place.Id("id") is { Length: > 0 and <= 64 } id)
                yield return new WebhookHint(about, new RecordId(id), Links: true);
        }
    }
}
