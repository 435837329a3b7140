using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>The request is refused in the vendor's error envelope (facts, section 12).</summary>
internal sealed class Refusal(int status, string code, string message, string? field = null) : Exception(message)
{
    public int Status { get; } = status;

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static Refusal NotFound(string message = "Resource Not Found", string code = "not_found") => new(404, code, message);

    public static Refusal Invalid(string message, string? field = null) => new(400, "parameter_invalid", message, field);

    public static Refusal Missing(string name) => new(400, "parameter_missing", $"{name} is required", name);

    public static Refusal NotInVersion() => new(400, "intercom_version_invalid", "Requested resource is not available in current API version.");

    public static Refusal Unauthorized() => new(401, "unauthorized", "Access Token Invalid");

    public Answer ToAnswer(string requestId)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = Message };
        if (field is not null)
            error["field"] = field;
        return Reply.Json(Status, new JsonObject { ["type"] = "error.list", ["request_id"] = requestId, ["errors"] = new JsonArray(error) }) with { Headers = Headers };
    }
}

/// <summary>Shorthands for answers.</summary>
internal static class Reply
{
    private const string JsonType = "application/json; charset=utf-8";

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Answer Json(int status, JsonNode body) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, Relaxed), JsonType);

    public static Answer Json(JsonBytes body) => new(200, body.Written, JsonType) { Rented = body.Rented };

    public static Answer Html(int status, string text) =>
        new(status, System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<html><head><title>{status} {text}</title></head><body><h1>{status} {text}</h1></body></html>")), "text/html");
}
