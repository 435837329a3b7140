namespace Trueup.Simulation.Time;

/// <summary>The time of a world: stands still while anything can go on, then jumps to the next timer.</summary>
/// <remarks>Timers that are due at the same instant ring in the order in which they were set. Not for concurrent use.</remarks>
public sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<(Alarm Alarm, long Setting), (DateTimeOffset Due, long Number)> alarms = new();
    private DateTimeOffset now = start;
    private long settings;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => now;

    /// <inheritdoc/>
    public override long GetTimestamp() => now.UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Jumps to the next timer. Answers what rings; null where no timer is set.</summary>
    public Action? Advance()
    {
        while (alarms.TryDequeue(out var next, out var when))
        {
            if (next.Alarm.Setting != next.Setting)
                continue;
            if (when.Due > now)
                now = when.Due;
            return next.Alarm.Ring;
        }

        return null;
    }

    private sealed class Alarm(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        /// <summary>Moves with each change, so that what was set before no longer rings; 0 while nothing is set.</summary>
        public long Setting { get; private set; }

        public void Ring()
        {
            Setting = 0;
            if (period > TimeSpan.Zero)
                Change(period, period);
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan every)
        {
            period = every;
            Setting = 0;
            if (dueTime < TimeSpan.Zero)
                return true;
            Setting = ++time.settings;
            time.alarms.Enqueue((this, Setting), (time.now + dueTime, Setting));
            return true;
        }

        public void Dispose() => Setting = 0;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
