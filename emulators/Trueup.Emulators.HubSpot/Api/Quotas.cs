using System.Globalization;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>One budget of calls in a window.</summary>
internal sealed class Quota(int limit)
{
    public int Limit { get; set; } = limit;
    public int Used { get; set; }
    public long WindowEnds { get; set; }

    public int Remaining => Math.Max(0, Limit - Used);

    public bool Take(long now, Func<long> endOfWindow)
    {
        if (now >= WindowEnds)
            (Used, WindowEnds) = (0, endOfWindow());
        if (Used >= Limit)
            return false;
        Used++;
        return true;
    }
}

/// <summary>The portal's budgets (facts, section 9). Generous unless asked to be like the vendor's.</summary>
internal sealed class Quotas(VirtualClock clock, long portalId, bool realLimits)
{
    private const int Generous = 1_000_000_000;
    private const int TenSeconds = 10_000;
    private const int OneSecond = 1_000;

    private Quota burst = new(realLimits ? 190 : Generous);
    private Quota search = new(realLimits ? 5 : Generous);
    private Quota associations = new(realLimits ? 150 : Generous);
    private Quota tokens = new(Generous);

    public Quota Daily { get; private set; } = new(realLimits ? 625_000 : Generous);

    /// <summary>The portal's next midnight.</summary>
    public long DailyResetsAt
    {
        get
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(AccountCalls.TimeZone);
            var local = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone);
            var midnight = DateTime.SpecifyKind(local.Date.AddDays(1), DateTimeKind.Unspecified);
            return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUnixTimeMilliseconds();
        }
    }

    public void Set(QuotaControl control)
    {
        var quota = control.Bucket switch
        {
            "burst" => burst,
            "search" => search,
            "daily" => Daily,
            "associations" => associations,
            "token" => tokens,
            _ => throw new ControlException($"The control quota does not know the bucket '{control.Bucket}'; known are burst, search, daily, associations and token."),
        };
        var now = clock.Milliseconds;
        quota.Limit = control.Limit;
        quota.Used = control.Foreign;
        quota.WindowEnds = quota == Daily ? DailyResetsAt : now + (quota == search ? OneSecond : TenSeconds);
    }

    public void Reset()
    {
        var fresh = new Quotas(clock, portalId, realLimits);
        (burst, search, associations, tokens, Daily) = (fresh.burst, fresh.search, fresh.associations, fresh.tokens, fresh.Daily);
    }

    /// <summary>Takes a call from the budgets that an endpoint draws on, or says which is empty.</summary>
    public Refusal? Take(string endpoint)
    {
        var now = clock.Milliseconds;
        if (endpoint == "token")
            return tokens.Take(now, () => now + TenSeconds) ? null : new Refusal(429, Refusal.Envelope("You have reached your rate limit.", "RATE_LIMITS")) { RetryAfter = TimeSpan.FromMilliseconds(TenSeconds) };
        if (!Daily.Take(now, () => DailyResetsAt))
        {
            var body = Exhausted("You have reached your daily limit.", "DAILY");
            body["requestId"] = "8f2c61f0";
            return new Refusal(429, body);
        }
        if (endpoint == "search")
            return search.Take(now, () => now + OneSecond) ? null
                : new Refusal(429, Refusal.Envelope("You have reached your secondly limit.", "RATE_LIMITS"));
        if (endpoint == "associations" && !associations.Take(now, () => now + TenSeconds) || !burst.Take(now, () => now + TenSeconds))
        {
            var body = Exhausted("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING");
            body["groupName"] = $"publicapi:private-app-api-calls-ten-secondly:{portalId}";
            return new Refusal(429, body);
        }
        return null;
    }

    /// <summary>The headers of an answer; none on search.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers(string endpoint, bool oauth)
    {
        if (endpoint is "search" or "token")
            return [];
        List<KeyValuePair<string, string>> headers =
        [
            new("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"),
            new("X-HubSpot-RateLimit-Max", Text(burst.Limit)),
            new("X-HubSpot-RateLimit-Remaining", Text(burst.Remaining)),
            new("X-HubSpot-RateLimit-Secondly", Text(burst.Limit / 10)),
            new("X-HubSpot-RateLimit-Secondly-Remaining", Text(burst.Remaining / 10)),
        ];
        if (!oauth)
            headers.AddRange([new("X-HubSpot-RateLimit-Daily", Text(Daily.Limit)), new("X-HubSpot-RateLimit-Daily-Remaining", Text(Daily.Remaining))]);
        return headers;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Exhausted(string message, string policy) => new()
    {
        ["status"] = "error", ["message"] = message, ["errorType"] = "RATE_LIMIT", ["correlationId"] = "", ["policyName"] = policy,
    };
}
