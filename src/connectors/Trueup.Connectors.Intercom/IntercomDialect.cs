using System.Globalization;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>A contact was merged into another: the vendor's 410.</summary>
internal sealed class MergedAwayException(string message, string? into) : CrmException(message)
{
    /// <summary>The id of the contact that answers now; null where the vendor does not say.</summary>
    public string? Into { get; } = into;
}

/// <summary>What Intercom's statuses, bodies and headers mean.</summary>
/// <remarks>Source: intercom.md, sections 11 and 12, 2026-09.</remarks>
internal sealed class IntercomDialect : IApiDialect
{
    /// <summary>The limit of the app, in slices of ten seconds.</summary>
    public const string Burst = "burst";

    /// <summary>The length of a slice.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    public string Label => "Intercom";

    public string App => "intercom";

    public string? CorrelationOf(CrmAnswer answer) => Error.Of(answer).RequestId;

    public void Observe(CrmRequest request, CrmAnswer answer, ApiBudget budget)
    {
        if (Number(answer, "X-RateLimit-Limit") is > 0 and { } most)
            budget.Observe(Burst, most, Number(answer, "X-RateLimit-Remaining"));
    }

    public Verdict Judge(CrmRequest request, CrmAnswer answer, DateTimeOffset now)
    {
        var error = Error.Of(answer);
        var said = error.Words(answer, request);
        return answer.Status switch
        {
            401 => new Verdict.CredentialsRefused(new CrmUnauthorizedException(
                $"Intercom does not accept the token: {said} Reconnect the account with a valid token, and choose the region of its workspace.")),
            402 or 403 => new Verdict.Refused(new CrmForbiddenException($"Intercom does not allow this: {said} Check the app's permissions and the workspace's plan.")),
            410 => new Verdict.Refused(new MergedAwayException($"The contact was merged into another: {said}", IdIn(answer.Header("Link")))),
            // Only Intercom's own word says that a record is not there; a gateway's page says nothing of it.
            404 when error.Code is null => new Verdict.TryAgain($"Something before Intercom does not know the address: {said}"),
            404 => new Verdict.Refused(new CrmNotFoundException($"Intercom does not know what was asked for: {said}")),
            429 => new Verdict.Throttled(Burst, WaitOf(answer, now), $"Intercom's rate limit stays reached: {said}"),
            408 or >= 500 => new Verdict.TryAgain($"Intercom has a passing trouble: {said}", answer.RetryAfter(now)),
            _ => new Verdict.Refused(new CrmRefusedException($"Intercom refused the request: {said}", error.Code)),
        };
    }

    // No Retry-After: the header says when the slice ends.
    private static TimeSpan WaitOf(CrmAnswer answer, DateTimeOffset now)
    {
        var reset = Number(answer, "X-RateLimit-Reset") is { } second ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(second, 253_402_300_799)) : (DateTimeOffset?)null;
        var wait = answer.RetryAfter(now) ?? (reset - (answer.Date ?? now)) ?? Slice;
        return wait > TimeSpan.Zero && wait <= TimeSpan.FromMinutes(5) ? wait : Slice;
    }

    // </contacts/66f0…>; rel="canonical"
    private static string? IdIn(string? link)
    {
        if (link is null || link.IndexOf('>') is var end && end < 0)
            return null;
        var path = link[..end].TrimStart('<');
        var id = path[(path.LastIndexOf('/') + 1)..];
        return id.Length is > 0 and <= 64 && id.All(char.IsAsciiLetterOrDigit) ? id : null;
    }

    private static long? Number(CrmAnswer answer, string header) =>
        long.TryParse(answer.Header(header), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Intercom's error body, of which every member may be missing, and which may be no JSON at all.</summary>
    private sealed record Error(string? Code, string Message, string? RequestId)
    {
        public static Error Of(CrmAnswer answer)
        {
            if (!answer.LooksLikeJson)
                return new Error(null, "", null);
            try
            {
                using var document = JsonDocument.Parse(answer.BodyMemory);
                var body = document.RootElement;
                var first = body.Items("errors").FirstOrDefault();
                return new Error(first.Text("code"), first.Text("message") ?? "", body.Text("request_id") is { Length: > 0 and <= 64 } id ? VendorText.Clean(id) : null);
            }
            catch (JsonException)
            {
                // The status alone must do.
                return new Error(null, "", null);
            }
        }

        public string Words(CrmAnswer answer, CrmRequest request)
        {
            var message = VendorText.Clean(Message);
            return $"\"{(message.Length == 0 ? Code ?? "no reason given" : message.TrimEnd('.'))}\" ({request.Endpoint}, status {answer.Status}"
                + (RequestId is null ? ")." : $", request id {RequestId}).");
        }
    }
}
