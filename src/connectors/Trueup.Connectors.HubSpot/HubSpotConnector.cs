using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads and writes a HubSpot portal.</summary>
internal sealed class HubSpotConnector
    : IConnector, IReadsModified, IReadsByIds, IReportsDeletions, ICounts, IReadsAssociations, IReportsMerges, IWrites, IWritesLinks, IFindsByUniqueValue, ITellsWhoChanged
{
    // HubSpot's clients use 6 to 10 at once. Source: hubspot.md §9, 2026-09.
    private const int MostCallsAtOnce = 10;

    private readonly ApiBudget budget;
    private readonly BearerTokens tokens;
    private readonly HubSpotApi api;
    private readonly AccountReading account;
    private readonly Describing describing;
    private readonly FullReading full;
    private readonly Discovery discovery;
    private readonly OwnersReading owners;
    private readonly ModifiedReading modified;
    private readonly ByIdReading byId;
    private readonly DeletionReading deletions;
    private readonly Counting counting;
    private readonly AssociationReading associations;
    private readonly RecordWriting writing;
    private readonly AssociationWriting linking;
    private readonly PropertyHistory history;

    public HubSpotConnector(ConnectorSetup setup, HttpMessageInvoker invoker, Random chance, HubSpotLimits limits)
    {
        budget = new ApiBudget(limits.All, setup.DailyShare, MostCallsAtOnce, setup.Clock);
        var anonymous = new CrmHttpSetup(setup.BaseUrl, new HubSpotDialect(), Credentials: null, budget, setup.Clock, chance, setup.Log);
        var refresh = new TokenRefresh(new CrmHttp(anonymous, invoker), setup.Clock);
        tokens = new BearerTokens(setup.Credentials, refresh.RefreshAsync, setup.Clock);
        var http = new CrmHttp(anonymous with { Credentials = tokens }, invoker);
        api = new HubSpotApi(http, setup.BaseUrl);
        account = new AccountReading(api, budget, setup.BaseUrl);
        describing = new Describing(api, setup.Clock);
        full = new FullReading(api);
        discovery = new Discovery(api, describing, full);
        owners = new OwnersReading(api);
        modified = new ModifiedReading(api);
        byId = new ByIdReading(api);
        deletions = new DeletionReading(api);
        counting = new Counting(api);
        associations = new AssociationReading(api);
        writing = new RecordWriting(api);
        linking = new AssociationWriting(api);
        history = new PropertyHistory(api);
    }

    public DateTimeOffset Now => api.Now;

    public IReadOnlyList<BudgetBucket> Budget => budget.Snapshot();

    public int SourcesPerBatch => AssociationReading.SourcesPerBatch;

    public Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken) => account.IdentifyAsync(cancellationToken);

    public Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken) => discovery.DiscoverAsync(cancellationToken);

    public Task<StreamSchema> DescribeAsync(StreamDescription stream, CancellationToken cancellationToken) =>
        describing.DescribeAsync(stream, cancellationToken);

    public IAsyncEnumerable<RecordPage> ReadAllAsync(FullRead request, CancellationToken cancellationToken) =>
        HubSpotType.IsOwners(request.Stream)
            ? owners.ReadAsync(request.Stream.Name, request.Resume, cancellationToken)
            : full.ReadAsync(request, cancellationToken);

    public IAsyncEnumerable<RecordPage> ReadModifiedAsync(ModifiedRead request, CancellationToken cancellationToken)
    {
        DemandObject(request.Stream, "cannot be asked for by modification time");
        return modified.ReadAsync(request, cancellationToken);
    }

    public Task<RecordsById> ReadByIdsAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken) =>
        HubSpotType.IsOwners(stream)
            ? owners.ReadByIdsAsync(stream.Name, ids, cancellationToken)
            : byId.ReadAsync(stream, fields, ids, cancellationToken);

    public IAsyncEnumerable<DeletionPage> ReadDeletionsAsync(
        StreamDescription stream, DateTimeOffset since, CancellationToken cancellationToken)
    {
        DemandObject(stream, "have no list of deletions");
        return deletions.ReadAsync(stream, since, cancellationToken);
    }

    public Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        DemandObject(stream, "cannot be counted");
        return counting.CountAsync(stream, cancellationToken);
    }

    public Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken) =>
        counting.EstimateAsync(streams, cancellationToken);

    public IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams) =>
        AssociationPairs.Of(streams, describing.CustomSchemas);

    public IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAssociationsAsync(
        StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources, CancellationToken cancellationToken) =>
        associations.ReadAsync(from, to, sources, cancellationToken);

    public IReadOnlyList<RecordId> LosersIn(StreamDescription stream, ReadOnlySpan<byte> propertiesUtf8) =>
        HubSpotType.IsOwners(stream) ? [] : MergedIds.In(propertiesUtf8);

    public WriteTraits WritesOf(StreamDescription stream) => HubSpotType.IsOwners(stream) ? WriteTraits.None : RecordWriting.Traits;

    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken) => writing.WriteAsync(batch, cancellationToken);

    public Task<IReadOnlyDictionary<RecordId, IReadOnlyList<LastChange>>> LastChangesAsync(
        StreamDescription stream, IReadOnlyList<ChangedRecord> records, CancellationToken cancellationToken) =>
        history.ReadAsync(stream, records, cancellationToken);

    public int LinksPerBatch => AssociationWriting.LinksPerBatch;

    public Task<IReadOnlyList<LinkType>> LinkTypesAsync(StreamDescription from, StreamDescription to, CancellationToken cancellationToken) =>
        linking.TypesAsync(from, to, cancellationToken);

    public Task<IReadOnlyList<WriteOutcome>> WriteLinksAsync(LinkBatch batch, CancellationToken cancellationToken) => linking.WriteAsync(batch, cancellationToken);

    public Task<IReadOnlyList<RecordId>> FindAsync(
        StreamDescription stream, string field, IReadOnlyList<string> values, CancellationToken cancellationToken) =>
        byId.FindAsync(stream, field, values, cancellationToken);

    public Uri? LinkTo(StreamDescription stream, RecordId id) =>
        account.RecordUrlPrefix is { } prefix && !HubSpotType.IsOwners(stream)
            ? new Uri($"{prefix}{stream.TypeId}/{Uri.EscapeDataString(id.Value)}")
            : null;

    public ValueTask DisposeAsync()
    {
        budget.Dispose();
        tokens.Dispose();
        return ValueTask.CompletedTask;
    }

    // The traits say so; asking all the same is refused before it costs a call.
    private static void DemandObject(StreamDescription stream, string what)
    {
        if (HubSpotType.IsOwners(stream))
            throw new CrmRefusedException($"HubSpot's owners {what}.");
    }
}
