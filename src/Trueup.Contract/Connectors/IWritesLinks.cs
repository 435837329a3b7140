namespace Trueup.Contract;

/// <summary>Records can be linked and unlinked apart from their fields. Where a link is a field of a record, that field is written instead.</summary>
/// <remarks>Links have no index lag: what was written is read at once, by <see cref="IReadsAssociations"/> or with the record that names it.</remarks>
public interface IWritesLinks
{
    /// <summary>Links in one batch; at least 1.</summary>
    int LinksPerBatch { get; }

    /// <summary>The types that a link of a pair can be given, the unlabelled one first. Empty where the links of the pair cannot be written.</summary>
    /// <param name="from">The stream from which the mirror stores the links of the pair.</param>
    /// <param name="to">The other stream of the pair, or the same.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<LinkType>> LinkTypesAsync(StreamDescription from, StreamDescription to, CancellationToken cancellationToken);

    /// <summary>Writes one batch, and tells of each link what became of it. Adding a link that is there, or removing one that is not, is no error.</summary>
    /// <remarks>As for <see cref="IWrites.WriteAsync"/>: one link that is refused takes no other with it, what may have been carried out is never sent a second
    /// time, and nothing but cancellation is thrown.</remarks>
    /// <param name="batch">At most <see cref="LinksPerBatch"/> links, each once.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>One outcome for each link, in the batch's order; the id of one that was written is that of its source.</returns>
    Task<IReadOnlyList<WriteOutcome>> WriteLinksAsync(LinkBatch batch, CancellationToken cancellationToken);
}

/// <summary>A type that links of a pair can have, as seen from the pair's source.</summary>
/// <param name="Category">Who defined it, in the CRM's words.</param>
/// <param name="TypeId">The CRM's id of it, unique within the category.</param>
/// <param name="Label">What people read; null for the unlabelled link.</param>
/// <param name="IsSingle">Whether a source has at most one link of it, so that a new one takes it from another record, such as HubSpot's <c>Primary</c>.</param>
public sealed record LinkType(string Category, string TypeId, string? Label, bool IsSingle = false);

/// <summary>Links of one pair that are all added, or all removed.</summary>
public sealed record LinkBatch(StreamDescription From, StreamDescription To, bool Removes, IReadOnlyList<LinkWrite> Links);

/// <summary>One link to write.</summary>
/// <param name="Source">A record of <see cref="LinkBatch.From"/>.</param>
/// <param name="Target">A record of <see cref="LinkBatch.To"/>.</param>
/// <param name="Type">Its type. Null only where links are removed: every link between the two.</param>
public readonly record struct LinkWrite(RecordId Source, RecordId Target, LinkType? Type);
