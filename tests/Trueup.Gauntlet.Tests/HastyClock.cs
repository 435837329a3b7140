namespace Trueup.Gauntlet.Tests;

/// <summary>A clock that runs a hundred times as fast as the wall's, timers included, so that back-offs of minutes take a moment and still happen.</summary>
internal sealed class HastyClock : TimeProvider
{
    private const int Haste = 100;
    private readonly Lock gate = new();
    private (DateTimeOffset At, long Stamp, long SystemStamp, int Rate) since;

    public HastyClock() => since = (System.GetUtcNow(), System.GetTimestamp(), System.GetTimestamp(), Haste);

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return since.At + (System.GetElapsedTime(since.SystemStamp) * since.Rate);
    }

    public override long GetTimestamp()
    {
        lock (gate)
            return since.Stamp + ((System.GetTimestamp() - since.SystemStamp) * since.Rate);
    }

    /// <summary>Time that passes at once. Timers that run know nothing of it.</summary>
    public void Advance(TimeSpan time)
    {
        lock (gate)
            since.At += time;
    }

    /// <summary>Runs as the wall's from now on, where what a slow machine takes must not count as minutes.</summary>
    public void Slow()
    {
        lock (gate)
            since = (GetUtcNow(), GetTimestamp(), System.GetTimestamp(), 1);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shortened(dueTime), Shortened(period));

    private TimeSpan Shortened(TimeSpan time) => time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Max(1, time.TotalMilliseconds / since.Rate));
}
