using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Mirrors.Sqlite;

namespace Trueup.Engine.Tests.World;

/// <summary>A small CRM, a real SQLite mirror and the engine between them, on virtual time.</summary>
internal sealed class SmallWorld : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-engine-").FullName;
    private readonly SqliteMirrorStore store;
    private int syncs;

    private SmallWorld(bool namesLinks)
    {
        Clock = new WaitedClock(new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        Crm = new SmallCrm(Clock);
        Connector = namesLinks ? new NamingCrm(Crm) : Crm;
        store = new SqliteMirrorStore(folder, Clock);
    }

    public WaitedClock Clock { get; }

    public SmallCrm Crm { get; }

    /// <summary>How the engine sees the CRM.</summary>
    public IConnector Connector { get; }

    public IMirror Mirror { get; private set; } = null!;

    public ConnectionSync Engine { get; private set; } = null!;

    public EngineOptions Options { get; set; } = new() { StreamsAtOnce = 1 };

    /// <summary>A world whose contacts are mirrored.</summary>
    public static async Task<SmallWorld> OnboardedAsync(int contacts)
    {
        var world = await StartAsync(contacts);
        await world.SyncAsync(SyncKind.Onboarding);
        return world;
    }

    /// <param name="contacts">Contacts to begin with; their ids come first.</param>
    /// <param name="companies">Companies to begin with.</param>
    /// <param name="namesLinks">Whether contacts name their companies, as in <see cref="NamingCrm"/>.</param>
    public static async Task<SmallWorld> StartAsync(int contacts = 0, int companies = 0, bool namesLinks = false)
    {
        var world = new SmallWorld(namesLinks);
        for (var index = 0; index < contacts; index++)
            world.Crm.Create(SmallCrm.Contacts, $"Contact {index}", "Kiel");
        for (var index = 0; index < companies; index++)
            world.Crm.Create(SmallCrm.Companies, $"Company {index}");
        world.Clock.Advance(TimeSpan.FromHours(1));
        world.Mirror = await world.store.OpenAsync("one", CancellationToken.None);
        await world.RestartAsync();
        return world;
    }

    /// <summary>A new engine on the same mirror, as after a crash.</summary>
    public async Task RestartAsync()
    {
        Engine = new ConnectionSync(Connector, Mirror, Options, Clock, new Random(1), NullLogger.Instance);
        await Engine.StartAsync(CancellationToken.None);
    }

    public async Task<SyncReport> SyncAsync(SyncKind kind, StreamName? stream = null, params string[] ids)
    {
        Clock.Advance(TimeSpan.FromMinutes(10));
        return await RunAsync(Engine.Unfinished is { } unfinished && unfinished.Kind == kind
            ? unfinished
            : new SyncRequest($"sync-{++syncs}", kind, stream, [.. ids.Select(id => new RecordId(id))]));
    }

    public async Task<SyncReport> RunAsync(SyncRequest request)
    {
        // Pauses inside the engine are on virtual time: advance it while the engine waits.
        var running = Engine.RunAsync(request, _ => { }, CancellationToken.None);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None));
            if (Clock.IsWaitedFor)
                Clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        return await running;
    }

    /// <summary>What became of the changes of edit runs.</summary>
    public MemoryEditJournal Edits { get; } = new();

    /// <summary>A change of a contact.</summary>
    public static EditItem Change(string id, params (string Field, string? Value)[] fields) => new()
    {
        Position = 0, Kind = WriteKind.Update, Id = new RecordId(id), Wanted = JsonSerializer.Serialize(fields.ToDictionary(field => field.Field, field => field.Value)),
    };

    /// <summary>A new contact.</summary>
    public static EditItem Creation(params (string Field, string? Value)[] fields) => Change("0", fields) with { Kind = WriteKind.Create, Id = default };

    /// <summary>A deletion.</summary>
    public static EditItem Deletion(string id) => new() { Position = 0, Kind = WriteKind.Delete, Id = new RecordId(id) };

    /// <summary>A link of a contact to a company that is wanted.</summary>
    public static EditItem Linking(string contact, string company, string? label = null) => new()
    {
        Position = 0, Kind = WriteKind.Associate, Id = new RecordId(contact), Wanted = new LinkChange(SmallCrm.Companies, new RecordId(company), label).Write(),
    };

    /// <summary>A link of a contact to a company that is to go.</summary>
    public static EditItem Unlinking(string contact, string company, string? label = null) => Linking(contact, company, label) with { Kind = WriteKind.Dissociate };

    /// <summary>Edits contacts, and answers what became of each change.</summary>
    public Task<IReadOnlyList<EditItem>> EditAsync(params EditItem[] items) => EditAsync(ConflictRule.Stop, false, items);

    public Task<IReadOnlyList<EditItem>> EditAsync(ConflictRule rule, bool isPreview, params EditItem[] items) => EditAsync(SmallCrm.Contacts, rule, isPreview, items);

    public async Task<IReadOnlyList<EditItem>> EditAsync(StreamName stream, ConflictRule rule, bool isPreview, params EditItem[] items)
    {
        var run = $"run-{++syncs}";
        Edits.Add(run, items.Select((item, position) => item with { Position = position }));
        await SettleEditAsync(new EditOrder(run, stream, isPreview, rule));
        return Edits.Of(run);
    }

    /// <summary>Goes on with a run until all is told, as whoever keeps the connection does.</summary>
    public async Task<EditReport> SettleEditAsync(EditOrder order)
    {
        for (var tries = 1; ; tries++)
        {
            var report = await RunEditAsync(order);
            if (report.IsSettled)
                return report;
            Assert.True(tries < 20, $"{order.Run} does not come to an end: {report.Stopped}");
            Clock.Advance(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Carries out a run that is in the journal, or goes on with it.</summary>
    public async Task<EditReport> RunEditAsync(EditOrder order)
    {
        var running = Engine.EditAsync(order, Edits, () => { }, CancellationToken.None);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None));
            if (Clock.IsWaitedFor)
                Clock.Advance(TimeSpan.FromSeconds(2));
        }

        return await running;
    }

    public async Task AssertEqualAsync()
    {
        foreach (var stream in new[] { SmallCrm.Contacts, SmallCrm.Companies })
        {
            var mirrored = new Dictionary<string, string>();
            var ids = new List<RecordId>();
            await Mirror.VisitIndexAsync(stream, (id, _, isLive) =>
            {
                if (isLive)
                    ids.Add(new RecordId(Encoding.UTF8.GetString(id)));
            }, CancellationToken.None);
            foreach (var record in await Mirror.LoadAsync(stream, ids, CancellationToken.None))
                mirrored[record.Id.Value] = Encoding.UTF8.GetString(record.Properties.Span);
            var live = Crm.Live(stream);
            Assert.Equal(live.Keys.Order(), mirrored.Keys.Order());
            foreach (var (id, json) in live)
                Assert.Equal(Canonical(json), Canonical(mirrored[id]));
        }
    }

    /// <summary>Asserts that the mirror holds exactly the CRM's links, with their types.</summary>
    public async Task AssertLinksEqualAsync()
    {
        var mirrored = new List<string>();
        foreach (var contact in Crm.Live(SmallCrm.Contacts).Keys)
            mirrored.AddRange((await Mirror.LinksAsync(SmallCrm.Contacts, new RecordId(contact), CancellationToken.None)).Select(link => $"{contact}-{link.Link.Target}-{link.Link.TypeId}"));
        Assert.Equal(
            Crm.Links.SelectMany(link => Crm.Primary.GetValueOrDefault(link.Contact) == link.Company ? new[] { "1", "2" } : ["1"], (link, type) => $"{link.Contact}-{link.Company}-{type}").Order(),
            mirrored.Order());
    }

    private static string Canonical(string json) => string.Join('|', JsonSerializer.Deserialize<Dictionary<string, string?>>(json)!
        .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value ?? "null"}"));

    public async ValueTask DisposeAsync()
    {
        await Mirror.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
