namespace Trueup.Emulators;

/// <summary>Lets a CRM live: does one thing after the other, so many a second, until it is disposed of.</summary>
public sealed class Heartbeat : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    // What a machine that slept would have missed is not made up for all at once.
    private const int MostPerBeat = 10_000;

    private readonly CancellationTokenSource stopping = new();
    private readonly Task work;

    /// <summary>Begins to beat.</summary>
    /// <param name="clock">The time.</param>
    /// <param name="rate">Things a second.</param>
    /// <param name="act">Does one thing.</param>
    public Heartbeat(TimeProvider clock, double rate, Action act) => work = RunAsync(clock, rate, act);

    /// <summary>Ends it; nothing is done any more once this has returned.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await work;
        stopping.Dispose();
    }

    private async Task RunAsync(TimeProvider clock, double rate, Action act)
    {
        using var timer = new PeriodicTimer(Beat, clock);
        var due = 0.0;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                due = Math.Min(due + rate * Beat.TotalSeconds, MostPerBeat);
                for (; due >= 1; due--)
                    act();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Life ends with the emulator.
        }
    }
}
