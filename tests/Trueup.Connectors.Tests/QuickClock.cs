namespace Trueup.Connectors.Tests;

/// <summary>A clock on which every wait is over at once and moves the time by its length. Time limits strike when told to.</summary>
/// <remarks>Timers that wait for less than the shortest time limit of the pipeline are waits; the others are limits.</remarks>
public sealed class QuickClock(DateTimeOffset start) : TimeProvider
{
    // The pipeline's time limits are 30 s and 60 s; its waits inside one request are shorter.
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromSeconds(29);
    private readonly Lock gate = new();
    private readonly HashSet<QuickTimer> limits = [];
    private DateTimeOffset now = start;

    public List<TimeSpan> Waits { get; } = [];

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by)
    {
        lock (gate)
            now += by;
    }

    /// <summary>Lets every time limit that is running now strike.</summary>
    public void ReachLimits()
    {
        QuickTimer[] running;
        lock (gate)
        {
            running = [.. limits];
            limits.Clear();
        }
        foreach (var limit in running)
            limit.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new QuickTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class QuickTimer(QuickClock clock, Action fire) : ITimer
    {
        private volatile bool disposed;

        public void Fire()
        {
            if (!disposed)
                fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (disposed || dueTime < TimeSpan.Zero || dueTime >= ShortestLimit)
            {
                lock (clock.gate)
                {
                    if (!disposed && dueTime >= ShortestLimit)
                        clock.limits.Add(this);
                }
                return !disposed;
            }
            ThreadPool.QueueUserWorkItem(_ =>
            {
                if (disposed)
                    return;
                lock (clock.gate)
                {
                    clock.now += dueTime;
                    clock.Waits.Add(dueTime);
                }
                Fire();
            });
            return true;
        }

        public void Dispose()
        {
            disposed = true;
            lock (clock.gate)
                clock.limits.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
