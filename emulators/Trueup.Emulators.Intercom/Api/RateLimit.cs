namespace Trueup.Emulators.Intercom.Api;

/// <summary>The budget of calls, in slices of ten seconds (facts, section 11).</summary>
internal sealed class RateLimit(TimeProvider clock, int usual)
{
    private const int SliceSeconds = 10;

    private int? set;
    private int used;
    private long slice;

    /// <summary>Takes a call; answers the refusal where none is left.</summary>
    public Refusal? Take()
    {
        Turn();
        return ++used > Limit ? new Refusal(429, "rate_limit_exceeded", $"Exceeded rate limit of {Limit} in 10_seconds") : null;
    }

    /// <summary>What every answer tells.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers =>
    [
        new("X-RateLimit-Limit", Text(Limit)), new("X-RateLimit-Remaining", Text(Math.Max(0, Limit - used))), new("X-RateLimit-Reset", Text((slice + 1) * SliceSeconds)),
    ];

    public void Set(QuotaControl quota)
    {
        if (quota.Bucket != "burst")
            throw new ControlException($"Intercom has no budget '{quota.Bucket}'; it has burst.");
        Turn();
        (set, used) = (quota.Limit, quota.Foreign);
    }

    public void Reset() => (set, used) = (null, 0);

    private int Limit => set ?? usual;

    private void Turn()
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds() / SliceSeconds;
        if (now != slice)
            (slice, used) = (now, 0);
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
