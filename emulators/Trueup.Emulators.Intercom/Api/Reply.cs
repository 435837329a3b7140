using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Makes answers.</summary>
internal static class Reply
{
    public const string JsonType = "application/json; charset=utf-8";

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Answer Json(JsonNode body, int status = 200) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, Relaxed), JsonType);

    public static Answer Html(int status, string text) => new(status, Encoding.UTF8.GetBytes($"<html><body><h1>{text}</h1></body></html>"), "text/html");
}

/// <summary>The request is refused in the vendor's error envelope (facts, section 12).</summary>
internal sealed class Refusal(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static Refusal NotFound(string code = "not_found", string message = "Resource Not Found") => new(404, code, message);

    public static Refusal Invalid(string message, string code = "parameter_invalid") => new(400, code, message);

    public static Refusal WrongVersion() => new(400, "intercom_version_invalid", "Requested resource is not available in current API version.");

    public static Refusal Unauthorized(string code = "unauthorized") => new(401, code, "Access Token Invalid");

    public Answer ToAnswer(string requestId) => Reply.Json(
        new JsonObject
        {
            ["type"] = "error.list", ["request_id"] = requestId,
            ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = Message }),
        },
        Status) with { Headers = Headers };
}
