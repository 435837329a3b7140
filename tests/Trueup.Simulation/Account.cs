using Trueup.Contract;
using Trueup.Emulators.HubSpot;
using Trueup.Simulation.Checks;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Faults;
using Trueup.Simulation.Service;
using Trueup.Simulation.Time;

namespace Trueup.Simulation;

/// <summary>One connected account of a world: an emulated CRM with its people, and the service that mirrors it.</summary>
public sealed class Account : IAsyncDisposable
{
    /// <summary>A copy of a small mirror is a matter of milliseconds; whoever died leaves its files behind until the end.</summary>
    private readonly string folder;

    private readonly Random chance;
    private readonly Random dying;
    private readonly List<ServiceProcess> processes = [];

    /// <summary>Makes an account that nobody mirrors yet.</summary>
    public Account(World world, string name)
    {
        (World, Name) = (world, name);
        var options = world.Options;
        folder = Path.Combine(world.Folder, name);
        chance = Seeds.Random(options.Seed, $"{name} people");
        dying = Seeds.Random(options.Seed, $"{name} deaths");
        ConnectedAt = world.Time.GetUtcNow();
        Crm = EmulatedHubSpot.WithoutServer(new HubSpotEmulatorOptions
        {
            Records = options.Records, Seed = options.Seed, Clock = world.Time, ContactProperties = 34, WideObject = false,
        });
        Population = new Population(Crm, world.Time);
        Edited = [.. Population.Streams.Where(stream => options.Streams.Count == 0 || options.Streams.Contains(stream)).Where(Life.Knows)];
        Life = new Life(Crm, Population, world.Trace, Seeds.Random(options.Seed, $"{name} life"), Edited);
        Faults = new FaultPlan(options, world.Time, world.Trace, Crm, Seeds.Random(options.Seed, $"{name} faults"));
        StreamNames = options.Streams.Count == 0 ? null : options.Streams.Select(stream => new StreamName(MirroredName(stream))).ToHashSet();
        Checks = new Checker(this);
    }

    /// <summary>The world.</summary>
    public World World { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>When it was connected.</summary>
    public DateTimeOffset ConnectedAt { get; }

    /// <summary>The CRM.</summary>
    public EmulatedHubSpot Crm { get; }

    /// <summary>Who lives in it.</summary>
    public Population Population { get; }

    /// <summary>What people do in it.</summary>
    public Life Life { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan Faults { get; }

    /// <summary>What the catalog remembers.</summary>
    public Journal Journal { get; } = new();

    /// <summary>What must always hold.</summary>
    public Checker Checks { get; }

    /// <summary>The streams that people edit.</summary>
    public IReadOnlyList<string> Edited { get; }

    /// <summary>The mirror's names of the streams mirrored; null for all.</summary>
    public IReadOnlySet<StreamName>? StreamNames { get; }

    /// <summary>The credentials, which every process finds in the same place.</summary>
    public ICredentialSource Credentials { get; } = new StaticCredentials();

    /// <summary>The process at work: the newest.</summary>
    public ServiceProcess Process => processes[^1];

    /// <summary>A way from a process to the CRM.</summary>
    public Wire Wire(Machine machine) =>
        new(machine, Crm, Faults, Life, World.Trace, Seeds.Random(World.Options.Seed, $"{Name} wire {machine.Number}"), World.Options.Restlessness);

    /// <summary>A process's view of its mirror.</summary>
    public WatchedMirror Watched(IMirror mirror, Machine machine) =>
        new(mirror, machine, Faults, Checks, World.Trace, Seeds.Random(World.Options.Seed, $"{Name} disk {machine.Number}"));

    /// <summary>The mirror's name of a stream of the CRM's state.</summary>
    public string MirroredName(string stream) => stream is "machine" or "survey" ? $"p{Crm.PortalId}_{stream}" : stream;

    /// <summary>The name in the CRM's state of a stream of the mirror.</summary>
    public string StateName(StreamName stream) =>
        stream.Value.StartsWith($"p{Crm.PortalId}_", StringComparison.Ordinal) ? stream.Value[(stream.Value.IndexOf('_', StringComparison.Ordinal) + 1)..] : stream.Value;

    /// <summary>Starts the first process, people, faults and deaths.</summary>
    public void Begin()
    {
        Directory.CreateDirectory(folder);
        Start(Path.Combine(folder, "1"));
        World.Begin(LiveAsync);
        World.Begin(Faults.RunAsync);
        World.Begin(MeddleAsync);
        World.Begin(DieNowAndThenAsync);
    }

    /// <summary>Ends life and faults. What is frozen goes on, what has died is started again by itself.</summary>
    public void Calm()
    {
        Life.Awake = false;
        Faults.End();
        foreach (var process in processes)
        {
            process.Machine.Fate = null;
            process.Machine.Thaw();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
        Faults.Dispose();
        await Crm.DisposeAsync();
    }

    private void Start(string folderOfIts)
    {
        var machine = new Machine(processes.Count + 1, new MachineClock(World.Time), folderOfIts);
        var process = new ServiceProcess(this, machine);
        processes.Add(process);
        World.Begin(process.RunAsync);
    }

    private async Task LiveAsync()
    {
        while (Life.Awake)
        {
            await Task.Delay(TimeSpan.FromHours(-Math.Log(1 - chance.NextDouble()) / World.Options.LifePerHour), World.Time);
            Life.Act();
        }
    }

    /// <summary>What people do in Trueup: sign in, sync by hand, stop a sync, answer the brake. And what sets the clock.</summary>
    private async Task MeddleAsync()
    {
        var people = Seeds.Random(World.Options.Seed, $"{Name} users");
        while (true)
        {
            await Task.Delay(TimeSpan.FromMinutes(people.Next(10, 200)), World.Time);
            Process.Machine.Clock.Skew = World.Options.Skew + Faults.ClockJump;
            if (Process.Machine.Dead || Process.Machine.Frozen || Process.Engine is not { } engine)
                continue;
            await AnswerBrakesAsync(engine);
            if (!Life.Awake)
                continue;
            switch (people.Next(12))
            {
                case 0 or 1: Ask(Journal.Request(SyncKind.Login)); break;
                case 2: Ask(Journal.Request(SyncKind.LastHour)); break;
                case 3: Ask(Journal.Request(SyncKind.LastDay)); break;
                case 4 when people.Next(3) == 0: Ask(Journal.Request(SyncKind.Full)); break;
                case 5: AskForRecords(people); break;
                case 6 when Process.Stopping is { } stopping: stopping.Cancel(); break;
                default: break;
            }
        }
    }

    private void AskForRecords(Random people)
    {
        var stream = Edited[people.Next(Edited.Count)];
        var known = Population.Of(stream).Biographies.Keys.ToList();
        var ids = Enumerable.Range(0, 1 + people.Next(5)).Select(_ => new RecordId(known[people.Next(known.Count)])).Distinct().ToList();
        Ask(Journal.Request(SyncKind.Records, new StreamName(MirroredName(stream)), ids));
    }

    private void Ask(SyncRequest request)
    {
        Journal.Waiting.Add(request);
        Process.Wake();
    }

    private async Task AnswerBrakesAsync(Engine.ConnectionSync engine)
    {
        foreach (var (stream, records) in engine.Braked)
        {
            if (Process.Current is not null)
                return;
            World.Trace.Say($"user: bury {records} of {stream}");
            await engine.AnswerBrakeAsync(stream, bury: true, CancellationToken.None);
        }
    }

    private async Task DieNowAndThenAsync()
    {
        if (World.Options.DeathsPerDay <= 0)
            return;
        while (Life.Awake)
        {
            await Task.Delay(TimeSpan.FromDays(-Math.Log(1 - dying.NextDouble()) / World.Options.DeathsPerDay), World.Time);
            if (!Life.Awake || Process.Machine.Dead || Process.Machine.Frozen)
                continue;
            var machine = Process.Machine;
            var point = (FatePoint)dying.Next(6);
            var passes = dying.Next(point == FatePoint.WithinCommit ? 12 : 30);
            machine.Fate = dying.Next(4) == 0 && point != FatePoint.WithinCommit
                ? new Fate(point, passes, () => FreezeNow(machine))
                : new Fate(point, passes, () => DieNow(machine, point));
        }
    }

    private void DieNow(Machine machine, FatePoint point)
    {
        World.Trace.Say($"#{machine.Number} dies: {point}");
        var next = Path.Combine(folder, $"{processes.Count + 1}");
        Copy(machine.Folder, next);
        machine.Die();
        World.Begin(() => RestartAsync(next));
    }

    private async Task RestartAsync(string next)
    {
        await Task.Delay(TimeSpan.FromSeconds(dying.Next(5) == 0 ? dying.Next(20_000) : dying.Next(120)), World.Time);
        Start(next);
    }

    private void FreezeNow(Machine machine)
    {
        World.Trace.Say($"#{machine.Number} freezes");
        machine.Freeze();
        World.Begin(() => TakeOverAsync(machine));
    }

    /// <summary>Another process takes over the same mirror; the frozen one wakes up later and knows nothing of it.</summary>
    private async Task TakeOverAsync(Machine machine)
    {
        await Task.Delay(TimeSpan.FromSeconds(dying.Next(10, 120)), World.Time);
        Start(machine.Folder);
        await Task.Delay(TimeSpan.FromSeconds(dying.Next(1, 5_000)), World.Time);
        World.Trace.Say($"#{machine.Number} thaws");
        machine.Thaw();
    }

    /// <summary>The files of a process as they are when it is killed: its own last words never reach them.</summary>
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.GetFiles(from).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private sealed class StaticCredentials : ICredentialSource
    {
        public ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new Credentials { AccessToken = "pat-na1-simulation" });

        public ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
