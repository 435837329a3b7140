using Trueup.Contract;
using Trueup.Simulation.Checks;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Edits;
using Trueup.Simulation.Faults;
using Trueup.Simulation.Service;

namespace Trueup.Simulation;

/// <summary>One connected account of a world: an emulated CRM with its people, and the service that mirrors it.</summary>
public sealed class Account : IAsyncDisposable
{
    private static readonly string[] Names = ["one", "two", "three"];

    private readonly int number;
    private readonly Random chance;

    /// <summary>Makes an account that nobody mirrors yet.</summary>
    /// <param name="world">The world.</param>
    /// <param name="number">0 for the first, whose faults of the clock are the machine's.</param>
    public Account(World world, int number)
    {
        (World, this.number, Name) = (world, number, Names[number]);
        var (options, name) = (world.Options, Name);
        Voice = new Voice(world.Trace, number == 0 ? "" : $"{name}: ");
        chance = Seeds.Random(options.Seed, $"{name} people");
        ConnectedAt = world.Time.GetUtcNow();
        var token = $"pat-na1-simulation-{name}";
        Crm = world.App.Create(world, name, number, token);
        Vault = new Vault(Crm, token, options.UsesOAuth);
        Population = new Population(Crm, world.Time);
        Edited = [.. Population.Streams.Where(stream => options.Streams.Count == 0 || options.Streams.Contains(stream)).Where(Crm.EditableStreams.Contains)];
        Life = Crm.Inhabit(Population, world.Tally, Voice, Seeds.Random(options.Seed, $"{name} life"), Edited, options.EditsPipelines);
        Edits = new EditBook(this);
        Faults = new FaultPlan(world, Voice, Crm, Seeds.Random(options.Seed, $"{name} faults"));
        StreamNames = options.Streams.Count == 0 ? null : options.Streams.Select(stream => new StreamName(MirroredName(stream))).ToHashSet();
        Checks = new Checker(this);
        Crm.Emulated.Wrote = Checks.Wrote;
    }

    /// <summary>The world.</summary>
    public World World { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>When it was connected.</summary>
    public DateTimeOffset ConnectedAt { get; }

    /// <summary>The CRM.</summary>
    public SimulatedCrm Crm { get; }

    /// <summary>Who lives in it.</summary>
    public Population Population { get; }

    /// <summary>What people do in it.</summary>
    public Life Life { get; }

    /// <summary>What members edit through the service.</summary>
    public EditBook Edits { get; }

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

    /// <summary>Where its CRM is.</summary>
    public Uri Url => Crm.Url;

    /// <summary>What opens it.</summary>
    public Vault Vault { get; }

    /// <summary>Tells what happens in it.</summary>
    public Voice Voice { get; }

    /// <summary>What keeps it in the process at work: the newest.</summary>
    public Keeper Keeper => World.Service.Process.Keepers[number];

    /// <summary>A purpose of chance that is its own.</summary>
    public string Purpose(string purpose) => number == 0 ? purpose : $"{Name} {purpose}";

    /// <summary>A way from a process to the CRM.</summary>
    public Wire Wire(Machine machine) => new(this, machine, Seeds.Random(World.Options.Seed, $"{Name} wire {machine.Number}"));

    /// <summary>A process's view of its mirror.</summary>
    public WatchedMirror Watched(IMirror mirror, Machine machine) =>
        new(mirror, machine, Faults, Checks, Voice, Seeds.Random(World.Options.Seed, $"{Name} disk {machine.Number}"));

    /// <summary>The mirror's name of a stream of the CRM's state.</summary>
    public string MirroredName(string stream) => Crm.MirroredName(stream);

    /// <summary>The name in the CRM's state of a stream of the mirror.</summary>
    public string StateName(StreamName stream) => Crm.StateName(stream);

    /// <summary>Starts people and faults.</summary>
    public void Begin()
    {
        World.Begin(LiveAsync);
        World.Begin(Faults.RunAsync);
        World.Begin(MeddleAsync);
        World.Begin(new EditDesk(this).WorkAsync);
    }

    /// <summary>Ends life and faults.</summary>
    public void Calm()
    {
        Life.Awake = false;
        Faults.End();
    }

    /// <summary>Somebody connects the account anew after a while.</summary>
    public void ConnectAnew(TimeSpan after)
    {
        if (!World.Options.UsesOAuth)
            return;
        Checks.Refused();
        World.Begin(async () =>
        {
            await Task.Delay(after, World.Time);
            Voice.Say("user: connects anew");
            Vault.ConnectAnew();
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Faults.Dispose();
        await Crm.DisposeAsync();
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
            if (number == 0)
                Keeper.Machine.Clock.Skew = World.Options.Skew + Faults.ClockJump;
            if (Keeper.Machine.Dead || Keeper.Machine.Frozen || Keeper.Engine is not { } engine)
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
                case 6 when Keeper.Stopping is { } stopping: stopping.Cancel(); break;
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
        Keeper.Wake();
    }

    private async Task AnswerBrakesAsync(Engine.ConnectionSync engine)
    {
        foreach (var (stream, records) in engine.Braked)
        {
            if (Keeper.Current is not null)
                return;
            Voice.Say($"user: bury {records} of {stream}");
            await engine.AnswerBrakeAsync(stream, bury: true, CancellationToken.None);
        }
    }
}
