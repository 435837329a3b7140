namespace Trueup.Gauntlet.Tests;

/// <summary>A clock that runs a hundred times as fast as the wall's, timers included, so that back-offs of minutes take a moment and still happen.</summary>
internal sealed class HastyClock : TimeProvider
{
    private const int Rate = 100;
    private readonly DateTimeOffset startedAt = System.GetUtcNow();
    private readonly long started = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => startedAt + (System.GetElapsedTime(started) * Rate);

    public override long GetTimestamp() => started + ((System.GetTimestamp() - started) * Rate);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shortened(dueTime), Shortened(period));

    private static TimeSpan Shortened(TimeSpan time) => time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Max(1, time.TotalMilliseconds / Rate));
}
