using Trueup.Simulation.Crm;
using Trueup.Simulation.Edits;
using Trueup.Simulation.Time;

namespace Trueup.Simulation.Faults;

/// <summary>Which troubles begin and end when, and what they add up to now.</summary>
public sealed class FaultPlan(World world, Voice voice, SimulatedCrm crm, Random chance) : IDisposable
{
    /// <summary>Troubles at the same time.</summary>
    private const int MostAtOnce = 3;

    private readonly WorldOptions options = world.Options;
    private readonly TimeProvider time = world.Time;
    private readonly List<Episode> active = [];
    private readonly List<(DateTimeOffset Until, TimeSpan Lag)> lags = [];
    private readonly CancellationTokenSource ended = new();

    /// <summary>Whether the CRM can be reached.</summary>
    public bool Unreachable => active.Exists(episode => episode.Unreachable);

    /// <summary>The part of the commits that find the disk full.</summary>
    public double DiskFull => active.Select(episode => episode.DiskFull).DefaultIfEmpty().Max();

    /// <summary>The longest time that the disk takes for one thing.</summary>
    public TimeSpan DiskSlow => active.Select(episode => episode.DiskSlow).DefaultIfEmpty().Max();

    /// <summary>How wrong the service's clock is, beyond what it always is.</summary>
    public TimeSpan ClockJump => active.Select(episode => episode.ClockJump).DefaultIfEmpty().MaxBy(jump => jump.Duration());

    /// <summary>How long a write may have stayed invisible somewhere, in any sync that began since.</summary>
    public TimeSpan LagSince(DateTimeOffset since) =>
        lags.Where(lag => lag.Until >= since).Select(lag => lag.Lag).DefaultIfEmpty().Max();

    /// <summary>Lets troubles come and go until they are ended.</summary>
    public async Task RunAsync()
    {
        if (options.Faults.Count == 0 || options.FaultsPerDay <= 0)
            return;
        while (!ended.IsCancellationRequested)
        {
            await PauseAsync(TimeSpan.FromDays(-Math.Log(1 - chance.NextDouble()) / options.FaultsPerDay));
            if (!ended.IsCancellationRequested && active.Count < MostAtOnce)
                _ = StrikeAsync(options.Faults[chance.Next(options.Faults.Count)]);
        }
    }

    /// <summary>Ends all troubles at once.</summary>
    public void End()
    {
        ended.Cancel();
        active.Clear();
        crm.Emulated.ClearControls();
        voice.Say("faults: all off");
    }

    /// <inheritdoc/>
    public void Dispose() => ended.Dispose();

    private async Task StrikeAsync(string name)
    {
        var episode = world.App.Trouble(name, chance);
        if (options.EditsPerHour > 0)
            episode = episode with { Controls = [.. episode.Controls.Select(EditTrouble.Honest)] };
        active.Add(episode);
        world.Tally.Faults++;
        if (episode.Lag > TimeSpan.Zero)
            lags.Add((time.GetUtcNow() + episode.Lasts, episode.Lag));
        voice.Say($"faults: {name} for {episode.Lasts:c} {Told(episode)}");
        crm.Emulated.Control(episode.Controls);
        await PauseAsync(episode.Lasts);
        if (!active.Remove(episode))
            return;
        voice.Say($"faults: {name} over");
        crm.Emulated.ClearControls();
        foreach (var control in active.SelectMany(other => other.Controls))
            crm.Emulated.Control(control);
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await time.WaitAsync(pause, ended.Token);
        }
        catch (OperationCanceledException)
        {
            // The troubles were ended; whoever waits looks for itself.
        }
    }

    private static string Told(Episode episode) => episode switch
    {
        { Controls: [var control, ..] } => control switch
        {
            Emulators.PagesControl pages => $"Pages {string.Join(',', pages.Sizes)} at {pages.Endpoint}",
            Emulators.FaultControl fault => $"Fault {fault.Status} at {fault.Endpoint}, share {fault.Share}, applied {fault.Applied}, body {fault.Body ?? "the vendor's"}",
            _ => control.ToString(),
        },
        _ => $"unreachable {episode.Unreachable}, disk full {episode.DiskFull}, disk slow {episode.DiskSlow:c}, clock {episode.ClockJump:c}",
    };
}
