using System.Globalization;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>The org's budgets (facts, section 9): calls in a rolling day, and requests and automation at the same time.</summary>
internal sealed class Quotas(VirtualClock clock, int daily)
{
    private static readonly long Day = (long)TimeSpan.FromDays(1).TotalMilliseconds;
    private static readonly long Minute = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;

    // Only requests that run for at least 20 seconds count as concurrent.
    private static readonly long LongRequest = (long)TimeSpan.FromSeconds(20).TotalMilliseconds;

    private readonly Queue<(long Minute, int Calls)> history = new();
    private readonly int usual = daily;
    private int used;
    private int thisMinute;
    private long minute;
    private long requestsBusyUntil;
    private long automationBusyUntil;

    public int DailyLimit { get; private set; } = daily;

    public int DailyUsed
    {
        get
        {
            Roll();
            return used;
        }
    }

    /// <summary>Sets a budget. The slots of <c>concurrent</c> and <c>apex</c> that others hold are free again after 20 seconds.</summary>
    public void Set(QuotaControl control)
    {
        var now = clock.Milliseconds;
        switch (control.Bucket)
        {
            case "daily":
                history.Clear();
                (thisMinute, minute) = (control.Foreign, now / Minute);
                (DailyLimit, used) = (control.Limit, control.Foreign);
                break;
            case "concurrent":
                requestsBusyUntil = control.Foreign >= control.Limit ? now + LongRequest : 0;
                break;
            case "apex":
                automationBusyUntil = control.Foreign >= control.Limit ? now + LongRequest : 0;
                break;
            default:
                throw new ControlException($"The control quota does not know the bucket '{control.Bucket}'; known are daily, concurrent and apex.");
        }
    }

    public void Reset()
    {
        history.Clear();
        (thisMinute, used, DailyLimit) = (0, 0, usual);
        (requestsBusyUntil, automationBusyUntil) = (0, 0);
    }

    /// <summary>Takes a call, or says which budget is empty.</summary>
    public Refusal? Take(bool writes)
    {
        var now = clock.Milliseconds;
        if (DailyUsed >= DailyLimit)
            return Exceeded("TotalRequests Limit exceeded.");
        if (now < requestsBusyUntil)
            return Exceeded("ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
        if (writes && now < automationBusyUntil)
            return Exceeded("ConcurrentPerOrgLongTxn Limit exceeded.");
        thisMinute++;
        used++;
        return null;
    }

    /// <summary>What every answer tells of the daily budget.</summary>
    public KeyValuePair<string, string> Header =>
        new("Sforce-Limit-Info", string.Create(CultureInfo.InvariantCulture, $"api-usage={DailyUsed}/{DailyLimit}"));

    private void Roll()
    {
        var now = clock.Milliseconds / Minute;
        if (now == minute)
            return;
        if (thisMinute > 0)
            history.Enqueue((minute, thisMinute));
        (minute, thisMinute) = (now, 0);
        while (history.TryPeek(out var oldest) && oldest.Minute * Minute + Day <= clock.Milliseconds)
            used -= history.Dequeue().Calls;
    }

    private static Refusal Exceeded(string message) => Refusal.Of(403, "REQUEST_LIMIT_EXCEEDED", message);
}
