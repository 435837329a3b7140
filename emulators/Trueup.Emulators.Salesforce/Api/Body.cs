using System.Text.Json;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Reads JSON bodies of requests.</summary>
internal static class Body
{
    /// <exception cref="Refusal">It is no JSON.</exception>
    public static JsonElement Parse(Call call)
    {
        try
        {
            using var document = JsonDocument.Parse(call.Body);
            return document.RootElement.Clone();
        }
        catch (JsonException invalid)
        {
            throw Refusal.MalformedJson($"Unexpected character at [line:{invalid.LineNumber + 1}, column:{invalid.BytePositionInLine + 1}]");
        }
    }

    /// <summary>A member; null where it is absent or null, or the value is no object.</summary>
    public static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement element, string name) => element.Get(name) is { } value ? value.ToString() : null;

    public static bool Flag(this JsonElement element, string name) =>
        element.Get(name) is { } value && (value.ValueKind == JsonValueKind.True || value.ToString().Equals("true", StringComparison.OrdinalIgnoreCase));

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static bool Flag(this Call call, string name) => string.Equals(call[name], "true", StringComparison.OrdinalIgnoreCase);
}
