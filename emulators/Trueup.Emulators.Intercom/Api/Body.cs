using System.Globalization;
using System.Text.Json;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Reads JSON bodies and query parameters of requests.</summary>
internal static class Body
{
    /// <exception cref="Refusal">It is no JSON object.</exception>
    public static JsonElement Parse(Call call)
    {
        if (call.Body.IsEmpty)
            return default;
        if (call.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
            throw new Refusal(400, "client_error", "Content-Type must be application/json");
        try
        {
            using var document = JsonDocument.Parse(call.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new Refusal(400, "bad_request", "bad request body");
        }
        catch (JsonException)
        {
            throw new Refusal(400, "bad_request", "malformed JSON in request body");
        }
    }

    /// <summary>A member; null where it is absent or null.</summary>
    public static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement element, string name) => element.Get(name)?.ToString();

    /// <exception cref="Refusal">There is none.</exception>
    public static string Required(this JsonElement element, string name) => element.Text(name) is { Length: > 0 } text ? text : throw Refusal.Missing(name);

    public static bool? Flag(this JsonElement element, string name) => element.Get(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Refusal.Invalid($"{name} must be true or false", name),
    };

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>A whole number of at least 1.</summary>
    /// <exception cref="Refusal">It is none, or above the highest.</exception>
    public static int Number(string? text, string name, int usual, int most) =>
        string.IsNullOrEmpty(text) ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw Refusal.Invalid(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number between 1 and {most}"), name);

    public static bool Flag(this Call call, string name) => string.Equals(call[name], "true", StringComparison.OrdinalIgnoreCase);
}
