using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Reads bodies and parameters of requests.</summary>
internal static class Body
{
    /// <exception cref="Refusal">It is no JSON object.</exception>
    public static JsonObject Parse(Call call)
    {
        if (call.Body.IsEmpty)
            return [];
        try
        {
            return JsonNode.Parse(call.Body.Span)?.AsObject() ?? [];
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            throw Refusal.Invalid("The request body is not a JSON object.", "bad_request");
        }
    }

    public static string? Text(this JsonObject body, string member) => body[member]?.ToString();

    /// <exception cref="Refusal">It is missing.</exception>
    public static string Needed(this JsonObject body, string member) =>
        body.Text(member) is { Length: > 0 } text ? text : throw new Refusal(400, "parameter_missing", $"{member} is missing");

    /// <summary>A whole number of a query or body.</summary>
    /// <exception cref="Refusal">It is none, or out of range.</exception>
    public static int Number(string? text, string name, int usual, int most) =>
        text is null ? usual
        : int.TryParse(text, out var number) && number >= 1 && number <= most ? number
        : throw Refusal.Invalid($"{name} must be between 1 and {most}");
}
