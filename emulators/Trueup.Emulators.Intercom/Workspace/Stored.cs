using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>Single values as they stand in JSON.</summary>
internal static class Stored
{
    public static readonly byte[] True = "true"u8.ToArray();
    public static readonly byte[] False = "false"u8.ToArray();

    /// <summary>A text in JSON.</summary>
    public static byte[] Text(string value)
    {
        var inner = JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var json = new byte[inner.Length + 2];
        json[0] = json[^1] = (byte)'"';
        inner.CopyTo(json.AsSpan(1));
        return json;
    }

    public static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    public static byte[] Flag(bool value) => value ? True : False;

    public static byte[] Raw(string json) => Encoding.UTF8.GetBytes(json);

    /// <summary>What somebody sets a field to, without validation: a text that is none of the field's kind stays a text.</summary>
    public static byte[]? Of(FieldDefinition field, string? text) => text switch
    {
        null => null,
        "true" or "false" when field.Type == "boolean" => Raw(text),
        _ when field.IsNumber && IsNumber(text) => Raw(text),
        _ when field.Type == "json" => Raw(text),
        _ => Text(text),
    };

    /// <summary>The text of a value: what stands between its quotes, or the number, word or object itself; null for none.</summary>
    public static string? Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json.SequenceEqual("null"u8))
            return null;
        if (json[0] != (byte)'"')
            return Encoding.UTF8.GetString(json);
        if (json.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(json[1..^1]);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.GetString();
    }

    private static bool IsNumber(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
