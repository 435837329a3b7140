using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Single values as they stand in JSON, and instants as Salesforce spells them (facts, section 2.3).</summary>
internal static class StoredValue
{
    public static readonly byte[] True = "true"u8.ToArray();
    public static readonly byte[] False = "false"u8.ToArray();

    /// <summary>A text in JSON. Only what JSON demands is escaped, whatever else a text holds.</summary>
    public static byte[] Text(string value)
    {
        var json = new StringBuilder(value.Length + 2).Append('"');
        foreach (var character in value)
            _ = character switch
            {
                '"' or '\\' => json.Append('\\').Append(character),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => json.Append(character),
            };
        return Encoding.UTF8.GetBytes(json.Append('"').ToString());
    }

    public static byte[] Raw(string json) => Encoding.UTF8.GetBytes(json);

    /// <summary>The text of a value: what stands between its quotes, or the number or word itself.</summary>
    public static string Decode(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != (byte)'"')
            return Encoding.UTF8.GetString(json);
        if (json.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(json[1..^1]);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>An instant in JSON: <c>2026-09-01T10:00:00.000+0000</c>.</summary>
    public static JsonBytes Instant(this JsonBytes json, long milliseconds)
    {
        Span<byte> text = stackalloc byte[30];
        text[0] = text[29] = (byte)'"';
        Write(milliseconds, text[1..]);
        "+0000"u8.CopyTo(text[24..]);
        return json.Raw(text);
    }

    public static string InstantText(long milliseconds) =>
        DateTime.UnixEpoch.AddMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    /// <summary>An instant as bulk results spell it: <c>2026-09-01T10:00:00.000Z</c>.</summary>
    public static JsonBytes BulkInstant(this JsonBytes csv, long milliseconds)
    {
        Span<byte> text = stackalloc byte[24];
        Write(milliseconds, text);
        text[23] = (byte)'Z';
        return csv.Raw(text);
    }

    /// <summary>Reads an ISO 8601 instant with an offset; null where the text is none.</summary>
    public static long? ParseInstant(string text) =>
        text.Length >= 20 && DateTimeOffset.TryParse(Colonised(text), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at.ToUnixTimeMilliseconds() : null;

    public static DateOnly? ParseDay(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    // .NET wants the colon of an offset that Salesforce leaves out.
    private static string Colonised(string text) =>
        text[^5] is '+' or '-' && text[^3] != ':' ? $"{text[..^2]}:{text[^2..]}" : text;

    private static void Write(long milliseconds, Span<byte> text)
    {
        var at = DateTime.UnixEpoch.AddMilliseconds(milliseconds);
        Digits(text, at.Year, 4);
        text[4] = text[7] = (byte)'-';
        Digits(text[5..], at.Month, 2);
        Digits(text[8..], at.Day, 2);
        text[10] = (byte)'T';
        Digits(text[11..], at.Hour, 2);
        text[13] = text[16] = (byte)':';
        Digits(text[14..], at.Minute, 2);
        Digits(text[17..], at.Second, 2);
        text[19] = (byte)'.';
        Digits(text[20..], at.Millisecond, 3);
    }

    private static void Digits(Span<byte> text, int value, int count)
    {
        for (var i = count - 1; i >= 0; i--, value /= 10)
            text[i] = (byte)('0' + value % 10);
    }
}
