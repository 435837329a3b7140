namespace Trueup.Simulation.Time;

/// <summary>Waits of any length.</summary>
public static class Waiting
{
    /// <summary>Timers know no longer waits than 49 days.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>Waits.</summary>
    public static async Task WaitAsync(this TimeProvider time, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        for (; wait > Longest; wait -= Longest)
            await Task.Delay(Longest, time, cancellationToken);
        await Task.Delay(wait, time, cancellationToken);
    }
}
