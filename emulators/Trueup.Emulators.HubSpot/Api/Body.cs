using System.Globalization;
using System.Text.Json;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Reads JSON bodies of requests, as leniently as the vendor does.</summary>
internal static class Body
{
    public static JsonElement Parse(Call call)
    {
        try
        {
            using var document = JsonDocument.Parse(call.Body.IsEmpty ? "{}"u8.ToArray() : call.Body);
            return document.RootElement.Clone();
        }
        catch (JsonException invalid)
        {
            throw Refusal.MalformedJson(invalid);
        }
    }

    /// <summary>A member; null where it is absent or null.</summary>
    public static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value : null;

    /// <summary>A member as text, whatever scalar it is.</summary>
    public static string? Text(this JsonElement element, string name) => element.Get(name) is { } value ? Scalar(value) : null;

    public static bool Flag(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.True };

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static string[] Texts(this JsonElement element, string name) => [.. element.Items(name).Select(Scalar)];

    /// <summary>The text of a scalar.</summary>
    public static string Scalar(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Null => "",
                _ => value.GetRawText(),
            };
        }
        catch (InvalidOperationException)
        {
            throw Refusal.Invalid("Invalid input JSON on line 1, column 1: text that is not valid Unicode");
        }
    }

    /// <summary>The inputs of a batch, refused when there are too many or two are the same.</summary>
    public static List<JsonElement> Inputs(this JsonElement body, int most)
    {
        var inputs = body.Items("inputs").ToList();
        return inputs.Count <= most
            ? inputs
            : throw Refusal.Invalid($"The maximum number of inputs supported in a batch request for this object is {most}. The request has {inputs.Count}.");
    }

    /// <summary>A record id; null when the text is none.</summary>
    public static long? Id(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>A whole number of the query.</summary>
    public static int Number(this Call call, string name, int fallback, int most)
    {
        if (call[name] is not { Length: > 0 } text)
            return fallback;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > most)
            throw Refusal.Invalid($"Invalid value '{text}' for parameter {name}: it must be between 1 and {most}.");
        return number;
    }

    public static bool Flag(this Call call, string name) => string.Equals(call[name], "true", StringComparison.OrdinalIgnoreCase);
}
