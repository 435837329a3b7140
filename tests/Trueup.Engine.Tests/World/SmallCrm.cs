using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Tests.World;

/// <summary>A CRM small enough to be obviously right: the connector's contract over a dictionary, with the troubles that engines get wrong.
/// The vendors' real protocols are the emulators' business; here only the engine is under test.</summary>
internal sealed partial class SmallCrm(TimeProvider clock) : IConnector, IReadsModified, IReadsByIds, IReportsDeletions, ICounts, IReadsAssociations, IReportsMerges
{
    public static readonly StreamName Contacts = new("contacts");
    public static readonly StreamName Companies = new("companies");

    private readonly Dictionary<StreamName, SortedDictionary<long, Row>> streams = new()
    {
        [Contacts] = [],
        [Companies] = [],
    };

    private long nextId = 1;

    /// <summary>How long the index does not show a write.</summary>
    public TimeSpan IndexLag { get; set; }

    /// <summary>What the traits promise about <see cref="IndexLag"/>.</summary>
    public TimeSpan PromisedLag { get; set; } = TimeSpan.FromMinutes(5);

    public int RecordsPerPage { get; set; } = 10;

    public List<string> FieldNames { get; } = ["name", "city"];

    /// <summary>Those of <see cref="FieldNames"/> that the CRM computes.</summary>
    public HashSet<string> CalculatedNames { get; } = [];

    /// <summary>Those of <see cref="FieldNames"/> that cannot be written.</summary>
    public HashSet<string> ReadOnlyNames { get; } = [];

    /// <summary>Runs before every page of a kind; may change the CRM or throw what a CRM would.</summary>
    public Action<string, int>? BeforePage { get; set; }

    public HashSet<StreamName> Forbidden { get; } = [];

    /// <summary>Streams that cannot be asked for what was modified, and are too dear to read each hour.</summary>
    public HashSet<StreamName> OnlyWhole { get; } = [];

    /// <summary>Streams that the list of streams leaves out, with what the CRM says when asked for one by itself; null where it describes it all the same.</summary>
    public Dictionary<StreamName, CrmException?> Unlisted { get; } = [];

    /// <summary>What a page of a read by modification time says of the number of live records; null where it says nothing.</summary>
    public Func<long, long>? TellsCount { get; set; }

    /// <summary>Whether the connector can say which streams are linked.</summary>
    public bool KnowsPairs { get; set; } = true;

    /// <summary>Records that the list leaves out although they are live.</summary>
    public HashSet<string> HiddenFromList { get; } = [];

    /// <summary>Records that may not be read by id.</summary>
    public HashSet<string> Unreadable { get; } = [];

    public HashSet<(string Contact, string Company)> Links { get; } = [];

    public int Calls { get; private set; }

    public string ExternalId { get; set; } = "portal 1";

    public DateTimeOffset Now => clock.GetUtcNow();

    public IReadOnlyList<BudgetBucket> Budget => [];

    public int SourcesPerBatch => 20;

    public string Create(StreamName stream, string name, string? city = null)
    {
        var id = nextId++;
        streams[stream][id] = new Row(clock.GetUtcNow(), new() { ["name"] = name, ["city"] = city });
        return id.ToString();
    }

    public void Edit(StreamName stream, string id, string field, string? value)
    {
        var row = streams[stream][long.Parse(id)];
        row.Properties[field] = value;
        row.Modified = clock.GetUtcNow();
    }

    /// <summary>A computed value moves, and no stamp with it.</summary>
    public void Recompute(StreamName stream, string id, string field, string? value) => streams[stream][long.Parse(id)].Properties[field] = value;

    public void Archive(StreamName stream, string id) => streams[stream][long.Parse(id)].ArchivedAt = clock.GetUtcNow();

    public void Restore(StreamName stream, string id) => streams[stream][long.Parse(id)].ArchivedAt = null;

    public void Purge(StreamName stream, string id) => streams[stream].Remove(long.Parse(id));

    public string Merge(StreamName stream, string winner, params string[] losers)
    {
        var id = nextId++;
        var row = streams[stream][long.Parse(winner)];
        var ancestors = losers.Append(winner).SelectMany(loser => Ancestors(streams[stream][long.Parse(loser)]).Append(loser)).Distinct().ToList();
        streams[stream][id] = new Row(clock.GetUtcNow(), new(row.Properties) { ["merged"] = string.Join(';', ancestors) });
        foreach (var loser in losers.Append(winner))
            streams[stream][long.Parse(loser)].MergedInto = id.ToString();
        return id.ToString();
    }

    /// <summary>What is true now.</summary>
    public IReadOnlyDictionary<string, string> Live(StreamName stream) => streams[stream]
        .Where(pair => pair.Value.IsLive)
        .ToDictionary(pair => pair.Key.ToString(), pair => Json(pair.Value));

    public Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken) => Task.FromResult(new AccountIdentity(ExternalId, "Europe/Berlin", null));

    public Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StreamDescription>>(
            [.. new[] { Describe(Contacts, "0-1"), Describe(Companies, "0-2") }.Where(stream => !Unlisted.ContainsKey(stream.Name))]);

    public Task<StreamSchema> DescribeAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        Call("describe", 0);
        if (Unlisted.GetValueOrDefault(stream.Name) is { } refusal)
            throw refusal;
        return Task.FromResult(new StreamSchema([.. FieldNames.Append("merged").Select(name => new Field(name, name, FieldType.Text) { Calculated = CalculatedNames.Contains(name), ReadOnly = ReadOnlyNames.Contains(name) })], []));
    }

    public async IAsyncEnumerable<RecordPage> ReadAllAsync(FullRead request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var after = request.Resume is null ? 0 : long.Parse(request.Resume);
        for (var page = 0; ; page++)
        {
            Call("list", page);
            Refuse(request.Stream.Name);
            var rows = streams[request.Stream.Name].Where(pair => pair.Key > after && pair.Value.IsLive && !HiddenFromList.Contains(pair.Key.ToString()))
                .Take(RecordsPerPage + 1).ToList();
            var isLast = rows.Count <= RecordsPerPage;
            var shown = rows.Take(RecordsPerPage).ToList();
            after = shown.Count > 0 ? shown[^1].Key : after;
            yield return Page(shown, isLast ? null : after.ToString());
            if (isLast)
                yield break;
        }
    }

    public async IAsyncEnumerable<RecordPage> ReadModifiedAsync(ModifiedRead request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var after = request.Resume is null ? 0 : long.Parse(request.Resume);
        for (var page = 0; ; page++)
        {
            Call("search", page);
            Refuse(request.Stream.Name);
            var visibleUntil = clock.GetUtcNow() - IndexLag;
            var rows = streams[request.Stream.Name]
                .Where(pair => pair.Key > after && pair.Value.IsLive && pair.Value.Modified >= request.Since && pair.Value.Modified <= request.Until && pair.Value.Modified <= visibleUntil)
                .Take(RecordsPerPage).ToList();
            after = rows.Count > 0 ? rows[^1].Key : after;
            var answer = Page(rows, rows.Count < RecordsPerPage ? null : after.ToString());
            answer.LiveCount = TellsCount?.Invoke(streams[request.Stream.Name].LongCount(pair => pair.Value.IsLive));
            yield return answer;
            if (rows.Count < RecordsPerPage)
                yield break;
        }
    }

    public Task<RecordsById> ReadByIdsAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken)
    {
        Call("by-id", 0);
        var live = new List<KeyValuePair<long, Row>>();
        var gone = new List<GoneRecord>();
        foreach (var id in ids)
        {
            if (Unreadable.Contains(id.Value))
                gone.Add(new GoneRecord(id, GoneCause.Forbidden));
            else if (!streams[stream.Name].TryGetValue(long.Parse(id.Value), out var row))
                gone.Add(new GoneRecord(id, GoneCause.Deleted));
            else if (row.MergedInto is { } into)
                gone.Add(new GoneRecord(id, GoneCause.Merged, MergedInto: new RecordId(Survivor(stream.Name, into))));
            else if (row.ArchivedAt is { } at)
                gone.Add(new GoneRecord(id, GoneCause.Archived, at));
            else
                live.Add(new(long.Parse(id.Value), row));
        }

        return Task.FromResult(new RecordsById([Page(live, null)], gone));
    }

    public async IAsyncEnumerable<DeletionPage> ReadDeletionsAsync(
        StreamDescription stream, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        Call("deletions", 0);
        yield return new DeletionPage([.. streams[stream.Name].Where(pair => pair.Value is { MergedInto: null } && pair.Value.ArchivedAt >= since)
            .Select(pair => new GoneRecord(new(pair.Key.ToString()), GoneCause.Archived, pair.Value.ArchivedAt))]);
    }

    public Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        Call("count", 0);
        return Task.FromResult(streams[stream.Name].LongCount(pair => pair.Value.IsLive));
    }

    public Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> described, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<StreamName, long>>(described.ToDictionary(stream => stream.Name, stream => (long)streams[stream.Name].Count));

    public IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> described) =>
        described.Count == 2 && KnowsPairs ? [new AssociationPair(Contacts, Companies)] : [];

    public async IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAssociationsAsync(
        StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var some in sources.Chunk(SourcesPerBatch))
        {
            Call("associations", 0);
            yield return [.. some.Select(id => new RecordAssociations(id, [.. Links
                .Where(link => (from.Name == Contacts ? link.Contact : link.Company) == id.Value)
                .SelectMany(link => TypesOf(link).Select(type => new Association(new RecordId(from.Name == Contacts ? link.Company : link.Contact), type.Category, type.TypeId, type.Label)))]))];
        }
    }

    public IReadOnlyList<RecordId> LosersIn(StreamDescription stream, ReadOnlySpan<byte> propertiesUtf8)
    {
        var properties = JsonSerializer.Deserialize<Dictionary<string, string?>>(propertiesUtf8)!;
        return properties.GetValueOrDefault("merged") is { Length: > 0 } merged ? [.. merged.Split(';').Select(id => new RecordId(id))] : [];
    }

    public Uri? LinkTo(StreamDescription stream, RecordId id) => null;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IEnumerable<string> Ancestors(Row row) =>
        row.Properties.GetValueOrDefault("merged") is { Length: > 0 } merged ? merged.Split(';') : [];

    private string Survivor(StreamName stream, string id) =>
        streams[stream].TryGetValue(long.Parse(id), out var row) && row.MergedInto is { } into ? Survivor(stream, into) : id;

    private void Call(string endpoint, int page)
    {
        Calls++;
        ApiScope.Current?.CountCall(false);
        BeforePage?.Invoke(endpoint, page);
    }

    private void Refuse(StreamName stream)
    {
        if (Forbidden.Contains(stream))
            throw new CrmForbiddenException($"The app lacks the scope to read {stream}.");
    }

    private StreamDescription Describe(StreamName name, string typeId) => new(name, name.Value, typeId, new StreamTraits
    {
        ReadsModified = !OnlyWhole.Contains(name), WaitsForNight = OnlyWhole.Contains(name), IndexLag = PromisedLag, RecordsPerFullPage = RecordsPerPage, RecordsPerModifiedPage = RecordsPerPage,
        ReportsDeletions = true, Counts = true,
    });

    private string Json(Row row) => JsonSerializer.Serialize(
        FieldNames.Append("merged").ToDictionary(name => name, name => row.Properties.GetValueOrDefault(name)));

    private RecordPage Page(IReadOnlyList<KeyValuePair<long, Row>> rows, string? next)
    {
        var bytes = new MemoryStream();
        var slices = new List<(int IdStart, int IdLength, long Modified, int Start, int Length)>();
        foreach (var (id, row) in rows)
        {
            var idBytes = Encoding.UTF8.GetBytes(id.ToString());
            var json = Encoding.UTF8.GetBytes(Json(row));
            slices.Add(((int)bytes.Position, idBytes.Length, row.Modified.ToUnixTimeMilliseconds(), (int)bytes.Position + idBytes.Length, json.Length));
            bytes.Write(idBytes);
            bytes.Write(json);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)bytes.Length + 1);
        bytes.ToArray().CopyTo(buffer, 0);
        var page = new RecordPage(buffer) { Next = next };
        foreach (var slice in slices)
            page.Add(slice.IdStart, slice.IdLength, slice.Modified, slice.Start, slice.Length);
        return page;
    }

    private sealed class Row(DateTimeOffset modified, Dictionary<string, string?> properties)
    {
        public DateTimeOffset Modified { get; set; } = modified;

        public Dictionary<string, string?> Properties { get; } = properties;

        public DateTimeOffset? ArchivedAt { get; set; }

        public string? MergedInto { get; set; }

        public bool IsLive => ArchivedAt is null && MergedInto is null;
    }
}
