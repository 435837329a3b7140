using System.Text;

namespace Trueup.Mirrors.Tests;

/// <summary>What every mirror owes the engine and people, whatever it is built on. A mirror passes by deriving from this and starting a store.</summary>
public abstract partial class MirrorContract : IAsyncLifetime
{
    protected const string Connection = "0192f0c1-acme";
    protected static readonly StreamName Contacts = new("contacts");
    protected static readonly StreamName Companies = new("companies");
    protected static readonly StreamName Deals = new("deals");
    protected static readonly AssociationPair ContactsToCompanies = new(Contacts, Companies);
    protected static readonly DateTimeOffset Monday = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    protected IMirrorStore Store { get; private set; } = null!;

    protected IMirror Mirror { get; private set; } = null!;

    protected long Fence { get; private set; }

    /// <summary>An empty store of the kind under test.</summary>
    protected abstract IMirrorStore Start();

    public virtual async ValueTask InitializeAsync()
    {
        Store = Start();
        Mirror = await Store.OpenAsync(Connection, default);
        Fence = await Mirror.TakeFenceAsync(default);
        await CommitAsync(commit => commit with { Streams = [Stream(Contacts, "0-1"), Stream(Companies, "0-2"), Stream(Deals, "0-3")] });
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Mirror.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task ReopenAsync()
    {
        await Mirror.DisposeAsync();
        Mirror = await Store.OpenAsync(Connection, default);
    }

    protected Task<CommitResult> CommitAsync(Func<MirrorCommit, MirrorCommit> with) =>
        Mirror.CommitAsync(with(new MirrorCommit(Fence, Monday, "nightly 7 by list")), default);

    protected Task<CommitResult> PutAsync(StreamName stream, params RecordPut[] records) =>
        CommitAsync(commit => commit with { Puts = [new StreamPuts(stream, records)] });

    protected Task<CommitResult> BuryAsync(StreamName stream, GoneRecord gone) =>
        CommitAsync(commit => commit with { Buries = [new RecordBury(stream, gone)] });

    protected Task<CommitResult> LinkAsync(AssociationPair pair, string source, params Association[] links) =>
        CommitAsync(commit => commit with { Links = [new LinkReplacement(pair, new RecordAssociations(new RecordId(source), links))] });

    protected Task<CommitResult> DescribeAsync(StreamName stream, params Field[] fields) =>
        CommitAsync(commit => commit with { Schemas = [new StreamSchemaUpdate(stream, new StreamSchema(fields, []))] });

    protected static StreamDescription Stream(StreamName name, string typeId) => new(name, name.Value, typeId, new StreamTraits { IndexLag = TimeSpan.FromSeconds(30) });

    protected static RecordPut Put(string id, string properties, PutKind kind = PutKind.Create, long modified = 1, string? before = null)
    {
        var utf8 = Encoding.UTF8.GetBytes(properties);
        return new RecordPut(
            Encoding.UTF8.GetBytes(id), modified, Fingerprint.OfRecord(modified, utf8), utf8, kind, before is null ? default : Encoding.UTF8.GetBytes(before));
    }

    protected static Association Link(string target, string typeId = "279", string? label = null) =>
        new(new RecordId(target), "HUBSPOT_DEFINED", typeId, label);

    protected async Task<StoredRecord?> FindAsync(StreamName stream, string id) =>
        (await Mirror.LoadAsync(stream, [new RecordId(id)], default)).SingleOrDefault();

    protected async Task<StoredRecord> GetAsync(StreamName stream, string id) =>
        await FindAsync(stream, id) ?? throw new InvalidOperationException($"There is no record {id}.");

    protected async Task<string> PropertiesAsync(StreamName stream, string id) =>
        Encoding.UTF8.GetString((await GetAsync(stream, id)).Properties.Span);

    protected async Task<MirroredStream> TotalsAsync(StreamName stream) =>
        (await Mirror.StreamsAsync(default)).Single(each => each.Name == stream);

    protected static UInt128 DigestOf(params string[] ids) =>
        ids.Aggregate(UInt128.Zero, (sum, id) => unchecked(sum + Fingerprint.OfId(new RecordId(id))));

    protected async Task<IReadOnlyList<ChangeEvent>> FeedAsync() => await Mirror.ChangesAsync(0, 10_000, default);

    protected static async Task<List<T>> AllOf<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
            all.Add(item);
        return all;
    }
}
