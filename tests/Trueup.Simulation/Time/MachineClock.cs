namespace Trueup.Simulation.Time;

/// <summary>The clock of the machine that a service runs on: may be wrong, may be set, and dies with the service.</summary>
public sealed class MachineClock(TimeProvider time) : TimeProvider
{
    /// <summary>How far it is ahead of the world's time; negative: behind.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>Whether timers no longer ring: the process has died.</summary>
    public bool Stopped { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Skew;

    /// <inheritdoc/>
    public override long GetTimestamp() => time.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(
            ringing =>
            {
                if (!Stopped)
                    callback(ringing);
            },
            state, dueTime, period);
}
