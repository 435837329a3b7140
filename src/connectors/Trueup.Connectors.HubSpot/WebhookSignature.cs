using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>HubSpot's signature of a webhook, version 3. Older versions carry no time and can be replayed, so they are refused.</summary>
/// <remarks>Source: developers.hubspot.com "Request validation", hubspot.md §10.2, 2026-09.</remarks>
internal static class WebhookSignature
{
    private const string SignatureHeader = "X-HubSpot-Signature-v3";
    private const string TimeHeader = "X-HubSpot-Request-Timestamp";

    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);

    // The only escapes that HubSpot undoes before it signs an address.
    private static readonly (string Escape, string Character)[] Undone =
    [
        ("%3A", ":"), ("%2F", "/"), ("%3F", "?"), ("%40", "@"), ("%21", "!"), ("%24", "$"), ("%27", "'"), ("%28", "("), ("%29", ")"),
        ("%2A", "*"), ("%2C", ","), ("%3B", ";"),
    ];

    /// <summary>Why a delivery's signature does not hold; null where it does.</summary>
    public static string? Flaw(WebhookDelivery delivery, string secret, DateTimeOffset now)
    {
        if (delivery.Header(SignatureHeader) is not { Length: > 0 and <= 200 } given || delivery.Header(TimeHeader) is not { Length: > 0 and <= 20 } stamp)
            return "The delivery carries no signature of version 3.";
        if (!long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || Math.Abs(now.ToUnixTimeMilliseconds() - milliseconds) > Lasts.TotalMilliseconds)
            return "The delivery was signed more than five minutes away from now; check the server's clock.";

        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(given, signature, out var length) && length == signature.Length
            && CryptographicOperations.FixedTimeEquals(signature, Of(delivery, secret, stamp))
            ? null
            : "The delivery's signature is not that of this account's app; check the client secret and the server's public URL.";
    }

    /// <summary>The signature that HubSpot makes.</summary>
    public static byte[] Of(WebhookDelivery delivery, string secret, string stamp)
    {
        var address = Undone.Aggregate(delivery.Address, (text, each) => text.Replace(each.Escape, each.Character, StringComparison.OrdinalIgnoreCase));
        byte[] source = [.. Encoding.UTF8.GetBytes(delivery.Method + address), .. delivery.Body.Span, .. Encoding.UTF8.GetBytes(stamp)];
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), source);
    }
}
