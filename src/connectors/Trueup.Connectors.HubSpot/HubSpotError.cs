using System.Text.Json;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>HubSpot's error body, of which every member may be missing, and which may be no JSON at all.</summary>
internal sealed record HubSpotError
{
    // What every error that is not OAuth's has in its member "status".
    private const string OrdinaryStatus = "error";

    // Long lists of scopes would make a message unreadable.
    private const int MostScopes = 10;

    public string Message { get; private init; } = "";

    public string? Category { get; private init; }

    public string? SubCategory { get; private init; }

    public string? PolicyName { get; private init; }

    public string? CorrelationId { get; private init; }

    /// <summary>The short code of OAuth errors, such as <c>invalid_grant</c> or <c>BAD_REFRESH_TOKEN</c>; null for other errors.</summary>
    public string? OAuthCode { get; private init; }

    public IReadOnlyList<string> MissingScopes { get; private init; } = [];

    public static HubSpotError Of(CrmAnswer answer)
    {
        if (!answer.LooksLikeJson)
            return new HubSpotError();
        try
        {
            using var document = JsonDocument.Parse(answer.BodyMemory);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Of(document.RootElement) : new HubSpotError();
        }
        catch (JsonException)
        {
            // The status alone must do.
            return new HubSpotError();
        }
    }

    /// <summary>The error in one sentence, fit for our messages.</summary>
    public string Words(CrmAnswer answer, CrmRequest request)
    {
        var message = VendorText.Clean(Message);
        var said = message.Length == 0 ? "no reason given" : message.TrimEnd('.');
        var correlation = answer.Header("X-HubSpot-Correlation-Id") ?? CorrelationId;
        return $"\"{said}\" ({request.Endpoint}, status {answer.Status}" +
            (correlation is { Length: > 0 and <= 64 } ? $", correlation id {VendorText.Clean(correlation)})." : ").");
    }

    private static HubSpotError Of(JsonElement body) => new()
    {
        Message = Text(body, "message") ?? Text(body, "error_description") ?? "",
        Category = Text(body, "category"),
        SubCategory = Text(body, "subCategory"),
        PolicyName = Text(body, "policyName"),
        CorrelationId = Text(body, "correlationId"),
        OAuthCode = Text(body, "error") ?? (Text(body, "status") is { } status && status != OrdinaryStatus ? status : null),
        MissingScopes = ScopesIn(body),
    };

    private static IReadOnlyList<string> ScopesIn(JsonElement body)
    {
        if (!body.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
            return [];
        return
        [
            .. errors.EnumerateArray()
                .Where(error => error.ValueKind == JsonValueKind.Object)
                .Select(error => error.TryGetProperty("context", out var context) ? context : default)
                .Where(context => context.ValueKind == JsonValueKind.Object)
                .SelectMany(context => context.EnumerateObject())
                .Where(member => member.Name is "requiredGranularScopes" or "requiredScopes" && member.Value.ValueKind == JsonValueKind.Array)
                .SelectMany(member => member.Value.EnumerateArray())
                .Where(scope => scope.ValueKind == JsonValueKind.String)
                .Select(scope => VendorText.Clean(scope.GetString()))
                .Distinct()
                .Take(MostScopes),
        ];
    }

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
