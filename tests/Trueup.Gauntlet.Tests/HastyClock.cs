namespace Trueup.Gauntlet.Tests;

/// <summary>A clock that runs a hundred times as fast as the wall's, timers included, so that back-offs of minutes take a moment and still happen.</summary>
internal sealed class HastyClock : TimeProvider
{
    private const int Rate = 100;
    private readonly DateTimeOffset startedAt = System.GetUtcNow();
    private readonly long started = System.GetTimestamp();
    private long skipped;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => startedAt + (System.GetElapsedTime(started) * Rate) + TimeSpan.FromTicks(Interlocked.Read(ref skipped));

    public override long GetTimestamp() => started + ((System.GetTimestamp() - started) * Rate);

    /// <summary>Time that passes at once. Timers that run know nothing of it.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref skipped, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shortened(dueTime), Shortened(period));

    private static TimeSpan Shortened(TimeSpan time) => time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Max(1, time.TotalMilliseconds / Rate));
}
