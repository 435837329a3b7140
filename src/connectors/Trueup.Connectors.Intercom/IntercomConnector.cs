using System.Runtime.CompilerServices;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Reads and writes an Intercom workspace.</summary>
internal sealed class IntercomConnector : IConnector, IReadsModified, IReadsByIds, IReportsDeletions, ICounts, INamesLinks, IReportsMerges, IWrites, IWritesLinks, IFindsByUniqueValue
{
    private const int MostCallsAtOnce = 10;

    // Source: intercom.md, section 11: 10,000 a minute in slices of ten seconds; answers say what holds.
    private const long CallsPerSlice = 1_666;

    private readonly ApiBudget budget;
    private readonly BearerTokens tokens;
    private readonly IntercomApi api;
    private readonly AccountReading account;
    private readonly Metadata metadata;
    private readonly Searching searching;
    private readonly Scrolling scrolling;
    private readonly ByIdReading byId;
    private readonly DeletionReading deletions;
    private readonly Counting counting;
    private readonly Discovery discovery;
    private readonly RecordWriting writing;
    private readonly LinkWriting linking;

    public IntercomConnector(ConnectorSetup setup, HttpMessageInvoker invoker, Random chance, ScrollLocks locks)
    {
        budget = new ApiBudget([new RateLimit(IntercomDialect.Burst, CallsPerSlice, IntercomDialect.Slice)], setup.DailyShare, MostCallsAtOnce, setup.Clock);

        // Tokens last until they are withdrawn, and nothing refreshes them.
        tokens = new BearerTokens(
            setup.Credentials, (_, _) => throw new CrmUnauthorizedException("Intercom's tokens are not refreshed; reconnect the account."), setup.Clock, _ => false);
        api = new IntercomApi(new CrmHttp(new CrmHttpSetup(setup.BaseUrl, new IntercomDialect(), tokens, budget, setup.Clock, chance, setup.Log), invoker));
        account = new AccountReading(api, setup.BaseUrl);
        metadata = new Metadata(api);
        var nested = new NestedLists(api);
        searching = new Searching(api, nested, metadata);
        scrolling = new Scrolling(api, searching, () => account.Known?.Code ?? setup.BaseUrl.ToString(), locks, setup.Clock);
        var memory = new ArchiveMemory(setup.Clock, IntercomStream.SearchLag);
        byId = new ByIdReading(api, searching, nested, memory);
        deletions = new DeletionReading(api);
        counting = new Counting(api);
        discovery = new Discovery(api, counting, metadata);
        writing = new RecordWriting(api, searching, nested, memory);
        linking = new LinkWriting(api);
    }

    public DateTimeOffset Now => api.Now;

    public IReadOnlyList<BudgetBucket> Budget => budget.Snapshot();

    public Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken) => account.IdentifyAsync(cancellationToken);

    public Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken) =>
        discovery.DiscoverAsync(isThorough, cancellationToken);

    public Task<StreamSchema> DescribeAsync(StreamDescription stream, CancellationToken cancellationToken) =>
        metadata.DescribeAsync(IntercomStream.Of(stream), cancellationToken);

    public IAsyncEnumerable<RecordPage> ReadAllAsync(FullRead request, CancellationToken cancellationToken) => IntercomStream.Of(request.Stream) switch
    {
        { Reading: Reading.Scroll } stream => scrolling.ReadAllAsync(stream, request.Fields, request.Resume, cancellationToken),
        { Reading: Reading.Whole } stream => ReadWholeAsync(stream, request.Fields, cancellationToken),
        var stream => searching.ReadAllAsync(stream, request.Fields, request.Resume, cancellationToken),
    };

    public IAsyncEnumerable<RecordPage> ReadModifiedAsync(ModifiedRead request, CancellationToken cancellationToken) =>
        IntercomStream.Of(request.Stream) is { IsSearched: true } stream
            ? searching.ReadModifiedAsync(stream, request, cancellationToken)
            : throw new CrmRefusedException($"Intercom's {request.Stream.Label} cannot be asked for by modification time.");

    public Task<RecordsById> ReadByIdsAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken) =>
        byId.ReadAsync(IntercomStream.Of(stream), fields, ids, cancellationToken);

    public IAsyncEnumerable<DeletionPage> ReadDeletionsAsync(StreamDescription stream, DateTimeOffset since, CancellationToken cancellationToken) =>
        stream.Traits.ReportsDeletions ? deletions.ReadAsync(since, cancellationToken) : throw new CrmRefusedException($"Intercom has no list of deleted {stream.Label}.");

    public Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken) =>
        stream.Traits.Counts ? counting.CountAsync(IntercomStream.Of(stream), cancellationToken) : throw new CrmRefusedException($"Intercom does not count all {stream.Label}.");

    public Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken) =>
        counting.EstimateAsync(streams, cancellationToken);

    public IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams) => Links.PairsOf(streams);

    public IReadOnlyList<Association> LinksIn(AssociationPair pair, ReadOnlySpan<byte> propertiesUtf8) => Links.In(pair, propertiesUtf8);

    public IReadOnlyList<RecordId> LosersIn(StreamDescription stream, ReadOnlySpan<byte> propertiesUtf8) =>
        stream.TypeId == "contact" ? Links.MergedInto(propertiesUtf8) : [];

    public WriteTraits WritesOf(StreamDescription stream) => RecordWriting.TraitsOf(IntercomStream.Of(stream));

    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken) => writing.WriteAsync(batch, cancellationToken);

    public Task<IReadOnlyList<RecordId>> FindAsync(
        StreamDescription stream, string field, IReadOnlyList<string> values, CancellationToken cancellationToken) =>
        writing.FindAsync(IntercomStream.Of(stream), field, values, cancellationToken);

    public int LinksPerBatch => LinkWriting.LinksPerBatch;

    public Task<IReadOnlyList<LinkType>> LinkTypesAsync(StreamDescription from, StreamDescription to, CancellationToken cancellationToken) =>
        Task.FromResult(LinkWriting.TypesOf(from.Name, to.Name));

    public Task<IReadOnlyList<WriteOutcome>> WriteLinksAsync(LinkBatch batch, CancellationToken cancellationToken) => linking.WriteAsync(batch, cancellationToken);

    public Uri? LinkTo(StreamDescription stream, RecordId id) => account.LinkTo(IntercomStream.Of(stream), id);

    public ValueTask DisposeAsync()
    {
        budget.Dispose();
        tokens.Dispose();
        metadata.Dispose();
        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<RecordPage> ReadWholeAsync(IntercomStream stream, IReadOnlyList<string> fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await api.GetRowsAsync($"/{stream.Name}", stream.Name, searching.ShapeOf(stream, fields), cancellationToken);
        using var writer = new PageWriter(searching.ShapeOf(stream, fields));
        foreach (var row in answer.Rows)
            writer.Add(answer, row);
        yield return writer.Build(null);
    }
}
