namespace Trueup.Contract;

/// <summary>The CRM links records of one stream to records of another (or the same), in any number and with labels.</summary>
public interface IReadsAssociations
{
    /// <summary>The pairs that can be read, each once, in the direction in which the mirror stores it.</summary>
    IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams);

    /// <summary>Source records that one call can ask for; at least 1.</summary>
    int SourcesPerBatch { get; }

    /// <summary>Reads all links from each of the sources, complete: a source without links comes with an empty list.</summary>
    /// <param name="from">The stream of the sources.</param>
    /// <param name="to">The stream of the targets.</param>
    /// <param name="sources">Any number; split into the CRM's batches by the connector, each answered as soon as it is whole.</param>
    /// <param name="cancellationToken">Cancels.</param>
    IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAssociationsAsync(
        StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources, CancellationToken cancellationToken);
}

/// <summary>Two streams whose records are linked. Links are stored from <paramref name="From"/> to <paramref name="To"/> and readable from both.</summary>
public readonly record struct AssociationPair(StreamName From, StreamName To);

/// <summary>All links from one record to the records of one stream.</summary>
public sealed record RecordAssociations(RecordId Source, IReadOnlyList<Association> Links);

/// <summary>One link. Two records may be linked more than once, each time with another type.</summary>
/// <param name="Target">The record it leads to.</param>
/// <param name="Category">Who defined the type, in the CRM's words, such as <c>HUBSPOT_DEFINED</c>.</param>
/// <param name="TypeId">The CRM's id of the type.</param>
/// <param name="Label">What people read; null for an unlabelled link.</param>
public readonly record struct Association(RecordId Target, string Category, string TypeId, string? Label);
