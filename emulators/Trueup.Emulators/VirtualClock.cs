namespace Trueup.Emulators;

/// <summary>The clock of an emulated CRM. Follows its base clock until it is set, advanced or given another rate.</summary>
/// <remarks>Threads: every member may be called concurrently.</remarks>
public sealed class VirtualClock(TimeProvider basis) : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset anchor = basis.GetUtcNow();
    private DateTimeOffset basisAnchor = basis.GetUtcNow();
    private double rate = 1;

    /// <summary>The CRM's time now, UTC.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return Now();
    }

    /// <summary>The CRM's time now, in whole milliseconds since 1970 UTC: the resolution of every stamp.</summary>
    public long Milliseconds => GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Sets the time. It goes on from there at the present rate; going back is allowed.</summary>
    public void Set(DateTimeOffset now)
    {
        lock (gate)
        {
            anchor = now.ToUniversalTime();
            basisAnchor = basis.GetUtcNow();
        }
    }

    /// <summary>Moves the time by a duration, which may be negative.</summary>
    public void Advance(TimeSpan duration)
    {
        lock (gate)
        {
            anchor = Now() + duration;
            basisAnchor = basis.GetUtcNow();
        }
    }

    /// <summary>Lets the time pass faster or slower.</summary>
    /// <param name="secondsPerSecond">Seconds of this clock per second of its base; 0 stops it, 1 is the default.</param>
    public void Run(double secondsPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondsPerSecond);
        lock (gate)
        {
            anchor = Now();
            basisAnchor = basis.GetUtcNow();
            rate = secondsPerSecond;
        }
    }

    private DateTimeOffset Now() => anchor + (basis.GetUtcNow() - basisAnchor) * rate;
}
