using System.Globalization;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>What HubSpot's statuses, bodies and headers mean.</summary>
/// <remarks>Source: developers.hubspot.com "Error handling" and "API usage guidelines", read on 2026-09; bodies as recorded by third parties.</remarks>
internal sealed class HubSpotDialect : IApiDialect
{
    /// <summary>The limit per ten seconds of the app.</summary>
    public const string Burst = "burst";

    /// <summary>The limit per second of all searches in the portal.</summary>
    public const string Search = "search";

    /// <summary>The limit per ten seconds of associations.</summary>
    public const string Associations = "associations";

    /// <summary>The name of the endpoint that refreshes tokens.</summary>
    public const string TokenEndpoint = "token";

    private static readonly TimeSpan BurstWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SearchWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LockedWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MigrationWait = TimeSpan.FromMinutes(5);

    public string Label => "HubSpot";

    public string App => "hubspot";

    public string? CorrelationOf(CrmAnswer answer) =>
        answer.Header("X-HubSpot-Correlation-Id") is { Length: > 0 and <= 64 } id ? id : HubSpotError.Of(answer).CorrelationId;

    public void Observe(CrmRequest request, CrmAnswer answer, ApiBudget budget)
    {
        // Search answers carry none of these.
        if (request.Limits is [var limit] && limit != Search && Number(answer, "X-HubSpot-RateLimit-Max") is { } most)
            budget.Observe(limit, most, Number(answer, "X-HubSpot-RateLimit-Remaining"));
        if (Number(answer, "X-HubSpot-RateLimit-Daily") is { } daily && Number(answer, "X-HubSpot-RateLimit-Daily-Remaining") is { } left)
            budget.ObserveDay(daily, left);
    }

    public Verdict Judge(CrmRequest request, CrmAnswer answer, DateTimeOffset now)
    {
        var error = HubSpotError.Of(answer);
        var said = error.Words(answer, request);
        var after = answer.RetryAfter(now);
        if (request.Endpoint == TokenEndpoint)
            return OfToken(answer.Status, error, said, after);
        return answer.Status switch
        {
            401 => new Verdict.CredentialsRefused(new CrmUnauthorizedException(
                $"HubSpot does not accept the credentials: {said} Reconnect the account with a valid token.")),
            403 => new Verdict.Refused(new CrmForbiddenException(Forbidden(error, said), error.MissingScopes)),
            404 or 410 => new Verdict.Refused(new CrmNotFoundException($"HubSpot does not know what was asked for: {said}")),
            423 => new Verdict.TryAgain($"HubSpot has locked the records for a moment: {said}", after ?? LockedWait, NotCarriedOut: true),
            429 => Throttled(request, error, said, after),
            477 => new Verdict.TryAgain(
                $"HubSpot is moving the portal to another data centre: {said}", after ?? MigrationWait, NotCarriedOut: true),
            408 or >= 500 => new Verdict.TryAgain($"HubSpot has a passing trouble: {said}", after),
            _ => new Verdict.Refused(new CrmRefusedException($"HubSpot refused the request: {said}")),
        };
    }

    /// <summary>Only an error in OAuth's own words withdraws the access. Anything else a gateway may have said, and it says nothing of the
    /// records that a token was needed for.</summary>
    private static Verdict OfToken(int status, HubSpotError error, string said, TimeSpan? after) => status switch
    {
        400 or 401 when error.OAuthCode is { } code => new Verdict.Refused(new CrmUnauthorizedException(
            $"HubSpot no longer refreshes the account's access ({VendorText.Clean(code)}): {said} Reconnect the account.")),
        429 => new Verdict.TryAgain($"HubSpot's token endpoint is overloaded: {said}", after ?? BurstWait, NotCarriedOut: true),
        _ => new Verdict.TryAgain($"HubSpot gives no access at the moment: {said}", after),
    };

    private static Verdict Throttled(CrmRequest request, HubSpotError error, string said, TimeSpan? after)
    {
        if (error.PolicyName == "DAILY" || error.Message.Contains("daily limit", StringComparison.OrdinalIgnoreCase))
            return new Verdict.DayUsedUp($"The portal's daily quota of HubSpot API calls is used up: {said} Syncs go on after the portal's midnight.");

        var limit = request.Limits is [var one] ? one : Burst;
        var isSearch = limit == Search;
        return new Verdict.Throttled(limit, after ?? (isSearch ? SearchWait : BurstWait), $"HubSpot's rate limit stays reached: {said}");
    }

    private static string Forbidden(HubSpotError error, string said) => error.MissingScopes.Count == 0
        ? $"HubSpot does not allow this: {said}"
        : $"HubSpot asks for the scope {string.Join(" or ", error.MissingScopes)}: {said} Add the scope to the app and reconnect.";

    private static long? Number(CrmAnswer answer, string header) =>
        long.TryParse(answer.Header(header), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
