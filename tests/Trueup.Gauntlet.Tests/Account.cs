using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Engine;
using Trueup.Engine.Edits;
using Trueup.Engine.Tests.World;
using Trueup.Mirrors.Sqlite;

namespace Trueup.Gauntlet.Tests;

/// <summary>An emulated CRM over real HTTP, its connector, the engine and an SQLite mirror: everything but the host.</summary>
/// <typeparam name="TCrm">The emulated CRM.</typeparam>
internal abstract class Account<TCrm> : IAsyncDisposable where TCrm : IEmulatedCrm
{
    private readonly string folder;
    private readonly string name;
    private const int MostTries = 30;

    private readonly HastyClock clock = new();
    private readonly SqliteMirrorStore store;
    private KeptCredentials credentials;
    private IConnector? connector;
    private int syncs;

    /// <param name="beside">Another account, in whose data folder this one's mirror lies; null for a folder of its own.</param>
    protected Account(TCrm crm, Credentials credentials, IReadOnlyList<string> streams, Account<TCrm>? beside = null)
    {
        Crm = crm;
        folder = beside?.folder ?? Directory.CreateTempSubdirectory("trueup-gauntlet-").FullName;
        name = beside is null ? "one" : beside.name + "-neighbour";
        this.credentials = new KeptCredentials(credentials);
        store = new SqliteMirrorStore(folder, clock);
        Options = new EngineOptions
        {
            StreamsAtOnce = 1,
            Streams = streams.Count == 0 ? null : streams.Select(stream => new StreamName(stream)).ToHashSet(),
        };
    }

    public TCrm Crm { get; }

    public IMirror Mirror { get; private set; } = null!;

    public ConnectionSync Engine { get; private set; } = null!;

    public EngineOptions Options { get; }

    /// <summary>How often the access has been refreshed.</summary>
    public int Refreshes => credentials.Refreshes;

    protected abstract IConnector Connect(ConnectorSetup setup);

    /// <summary>Whether a value that the CRM holds is mirrored. False for what only repeats other values.</summary>
    protected virtual bool IsMirrored(string field) => true;

    /// <summary>A new connector and engine on the same mirror, as after a crash.</summary>
    public async Task RestartAsync()
    {
        if (connector is not null)
            await connector.DisposeAsync();
        Mirror ??= await store.OpenAsync(name, CancellationToken.None);
        connector = Connect(new ConnectorSetup(Crm.Url, credentials, 1, clock, NullLogger.Instance));
        Engine = new ConnectionSync(connector, Mirror, Options, clock, new Random(1), NullLogger.Instance);
        await Engine.StartAsync(CancellationToken.None);
    }

    /// <summary>Onboards, and everything is equal.</summary>
    public async Task OnboardAsync()
    {
        var report = await SyncAsync(SyncKind.Onboarding);
        Assert.True(report.Status == SyncStatus.Verified, $"Onboarding ended {report.Status}: {report.Reason}");
    }

    /// <summary>Signs in with other credentials from now on.</summary>
    public async Task UseAsync(Credentials other)
    {
        credentials = new KeptCredentials(other);
        await RestartAsync();
    }

    /// <summary>Time that passes for the CRM and for us.</summary>
    public void Pass(TimeSpan time)
    {
        Crm.Clock.Advance(time);
        clock.Advance(time);
    }

    public async Task<SyncReport> SyncAsync(SyncKind kind, string? stream = null, params string[] ids)
    {
        // Time passes between syncs, as it does between people's clicks.
        Crm.Clock.Advance(TimeSpan.FromSeconds(5));
        return await Engine.RunAsync(
            new SyncRequest($"sync-{++syncs}", kind, stream is null ? null : new StreamName(stream), [.. ids.Select(id => new RecordId(id))]),
            _ => { }, CancellationToken.None);
    }

    /// <summary>What became of the changes of edit runs.</summary>
    public MemoryEditJournal Edits { get; } = new();

    /// <summary>Edits records of a stream, and answers what became of each change.</summary>
    public async Task<IReadOnlyList<EditItem>> EditAsync(string stream, params EditItem[] items)
    {
        var run = $"run-{++syncs}";
        var streams = await Mirror.StreamsAsync(CancellationToken.None);
        items = [.. LinkField.Rewrite(IdForms.Lengthen([.. items], streams.Single(known => known.Name.Value == stream), connector!), streams.Single(known => known.Name.Value == stream), connector!, streams)];
        Edits.Add(run, items.Select((item, position) => item with { Position = position }));
        var report = await RunEditAsync(run, stream, CancellationToken.None);

        // What cannot be told yet is asked about again, as whoever keeps the account does.
        for (var tries = 0; tries < MostTries && !report.IsSettled; tries++)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            report = await RunEditAsync(run, stream, CancellationToken.None);
        }

        Assert.True(report.IsSettled, report.Stopped);
        return Edits.Of(run);
    }

    /// <summary>Lets time pass as the wall's clock does from now on.</summary>
    public void KeepPace() => clock.Slow();

    /// <summary>Carries out a run that is in the journal, or goes on with it.</summary>
    public Task<EditReport> RunEditAsync(string run, string stream, CancellationToken cancellationToken) =>
        Engine.EditAsync(new EditOrder(run, new StreamName(stream), IsPreview: false, ConflictRule.Stop), Edits, () => { }, cancellationToken);

    /// <summary>A change of one field.</summary>
    public static EditItem Change(string id, string field, string? value) =>
        new() { Position = 0, Kind = WriteKind.Update, Id = new RecordId(id), Wanted = JsonSerializer.Serialize(new Dictionary<string, string?> { [field] = value }) };

    /// <summary>A link that is wanted.</summary>
    public static EditItem Linking(string id, string stream, string other, string? label = null) =>
        new() { Position = 0, Kind = WriteKind.Associate, Id = new RecordId(id), Wanted = new LinkChange(new StreamName(stream), new RecordId(other), label).Write() };

    /// <summary>A link that is to go.</summary>
    public static EditItem Unlinking(string id, string stream, string other) => Linking(id, stream, other) with { Kind = WriteKind.Dissociate };

    /// <summary>A new record.</summary>
    public static EditItem Creation(params (string Field, string? Value)[] fields) =>
        new() { Position = 0, Kind = WriteKind.Create, Wanted = JsonSerializer.Serialize(fields.ToDictionary(field => field.Field, field => field.Value)) };

    /// <summary>A value as the mirror holds it.</summary>
    public async Task<string?> MirroredAsync(string stream, string id, string field)
    {
        var record = (await Mirror.LoadAsync(new StreamName(stream), [new RecordId(id)], CancellationToken.None)).Single();
        using var json = JsonDocument.Parse(record.Properties);
        return json.RootElement.TryGetProperty(field, out var value) ? Text(value) : null;
    }

    public StreamReport Of(SyncReport report, string stream) => report.Streams.Single(part => part.Stream.Value == stream);

    /// <summary>The ids of live records, ascending.</summary>
    public IReadOnlyList<string> Ids(string stream) => [.. Crm.State(stream).Streams.Values.Single().Where(record => record.Deleted is null).Select(record => record.Id)];

    public async Task<IReadOnlyList<string>> MirroredIdsAsync(string stream)
    {
        var ids = new List<string>();
        await Mirror.VisitIndexAsync(new StreamName(stream), (id, _, isLive) =>
        {
            if (isLive)
                ids.Add(Encoding.UTF8.GetString(id));
        }, CancellationToken.None);
        return ids;
    }

    /// <summary>Mirror and CRM hold the same records, the same values and the same links.</summary>
    public async Task AssertEqualAsync()
    {
        var compared = 0;
        foreach (var stream in (await Mirror.StreamsAsync(CancellationToken.None)).Where(stream => Options.Includes(stream.Name) && stream.GoneAt is null))
        {
            var truth = StateOf(stream).Where(record => record.Deleted is null).ToDictionary(record => record.Id);
            var ids = await MirroredIdsAsync(stream.Name.Value);
            Assert.True(truth.Keys.ToHashSet().SetEquals(ids), $"{stream.Name}: the CRM has {truth.Count} records, the mirror {ids.Count}; "
                + $"missing {string.Join(',', truth.Keys.Except(ids).Take(5))}; extra {string.Join(',', ids.Except(truth.Keys).Take(5))}");
            foreach (var some in ids.Chunk(1_000))
            {
                foreach (var record in await Mirror.LoadAsync(stream.Name, [.. some.Select(id => new RecordId(id))], CancellationToken.None))
                {
                    AssertSameValues(stream, truth[record.Id.Value], record);
                    compared++;
                }
            }

            await AssertSameLinksAsync(stream, truth);
        }

        Assert.True(compared > 0, "Nothing was compared.");
    }

    public async ValueTask DisposeAsync()
    {
        if (connector is not null)
            await connector.DisposeAsync();
        await Mirror.DisposeAsync();
        await Crm.DisposeAsync();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>The name under which the emulated CRM keeps a stream.</summary>
    protected virtual string KeptAs(MirroredStream stream) => stream.Description.TypeId;

    private IReadOnlyList<RecordState> StateOf(MirroredStream stream) => Crm.State(KeptAs(stream)).Streams.Values.Single();

    private void AssertSameValues(MirroredStream stream, RecordState truth, StoredRecord record)
    {
        using var json = JsonDocument.Parse(record.Properties);
        var retired = stream.Fields.Where(field => field.RetiredAt is not null).Select(field => field.Definition.Name).ToHashSet();
        foreach (var (name, value) in truth.Properties.Where(property => IsMirrored(property.Key)))
        {
            var mirrored = json.RootElement.TryGetProperty(name, out var found) ? Text(found) : null;
            Assert.True(mirrored == value, $"{stream.Name} {record.Id} {name}: the CRM has {Shown(value)}, the mirror {Shown(mirrored)}");
        }

        foreach (var property in json.RootElement.EnumerateObject().Where(property => !retired.Contains(property.Name)))
            Assert.True(truth.Properties.ContainsKey(property.Name), $"{stream.Name} {record.Id}: the mirror invented {property.Name}");
    }

    private async Task AssertSameLinksAsync(MirroredStream stream, Dictionary<string, RecordState> truth)
    {
        foreach (var (id, record) in truth.Where(pair => pair.Value.Links.Count > 0 || pair.Key.EndsWith('7')))
        {
            var mirrored = (await Mirror.LinksAsync(stream.Name, new RecordId(id), CancellationToken.None))
                .Where(link => Options.Includes(link.OtherStream))
                .Select(link => $"{Plain(link.OtherStream.Value)} {link.Link.Target}").Distinct().Order(StringComparer.Ordinal);
            var expected = record.Links.Where(link => Options.Streams is null || Options.Streams.Any(name => Plain(name.Value) == Plain(link.Stream)))
                .Select(link => $"{Plain(link.Stream)} {link.Id}").Distinct().Order(StringComparer.Ordinal);
            Assert.Equal(expected, mirrored);
        }
    }

    /// <summary>Custom objects go by their short name in the emulator's state and by their qualified name in the mirror.</summary>
    private static string Plain(string stream) => stream.StartsWith('p') && stream.IndexOf('_', StringComparison.Ordinal) is > 0 and var cut && char.IsAsciiDigit(stream[1])
        ? stream[(cut + 1)..] : stream;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string Shown(string? value) => value is null ? "null" : $"'{(value.Length > 60 ? value[..60] + "…" : value)}'";

    private sealed class KeptCredentials(Credentials first) : ICredentialSource
    {
        private volatile Credentials current = first;

        public int Refreshes { get; private set; }

        public ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(current);

        public ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken)
        {
            current = credentials;
            Refreshes++;
            return ValueTask.CompletedTask;
        }
    }
}
