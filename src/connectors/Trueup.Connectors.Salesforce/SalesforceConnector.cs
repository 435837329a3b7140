using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads and writes a Salesforce org.</summary>
/// <remarks>Salesforce links records by fields that hold ids, and by objects of their own, such as campaign members; both are mirrored as they are.
/// So there are no associations beside them to read.</remarks>
internal sealed class SalesforceConnector : IConnector, IReadsModified, IReadsByIds, IReportsDeletions, ICounts, IWrites, IWritesInJobs, ITellsWhoChanged, IHasLongIds
{
    // Developer orgs allow 5 calls that take 20 s at once, others 25. Source: developer.salesforce.com, "API Request Limits and Allocations".
    private const int MostCallsAtOnce = 5;

    private readonly ApiBudget budget;
    private readonly BearerTokens tokens;
    private readonly SalesforceApi api;
    private readonly AccountReading account;
    private readonly Shapes shapes;
    private readonly Discovery discovery;
    private readonly FullReading full;
    private readonly ModifiedReading modified;
    private readonly ByIdReading byId;
    private readonly DeletionReading deletions;
    private readonly Counting counting;
    private readonly RecordWriting writing;

    public SalesforceConnector(ConnectorSetup setup, HttpMessageInvoker invoker, Random chance, SalesforceOptions options)
    {
        budget = new ApiBudget([], setup.DailyShare, MostCallsAtOnce, setup.Clock, dayRolls: true);
        var anonymous = new CrmHttpSetup(setup.BaseUrl, new SalesforceDialect(), Credentials: null, budget, setup.Clock, chance, setup.Log);
        var grants = new TokenGrants(new CrmHttp(anonymous, invoker), setup.BaseUrl, setup.Clock);
        tokens = new BearerTokens(setup.Credentials, grants.AskAsync, setup.Clock, TokenGrants.CanAsk);
        api = new SalesforceApi(new CrmHttp(anonymous with { Credentials = tokens }, invoker), new SalesforcePaths(options.ApiVersion));
        account = new AccountReading(api, setup.Credentials, setup.BaseUrl);
        shapes = new Shapes(api, setup.Clock);
        discovery = new Discovery(shapes);
        counting = new Counting(api, shapes, setup.Clock);
        var split = new SplitReading(api);
        var walk = new QueryWalk(api, shapes, split);
        full = new FullReading(walk, new BulkReading(api, counting, options, setup.Clock, setup.Log), shapes);
        modified = new ModifiedReading(walk, shapes);
        byId = new ByIdReading(api, shapes, split);
        deletions = new DeletionReading(api, shapes, setup.Log);
        writing = new RecordWriting(api, shapes, new BulkWriting(api, setup.Clock, setup.Log), options, setup.Clock, chance);
    }

    public DateTimeOffset Now => api.Now;

    public IReadOnlyList<BudgetBucket> Budget => budget.Snapshot();

    public Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken) => account.IdentifyAsync(cancellationToken);

    public Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken) => discovery.DiscoverAsync(isThorough, cancellationToken);

    public async Task<StreamSchema> DescribeAsync(StreamDescription stream, CancellationToken cancellationToken) =>
        (await shapes.NowAsync(stream, cancellationToken)).Schema;

    public IAsyncEnumerable<RecordPage> ReadAllAsync(FullRead request, CancellationToken cancellationToken) => full.ReadAsync(request, cancellationToken);

    public IAsyncEnumerable<RecordPage> ReadModifiedAsync(ModifiedRead request, CancellationToken cancellationToken) =>
        modified.ReadAsync(request, cancellationToken);

    public Task<RecordsById> ReadByIdsAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken) =>
        byId.ReadAsync(stream, fields, ids, cancellationToken);

    public IAsyncEnumerable<DeletionPage> ReadDeletionsAsync(StreamDescription stream, DateTimeOffset since, CancellationToken cancellationToken) =>
        deletions.ReadAsync(stream, since, cancellationToken);

    public Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken) => counting.CountAsync(stream, cancellationToken);

    public Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken) =>
        counting.EstimateAsync(streams, cancellationToken);

    public WriteTraits WritesOf(StreamDescription stream) => writing.TraitsOf(stream);

    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken) => writing.WriteAsync(batch, cancellationToken);

    public Task SettleAsync(StreamDescription stream, CancellationToken cancellationToken) => writing.SettleAsync(stream, cancellationToken);

    /// <summary>Every record names who modified it last; who set a field, only its history does, where the org keeps one.</summary>
    public Task<IReadOnlyDictionary<RecordId, IReadOnlyList<LastChange>>> LastChangesAsync(
        StreamDescription stream, IReadOnlyList<ChangedRecord> records, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<RecordId, IReadOnlyList<LastChange>>>(
            records.Select(record => (record.Id, Change: LastModification.In(record.Properties))).Where(each => each.Change is not null)
                .ToDictionary(each => each.Id, each => (IReadOnlyList<LastChange>)[each.Change!]));

    public string? LongForm(string id) => SalesforceId.Long(id);

    public Uri? LinkTo(StreamDescription stream, RecordId id) =>
        account.RecordUrlPrefix is { } prefix ? new Uri(prefix + Uri.EscapeDataString(id.Value)) : null;

    public ValueTask DisposeAsync()
    {
        budget.Dispose();
        tokens.Dispose();
        return ValueTask.CompletedTask;
    }
}
