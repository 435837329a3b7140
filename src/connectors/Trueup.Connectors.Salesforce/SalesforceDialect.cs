using System.Globalization;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>What Salesforce's statuses, bodies and headers mean.</summary>
/// <remarks>Source: developer.salesforce.com REST API, "Status Codes and Error Responses" and "Limit Info Header", read on 2026-09;
/// bodies as recorded by third parties.</remarks>
internal sealed class SalesforceDialect : IApiDialect
{
    /// <summary>The name of the endpoint that gives tokens.</summary>
    public const string TokenEndpoint = "token";

    // The limit is on calls that run for 20 s; some of them will have ended by then.
    private static readonly TimeSpan ConcurrencyWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(1);

    public string Label => "Salesforce";

    public string App => "salesforce";

    public string? CorrelationOf(CrmAnswer answer) => null;

    /// <summary>Reads <c>Sforce-Limit-Info: api-usage=10018/100000</c>, beside which other segments may stand.</summary>
    public void Observe(CrmRequest request, CrmAnswer answer, ApiBudget budget)
    {
        foreach (var segment in (answer.Header("Sforce-Limit-Info") ?? "").Split([';', ','], StringSplitOptions.TrimEntries))
        {
            if (segment.Split('=') is ["api-usage", var usage] && usage.Split('/') is [var used, var limit] && Number(used) is { } calls && Number(limit) is { } most)
                budget.ObserveDay(most, Math.Max(0, most - calls));
        }
    }

    public Verdict Judge(CrmRequest request, CrmAnswer answer, DateTimeOffset now)
    {
        var error = SalesforceError.Of(answer);
        return request.Endpoint == TokenEndpoint
            ? OfToken(error, answer.Status, answer.RetryAfter(now))
            : Judge(error, answer.Status, request.Endpoint, answer.RetryAfter(now));
    }

    /// <summary>Only an error in OAuth's own words withdraws the access. Anything else a gateway may have said, and it says nothing of the
    /// records that a token was needed for.</summary>
    private static Verdict OfToken(SalesforceError error, int status, TimeSpan? after) => error.IsOAuth && status is 400 or 401 or 403
        ? new Verdict.Refused(TokenRefusal(error, status))
        : new Verdict.TryAgain($"Salesforce gives no access at the moment: {error.Words(TokenEndpoint, status)}", after, NotCarriedOut: status == 429);

    /// <summary>Says what an error means, which may also have come as a part of an answer with success.</summary>
    public static Verdict Judge(SalesforceError error, int status, string endpoint, TimeSpan? after)
    {
        var said = error.Words(endpoint, status);
        return (error.Code, status) switch
        {
            ("REQUEST_LIMIT_EXCEEDED", _) => LimitReached(error, said),
            (Refusals.Locked, _) => new Verdict.TryAgain($"Salesforce has locked the records for a moment: {said}", after ?? LockWait, NotCarriedOut: true),
            ("INVALID_QUERY_LOCATOR", _) => new Verdict.Refused(new CursorExpiredException($"Salesforce no longer knows where a query stopped: {said}")),
            ("INVALID_TYPE", 400) => new Verdict.Refused(new CrmNotFoundException(
                $"Salesforce shows this user no such object: {said} It was removed, or the user may not read it.")),
            ("INSUFFICIENT_ACCESS" or "INSUFFICIENT_ACCESS_OR_READONLY", _) => new Verdict.Refused(Forbidden(error, said)),
            ("OPERATION_TOO_LARGE", 400) => new Verdict.Refused(new CrmForbiddenException(
                $"Salesforce refuses to check so many related records: {said} Give the connected user the permission View All Data.")),
            (_, 401) when error.Says("not valid for use with the REST API") || error.Says("not attached to Agent") =>
                new Verdict.Refused(new CrmUnauthorizedException($"Salesforce does not let this token use its API: {said} Reconnect the account.")),
            (_, 401) => new Verdict.CredentialsRefused(new CrmUnauthorizedException(
                $"Salesforce does not accept the credentials: {said} Reconnect the account.")),
            (_, 403) => new Verdict.Refused(Forbidden(error, said)),
            (_, 404) => new Verdict.Refused(new CrmNotFoundException($"Salesforce does not know what was asked for: {said}")),
            (_, 412) => new Verdict.Refused(new CrmRefusedException($"The record was modified in Salesforce since: {said}", Refusals.Modified)),
            (_, 410) => new Verdict.Refused(new CrmRefusedException($"Salesforce has retired the version of its API that this build uses: {said} Update Trueup.", "GONE")),
            (_, 414 or 431) => new Verdict.Refused(new CrmRefusedException($"Salesforce refused an address as too long: {said}", Refusals.AddressTooLong)),
            // 420: the edge does not know the host yet; 406 with an empty body was recorded as passing as well.
            (_, 406 or 408 or 420 or 429) => new Verdict.TryAgain($"Salesforce has a passing trouble: {said}", after, NotCarriedOut: status == 429),
            (_, >= 500) => new Verdict.TryAgain($"Salesforce has a passing trouble: {said}", after),
            _ => new Verdict.Refused(new CrmRefusedException($"Salesforce refused the request: {said}", error.Code)),
        };
    }

    // One code for three limits, told apart by the words. Source: developer.salesforce.com, "API Request Limits and Allocations".
    private static Verdict LimitReached(SalesforceError error, string said) => error.Says("Concurrent")
        ? new Verdict.TryAgain($"Too many long calls run in the org at once: {said}", ConcurrencyWait, NotCarriedOut: true)
        : new Verdict.DayUsedUp($"The org's quota of API calls within 24 hours is used up: {said} Syncs go on as it comes back.");

    private static CrmForbiddenException Forbidden(SalesforceError error, string said) => new(error.Code switch
    {
        "API_DISABLED_FOR_ORG" or "API_CURRENTLY_DISABLED" =>
            $"Salesforce has its API switched off for this org or user: {said} Give the connected user the permission API Enabled.",
        "TXN_SECURITY_METERING_ERROR" =>
            $"A transaction security policy of the org keeps Trueup from reading: {said} Exempt the connected user from it.",
        _ => $"Salesforce does not allow this: {said} Give the connected user the permission to read it.",
    });

    private static CrmException TokenRefusal(SalesforceError error, int status)
    {
        var said = error.Words(TokenEndpoint, status);
        if (error.Says("already being processed"))
            return new RefreshUnderWayException($"Salesforce is refreshing the account's access for somebody else: {said}");
        return new CrmUnauthorizedException(error.Code switch
        {
            "invalid_client_id" or "invalid_client" => $"Salesforce does not know the app: {said} Check consumer key and secret, and that the app is from this org.",
            "inactive_user" or "inactive_org" => $"Salesforce says that the user or the org is inactive: {said}",
            _ when error.Says("ip restricted") => $"Salesforce does not take this server's address: {said} Relax the IP restrictions of the app.",
            _ when error.Says("approved this consumer") => $"The user has not approved the app: {said} Let an administrator approve it in advance.",
            _ => $"Salesforce gives no access any more: {said} Reconnect the account.",
        });
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
