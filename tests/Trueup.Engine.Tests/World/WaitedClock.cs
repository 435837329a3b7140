using Microsoft.Extensions.Time.Testing;

namespace Trueup.Engine.Tests.World;

/// <summary>Virtual time that says whether anybody waits for it, so that it need not pass while the engine works: how fast the machine is then decides nothing.</summary>
internal sealed class WaitedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private int waiting;

    /// <summary>Whether a timer is running.</summary>
    public bool IsWaitedFor => Volatile.Read(ref waiting) > 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var counted = new Counted(this);
        counted.Timer = base.CreateTimer(
            inner =>
            {
                counted.Over();
                callback(inner);
            },
            state, dueTime, period);
        return counted;
    }

    private sealed class Counted : ITimer
    {
        private readonly WaitedClock clock;
        private int isOver;

        public Counted(WaitedClock clock)
        {
            this.clock = clock;
            Interlocked.Increment(ref clock.waiting);
        }

        public ITimer Timer { get; set; } = null!;

        public void Over()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
                Interlocked.Decrement(ref clock.waiting);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => Timer.Change(dueTime, period);

        public void Dispose()
        {
            Over();
            Timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Over();
            return Timer.DisposeAsync();
        }
    }
}
