using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>One reason why a row was not written, or a request not answered.</summary>
internal sealed record Problem(string Code, string Message, IReadOnlyList<string>? Fields = null);

/// <summary>The request is refused in the vendor's error envelope: a JSON array of problems (facts, preamble).</summary>
internal sealed class Refusal(int status, params IReadOnlyList<Problem> problems) : Exception(problems[0].Message)
{
    public int Status { get; } = status;

    public IReadOnlyList<Problem> Problems { get; } = problems;

    public static Refusal Of(int status, string code, string message) => new(status, new Problem(code, message));

    public static Refusal Bad(string code, string message) => Of(400, code, message);

    public static Refusal NotFound() => Of(404, "NOT_FOUND", "The requested resource does not exist");

    public static Refusal WrongMethod(string method, IReadOnlyList<string> allowed) =>
        Of(405, "METHOD_NOT_ALLOWED", $"HTTP Method '{method}' not allowed. Allowed are {string.Join(',', allowed)}");

    public static Refusal MalformedJson(string message) => Bad("JSON_PARSER_ERROR", message);

    public Answer ToAnswer() => Reply.Json(Status, new JsonArray([.. Problems.Select(ToJson)]));

    private static JsonObject ToJson(Problem problem)
    {
        var json = new JsonObject { ["message"] = problem.Message, ["errorCode"] = problem.Code };
        if (problem.Fields is { } fields)
            json["fields"] = new JsonArray([.. fields.Select(field => JsonValue.Create(field))]);
        return json;
    }
}

/// <summary>Shorthands for answers.</summary>
internal static class Reply
{
    public const string JsonType = "application/json;charset=UTF-8";

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly Answer NoContent = new(204, ReadOnlyMemory<byte>.Empty, null);

    public static Answer Json(int status, JsonNode body) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, Relaxed), JsonType);

    public static Answer Json(int status, JsonBytes body) => new(status, body.Written, JsonType) { Rented = body.Rented };

    public static Answer Html(int status, string text) =>
        new(status, System.Text.Encoding.UTF8.GetBytes($"<html><head><title>{status}</title></head><body><h1>{text}</h1></body></html>"),
            "text/html;charset=utf-8");
}
