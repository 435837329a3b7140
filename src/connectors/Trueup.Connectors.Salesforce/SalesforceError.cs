using System.Text.Json;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Salesforce's error body: a list of errors, an OAuth error, or something that is no JSON at all.</summary>
/// <param name="Code">Such as <c>INVALID_FIELD</c> or <c>invalid_grant</c>; empty where there is none.</param>
/// <param name="Message">In Salesforce's words; may be empty.</param>
/// <param name="IsOAuth">Whether it is an error in OAuth's form.</param>
internal sealed record SalesforceError(string Code, string Message, bool IsOAuth = false)
{
    private static readonly SalesforceError None = new("", "");

    public static SalesforceError Of(CrmAnswer answer)
    {
        if (!answer.LooksLikeJson)
            return None;
        try
        {
            using var document = JsonDocument.Parse(answer.BodyMemory);
            return Of(document.RootElement);
        }
        catch (JsonException)
        {
            // The status alone must do.
            return None;
        }
    }

    public static SalesforceError Of(JsonElement body)
    {
        var error = body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().FirstOrDefault() : body;
        return new SalesforceError(
            error.Text("errorCode") ?? error.Text("error") ?? error.Text("statusCode") ?? "",
            error.Text("message") ?? error.Text("error_description") ?? "",
            IsOAuth: body.Text("error") is not null);
    }

    /// <summary>The error in one sentence, fit for our messages.</summary>
    public string Words(string endpoint, int status)
    {
        var said = VendorText.Clean(Message).TrimEnd('.');
        return $"\"{(said.Length > 0 ? said : "no reason given")}\" ({endpoint}, {(Code.Length > 0 ? VendorText.Clean(Code) : "no code")}, status {status}).";
    }

    public bool Says(string text) => Message.Contains(text, StringComparison.OrdinalIgnoreCase);
}
