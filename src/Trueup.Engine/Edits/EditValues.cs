using System.Globalization;
using System.Text;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Values of fields: reading, comparing and writing them as JSON. Pure.</summary>
internal static class EditValues
{
    private static readonly Dictionary<string, JsonElement> None = [];
    private static readonly JsonElement Null = JsonElement.Parse("null");

    /// <summary>The values of one JSON object, by name; of a repeated name the last.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Read(string? json)
    {
        if (json is null)
            return None;
        var values = new Dictionary<string, JsonElement>();
        foreach (var property in JsonElement.Parse(json).EnumerateObject())
            values[property.Name] = property.Value;
        return values;
    }

    /// <summary>The values of some fields of a record; null for those that it lacks.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Pick(ReadOnlyMemory<byte> properties, IEnumerable<string> names)
    {
        using var record = properties.IsEmpty ? null : JsonDocument.Parse(properties);
        return names.ToDictionary(name => name, name => record is not null && record.RootElement.TryGetProperty(name, out var value) ? value.Clone() : Null);
    }

    /// <summary>Writes one JSON object.</summary>
    public static string Write(IEnumerable<KeyValuePair<string, JsonElement>> values)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in values)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }

    /// <summary>The values that a record holds, without those that are empty.</summary>
    public static string WriteHeld(ReadOnlyMemory<byte> properties) => Write(Read(Encoding.UTF8.GetString(properties.Span)).Where(value => value.Value.ValueKind != JsonValueKind.Null));

    /// <summary>A value as text; empty for null.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    /// <summary>Whether two values of a field mean the same. Null and the empty text do: what a CRM calls an empty field differs from one reading to the next.</summary>
    public static bool Same(FieldType type, JsonElement left, JsonElement right)
    {
        var (one, other) = (Text(left), Text(right));
        if (one == other)
            return true;
        if (one.Length == 0 || other.Length == 0)
            return false;
        return type switch
        {
            FieldType.Number => Number(one) is { } number && number == Number(other),
            FieldType.Boolean => string.Equals(one, other, StringComparison.OrdinalIgnoreCase),
            FieldType.Date or FieldType.DateTime => Instant(one) is { } instant && instant == Instant(other),
            FieldType.MultiEnumeration => Choices(one).ToHashSet().SetEquals(Choices(other)),
            _ => false,
        };
    }

    /// <summary>The choices of a text that holds several.</summary>
    public static IEnumerable<string> Choices(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>An instant from ISO 8601, where a text without zone is in UTC, or from whole milliseconds since 1970; null for anything else.</summary>
    public static DateTimeOffset? Instant(string text)
    {
        if (text.Length >= 11 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() && milliseconds > DateTimeOffset.MinValue.ToUnixTimeMilliseconds())
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        if (text.Length < 10 || text[4] != '-' || text[7] != '-')
            return null;

        // Some CRMs write zones as +0000.
        var iso = text.Length > 19 && text[^5] is '+' or '-' && !text.EndsWith('Z') ? text.Insert(text.Length - 2, ":") : text;
        return DateTimeOffset.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant : null;
    }

    // Exact for 28 digits; longer numbers are the same only where their texts are.
    private static decimal? Number(string text) =>
        text.Length <= 28 && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
