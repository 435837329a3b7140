using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Trueup.Bench.Salesforce;

/// <summary>One field of the benchmark's contacts.</summary>
/// <param name="Name">Its API name.</param>
/// <param name="Type">Its type, in Salesforce's words.</param>
/// <param name="Value">Its value as a bulk result writes it, by the record's index and present stamp; null for none.</param>
internal sealed record Column(string Name, string Type, Func<int, DateTimeOffset, string?> Value)
{
    /// <summary>Writes a value as a bulk result does: in quotation marks, those within doubled, and null as an empty cell.</summary>
    public void WriteCell(StringBuilder csv, int index, DateTimeOffset modified)
    {
        csv.Append('"');
        if (Value(index, modified) is { } text)
            csv.Append(text.Contains('"', StringComparison.Ordinal) ? text.Replace("\"", "\"\"", StringComparison.Ordinal) : text);
        csv.Append('"');
    }

    /// <summary>Writes a value as a query answers it.</summary>
    public void WriteMember(Utf8JsonWriter json, int index, DateTimeOffset modified)
    {
        json.WritePropertyName(Name);
        switch (Type, Value(index, modified))
        {
            case (_, null):
                json.WriteNullValue();
                break;
            case ("boolean" or "double" or "currency", var text):
                json.WriteRawValue(text);
                break;
            case ("datetime", var text):
                json.WriteStringValue($"{text.AsSpan(0, text.Length - 1)}+0000");
                break;
            case (_, var text):
                json.WriteStringValue(text);
                break;
        }
    }

    /// <summary>An instant as bulk results write it.</summary>
    public static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
