namespace Trueup.Emulators.Salesforce.Api;

/// <summary>What may be used within 24 hours, which roll by the minute. Used under the org's lock.</summary>
internal sealed class DailyBudget(VirtualClock clock, long limit)
{
    private static readonly long Day = (long)TimeSpan.FromDays(1).TotalMilliseconds;
    private static readonly long Minute = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;

    private readonly Queue<(long Minute, long Amount)> history = new();
    private readonly long usual = limit;
    private long used;
    private long thisMinute;
    private long minute;

    public long Limit { get; private set; } = limit;

    public long Used
    {
        get
        {
            Roll();
            return used;
        }
    }

    public bool IsExhausted => Used >= Limit;

    /// <summary>Uses some of it, whether or not there is as much.</summary>
    public void Take(long amount)
    {
        Roll();
        thisMinute += amount;
        used += amount;
    }

    /// <summary>Gives it another limit, of which others have used some just now.</summary>
    public void Set(long limit, long foreign)
    {
        history.Clear();
        minute = clock.Milliseconds / Minute;
        (Limit, used, thisMinute) = (limit, foreign, foreign);
    }

    /// <summary>Puts it back to the start.</summary>
    public void Reset() => Set(usual, 0);

    private void Roll()
    {
        var now = clock.Milliseconds / Minute;
        if (now == minute)
            return;
        if (thisMinute > 0)
            history.Enqueue((minute, thisMinute));
        (minute, thisMinute) = (now, 0);
        while (history.TryPeek(out var oldest) && oldest.Minute * Minute + Day <= clock.Milliseconds)
            used -= history.Dequeue().Amount;
    }
}
