using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>The request is refused in the vendor's error envelope (facts, section 0.2).</summary>
internal sealed class Refusal(int status, JsonObject body) : Exception(body["message"]?.ToString())
{
    public int Status { get; } = status;

    public JsonObject Body { get; } = body;

    /// <summary>How long the vendor asks to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public const string Json = "application/json;charset=utf-8";

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Envelope(string message, string? category) =>
        category is null
            ? new() { ["status"] = "error", ["message"] = message, ["correlationId"] = "" }
            : new() { ["status"] = "error", ["message"] = message, ["correlationId"] = "", ["category"] = category };

    public static Refusal Of(int status, string message, string? category) => new(status, Envelope(message, category));

    public static Refusal Invalid(string message, string category = "VALIDATION_ERROR") => Of(400, message, category);

    public static Refusal NotFound(string message = "resource not found") => Of(404, message, null);

    public static Refusal UnknownType(string type) =>
        Invalid($"Unable to infer object type from: {type}");

    public static Refusal MalformedJson(JsonException invalid) =>
        Invalid($"Invalid input JSON on line {invalid.LineNumber + 1}, column {invalid.BytePositionInLine + 1}: the body cannot be parsed");

    public static Refusal MissingScopes(string scope)
    {
        var body = Envelope(
            "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
            "MISSING_SCOPES");
        body["links"] = new JsonObject { ["scopes"] = "https://developers.hubspot.com/scopes" };
        body["errors"] = new JsonArray(new JsonObject
        {
            ["message"] = "One or more of the following scopes are required.",
            ["context"] = new JsonObject { ["requiredGranularScopes"] = new JsonArray(scope) },
        });
        return new Refusal(403, body);
    }

    /// <summary>The values of a write that are not valid, one entry for each (facts, section 8).</summary>
    public static Refusal InvalidValues(long portalId, IReadOnlyList<(string Property, string Code, string Message)> problems)
    {
        var listed = new JsonArray([.. problems.Select(problem => new JsonObject
        {
            ["isValid"] = false,
            ["message"] = problem.Message,
            ["error"] = problem.Code,
            ["name"] = problem.Property,
            ["localizedErrorMessage"] = problem.Message,
            ["portalId"] = portalId,
        })]);
        var body = Envelope($"Property values were not valid: {listed.ToJsonString(Relaxed)}", "VALIDATION_ERROR");
        body["errors"] = new JsonArray([.. problems.Select(problem => new JsonObject
        {
            ["message"] = problem.Message,
            ["code"] = problem.Code,
            ["context"] = new JsonObject { ["propertyName"] = new JsonArray(problem.Property) },
        })]);
        return new Refusal(400, body);
    }

    public Answer ToAnswer(string correlationId)
    {
        Body["correlationId"] = correlationId;
        var answer = Reply.Json(Status, Body);
        return RetryAfter is { TotalSeconds: var seconds } ? answer with { Headers = [new("Retry-After", $"{seconds:0}")] } : answer;
    }
}

/// <summary>Shorthands for answers.</summary>
internal static class Reply
{
    public static readonly Answer NoContent = new(204, ReadOnlyMemory<byte>.Empty, null);

    public static Answer Json(int status, JsonNode body) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body, Refusal.Relaxed), Refusal.Json);

    public static Answer Json(int status, JsonBytes body) => new(status, body.Written, Refusal.Json) { Rented = body.Rented };

    public static Answer Html(int status, string text) =>
        new(status, System.Text.Encoding.UTF8.GetBytes($"<html><head><title>{status}</title></head><body><h2>{text}</h2></body></html>"),
            "text/html;charset=utf-8");
}
