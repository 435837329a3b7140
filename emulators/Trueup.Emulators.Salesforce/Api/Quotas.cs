using System.Globalization;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>The org's budgets (facts, section 9): calls and bulk work in a rolling day, and requests and automation at the same time.</summary>
internal sealed class Quotas(VirtualClock clock, int daily)
{
    // Only requests that run for at least 20 seconds count as concurrent.
    private static readonly long LongRequest = (long)TimeSpan.FromSeconds(20).TotalMilliseconds;

    private long requestsBusyUntil;
    private long automationBusyUntil;

    public DailyBudget Requests { get; } = new(clock, daily);

    public DailyBudget QueryJobs { get; } = new(clock, 10_000);

    public DailyBudget QueryKilobytes { get; } = new(clock, 1_000_000_000);

    public DailyBudget Batches { get; } = new(clock, 15_000);

    /// <summary>Sets a budget. The slots of <c>concurrent</c> and <c>apex</c> that others hold are free again after 20 seconds.</summary>
    public void Set(QuotaControl control)
    {
        var now = clock.Milliseconds;
        switch (control.Bucket)
        {
            case "concurrent":
                requestsBusyUntil = control.Foreign >= control.Limit ? now + LongRequest : 0;
                break;
            case "apex":
                automationBusyUntil = control.Foreign >= control.Limit ? now + LongRequest : 0;
                break;
            default:
                Daily(control.Bucket).Set(control.Limit, control.Foreign);
                break;
        }
    }

    public void Reset()
    {
        foreach (var budget in new[] { Requests, QueryJobs, QueryKilobytes, Batches })
            budget.Reset();
        (requestsBusyUntil, automationBusyUntil) = (0, 0);
    }

    /// <summary>Takes a call, or says which budget is empty.</summary>
    public Refusal? Take(bool writes)
    {
        var now = clock.Milliseconds;
        if (Requests.IsExhausted)
            return Exceeded("TotalRequests Limit exceeded.");
        if (now < requestsBusyUntil)
            return Exceeded("ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
        if (writes && now < automationBusyUntil)
            return Exceeded("ConcurrentPerOrgLongTxn Limit exceeded.");
        Requests.Take(1);
        return null;
    }

    /// <summary>What every answer tells of the daily budget.</summary>
    public KeyValuePair<string, string> Header =>
        new("Sforce-Limit-Info", string.Create(CultureInfo.InvariantCulture, $"api-usage={Requests.Used}/{Requests.Limit}"));

    private DailyBudget Daily(string bucket) => bucket switch
    {
        "daily" => Requests,
        "query-jobs" => QueryJobs,
        "query-kilobytes" => QueryKilobytes,
        "batches" => Batches,
        _ => throw new ControlException(
            $"The control quota does not know the bucket '{bucket}'; known are daily, concurrent, apex, query-jobs, query-kilobytes and batches."),
    };

    private static Refusal Exceeded(string message) => Refusal.Of(403, "REQUEST_LIMIT_EXCEEDED", message);
}
