using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Tests.World;

/// <summary>The small CRM, but its contacts name their companies in a field of their own, and nobody can ask for links.</summary>
internal sealed class NamingCrm(SmallCrm crm) : IConnector, IReadsModified, IReadsByIds, IReportsDeletions, ICounts, INamesLinks
{
    /// <summary>The field of a contact with the ids of its companies, separated by semicolons.</summary>
    public const string Field = "city";

    public DateTimeOffset Now => crm.Now;

    public IReadOnlyList<BudgetBucket> Budget => crm.Budget;

    public IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams) => crm.PairsOf(streams);

    public IReadOnlyList<Association> LinksIn(AssociationPair pair, ReadOnlySpan<byte> propertiesUtf8) =>
        JsonSerializer.Deserialize<Dictionary<string, string?>>(propertiesUtf8)![Field] is { Length: > 0 } ids
            ? [.. ids.Split(';').Select(id => new Association(new RecordId(id), "T", "1", null))]
            : [];

    public Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken) => crm.IdentifyAsync(cancellationToken);

    public Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken) =>
        crm.DiscoverAsync(isThorough, cancellationToken);

    public Task<StreamSchema> DescribeAsync(StreamDescription stream, CancellationToken cancellationToken) => crm.DescribeAsync(stream, cancellationToken);

    public IAsyncEnumerable<RecordPage> ReadAllAsync(FullRead request, CancellationToken cancellationToken) => crm.ReadAllAsync(request, cancellationToken);

    public IAsyncEnumerable<RecordPage> ReadModifiedAsync(ModifiedRead request, CancellationToken cancellationToken) =>
        crm.ReadModifiedAsync(request, cancellationToken);

    public Task<RecordsById> ReadByIdsAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken) =>
        crm.ReadByIdsAsync(stream, fields, ids, cancellationToken);

    public IAsyncEnumerable<DeletionPage> ReadDeletionsAsync(StreamDescription stream, DateTimeOffset since, CancellationToken cancellationToken) =>
        crm.ReadDeletionsAsync(stream, since, cancellationToken);

    public Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken) => crm.CountAsync(stream, cancellationToken);

    public Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken) =>
        crm.EstimateAsync(streams, cancellationToken);

    public Uri? LinkTo(StreamDescription stream, RecordId id) => crm.LinkTo(stream, id);

    public ValueTask DisposeAsync() => crm.DisposeAsync();
}
