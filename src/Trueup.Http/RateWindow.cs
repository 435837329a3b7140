namespace Trueup.Http;

/// <summary>Counts the calls of a rolling window in a fixed number of segments, so that memory does not grow with the limit.</summary>
/// <remarks>A call leaves the window up to one segment late, never early. Not for concurrent use.</remarks>
internal sealed class RateWindow
{
    // 20 segments make the window look at most 5 % longer than it is.
    private const int Segments = 20;

    private readonly RateLimit limit;
    private readonly long segmentTicks;
    private readonly long[] counts = new long[Segments + 1];
    private long latestSegment;
    private long used;
    private long foreign;
    private DateTimeOffset foreignUntil;

    public RateWindow(RateLimit limit)
    {
        this.limit = limit;
        Calls = limit.Calls;
        segmentTicks = limit.Window.Ticks / Segments;
    }

    public string Name => limit.Name;

    public TimeSpan Length => limit.Window;

    /// <summary>What the vendor allows, by its latest headers.</summary>
    public long Calls { get; set; }

    public DateTimeOffset ClosedUntil { get; private set; }

    /// <summary>When the next call may go; not later than <paramref name="now"/> if it may go at once.</summary>
    public DateTimeOffset NextFree(DateTimeOffset now)
    {
        MoveTo(now);
        if (ClosedUntil > now)
            return ClosedUntil;
        return used < AllowedAt(now) ? now : OldestLeavesAt();
    }

    public void Take(DateTimeOffset now)
    {
        MoveTo(now);
        counts[latestSegment % counts.Length]++;
        used++;
    }

    public long UsedAt(DateTimeOffset now)
    {
        MoveTo(now);
        return used;
    }

    public long? ForeignAt(DateTimeOffset now) => foreignUntil > now ? foreign : null;

    /// <summary>Takes over what the vendor's headers say. What is used up and not by us was used by others.</summary>
    public void Observe(long calls, long? remaining, DateTimeOffset now)
    {
        MoveTo(now);
        Calls = Math.Max(1, calls);
        if (remaining is not { } left)
            return;
        foreign = Math.Clamp(Calls - left - used, 0, Calls);
        foreignUntil = now + Length;
    }

    public void CloseUntil(DateTimeOffset instant)
    {
        if (instant > ClosedUntil)
            ClosedUntil = instant;
    }

    // One call always gets through, or we would never hear that there is room again.
    private long AllowedAt(DateTimeOffset now) => Math.Max(1, (long)((Calls - (ForeignAt(now) ?? 0)) * limit.Share));

    private DateTimeOffset OldestLeavesAt()
    {
        for (var segment = latestSegment - Segments; segment <= latestSegment; segment++)
        {
            if (segment >= 0 && counts[segment % counts.Length] > 0)
                return new DateTimeOffset((segment + Segments + 1) * segmentTicks, TimeSpan.Zero);
        }
        throw new System.Diagnostics.UnreachableException($"The window '{Name}' counts {used} calls, but none in its segments.");
    }

    private void MoveTo(DateTimeOffset now)
    {
        var segment = now.UtcTicks / segmentTicks;
        if (segment <= latestSegment)
            return;
        var passed = Math.Min(segment - latestSegment, counts.Length);
        for (var i = 1; i <= passed; i++)
        {
            ref var count = ref counts[(latestSegment + i) % counts.Length];
            used -= count;
            count = 0;
        }
        // The ring holds whole segments only; the slots between the last one cleared and the new one are already empty.
        latestSegment = segment;
    }
}
