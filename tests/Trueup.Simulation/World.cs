using Trueup.Contract;
using Trueup.Simulation.Checks;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Service;
using Trueup.Simulation.Time;

namespace Trueup.Simulation;

/// <summary>A company's CRM, the service that mirrors it and everything that can happen to both, in virtual time and from one seed.</summary>
/// <remarks>First people work and faults strike; then both stop, and within one nightly and one hourly the mirror must equal the CRM.
/// The checks run all along. The same options give the same trace, byte for byte.</remarks>
public sealed class World : IDisposable
{
    /// <summary>Turns in a world's day, far above what any takes; what needs more has no end.</summary>
    private const long MostTurnsPerDay = 3_000_000;

    /// <summary>How long the mirror may take to catch up: a nightly may have to wait a day, and a quota for the next midnight.</summary>
    private static readonly TimeSpan LongestCatchingUp = TimeSpan.FromHours(75);

    private readonly TaskCompletionSource failure = new();
    private readonly List<Account> accounts = [];

    /// <summary>Makes a world that has not begun.</summary>
    /// <param name="options">What it is like.</param>
    /// <param name="sink">Where to write the trace as it grows; null for nowhere.</param>
    public World(WorldOptions options, TextWriter? sink = null)
    {
        (Options, App) = (options, SimulatedApp.Of(options.App));
        Time = new VirtualTime(options.Start);
        Trace = new Trace(Time, sink);
        turns = new Turns(Time, Seeds.Random(options.Seed, "turns"), options.Shuffled);
        var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        Folder = Path.Combine(memory, $"trueup-world-{Environment.ProcessId}-{Interlocked.Increment(ref worlds)}");
        Directory.CreateDirectory(Folder);
    }

    private static int worlds;

    private readonly Turns turns;
    private Lives? service;

    /// <summary>What it is like.</summary>
    public WorldOptions Options { get; }

    /// <summary>The vendor of its CRMs.</summary>
    public SimulatedApp App { get; }

    /// <summary>Its time.</summary>
    public VirtualTime Time { get; }

    /// <summary>What happens in it.</summary>
    public Trace Trace { get; }

    /// <summary>How much has happened in it.</summary>
    public Tally Tally { get; } = new();

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>The connected accounts.</summary>
    public IReadOnlyList<Account> Accounts => accounts;

    /// <summary>The service that mirrors them.</summary>
    public Lives Service => service ?? throw new InvalidOperationException("The world has not begun.");

    /// <summary>Lets the world run to its end.</summary>
    /// <exception cref="CheckFailedException">Something that must always hold did not.</exception>
    /// <exception cref="WorldStoppedException">The world could not go on.</exception>
    public void Run()
    {
        Trace.Say($"world {Options}");
        turns.Run(() => Task.WhenAny(LastAsync(), failure.Task).Unwrap(), (long)((Options.Days + 4) * MostTurnsPerDay * Options.Accounts));
        Tally.Worlds = 1;
        Tally.AccountDays = Options.Days * Options.Accounts;
        Trace.Say("the world ends well");
    }

    /// <summary>Sets something going in the world, which ends with its failure, should it fail.</summary>
    public void Begin(Func<Task> work) =>
        _ = Task.Factory.StartNew(() => GuardAsync(work), CancellationToken.None, TaskCreationOptions.DenyChildAttach, turns);

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception problem)
        {
            Fail(problem);
        }
    }

    /// <summary>Ends the world.</summary>
    public void Fail(Exception problem)
    {
        if (failure.TrySetException(problem))
            Trace.Say($"FAILED {problem.Message}");
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private async Task LastAsync()
    {
        for (var number = 0; number < Options.Accounts; number++)
            accounts.Add(new Account(this, number));
        await using var lives = service = new Lives(this);
        try
        {
            await LastAsync(lives);
        }
        finally
        {
            foreach (var account in accounts)
                await account.DisposeAsync();
        }
    }

    private async Task LastAsync(Lives lives)
    {
        lives.Begin();
        foreach (var account in accounts)
            account.Begin();
        await Time.WaitAsync(TimeSpan.FromDays(Options.Days));
        foreach (var account in accounts)
            account.Calm();
        lives.Calm();
        var calmAt = Time.GetUtcNow();
        Trace.Say("calm");

        // What was written last must be visible everywhere before a sync can be expected to find it.
        await Task.Delay(TimeSpan.FromMinutes(11), Time);
        foreach (var account in accounts)
        {
            await CaughtUpAsync(account, calmAt);
            await account.Checks.EqualAsync();
            await account.Checks.RestsAsync();
        }
    }

    /// <summary>Waits for one nightly and one hourly sync that began in the calm, after the last answer of a person and the end of the last edit run.</summary>
    private async Task CaughtUpAsync(Account account, DateTimeOffset calmAt)
    {
        for (var quietAt = Time.GetUtcNow(); !HasRun(account, quietAt); await Task.Delay(TimeSpan.FromMinutes(1), Time))
        {
            if (account.Keeper.Engine?.Braked.Count > 0 || account.Edits.Open.Any())
                quietAt = Time.GetUtcNow();
            if (Time.GetUtcNow() - calmAt > LongestCatchingUp * Options.Accounts)
                throw new CheckFailedException("I26", $"{LongestCatchingUp.TotalHours:N0} hours after the last fault no nightly and hourly sync had come to an end.");
        }
    }

    private static bool HasRun(Account account, DateTimeOffset since)
    {
        var ended = account.Journal.Ended.Where(sync => sync.BeganAt >= since && sync.Report.Status is SyncStatus.Verified or SyncStatus.Unverified).ToList();
        var whole = ended.FindIndex(sync => sync.Report.Request.Kind is SyncKind.Nightly or SyncKind.Onboarding or SyncKind.Full);
        return whole >= 0 && ended.FindIndex(whole, sync => sync.Report.Request.Kind == SyncKind.Hourly) >= 0;
    }
}
