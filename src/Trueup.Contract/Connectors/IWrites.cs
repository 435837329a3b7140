using System.Text.Json;

namespace Trueup.Contract;

/// <summary>Records of the CRM can be changed.</summary>
public interface IWrites
{
    /// <summary>What can be done to the records of a stream.</summary>
    WriteTraits WritesOf(StreamDescription stream);

    /// <summary>Writes one batch, and tells of each record what became of it.</summary>
    /// <remarks>
    /// <para>One record that is refused takes no other with it: where the CRM refuses a batch whole, the connector splits it. A record that the CRM
    /// has locked for a moment is tried again, for nothing was done to it. What may have been carried out is never sent a second time.</para>
    /// <para>Errors: none but cancellation, after which some records may have been written without our having heard of it. Whatever else goes wrong
    /// is the outcome of the records that it concerns.</para>
    /// </remarks>
    /// <param name="batch">At most <see cref="WriteTraits.RecordsPerBatch"/> records, each once; more, up to <see cref="WriteTraits.RecordsPerLargeBatch"/>, for a run with many changes.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>One outcome for each record, in the batch's order.</returns>
    Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken);
}

/// <summary>The CRM finds records by the value of a unique field, and answers at once, without index lag.</summary>
public interface IFindsByUniqueValue
{
    /// <summary>Finds the live records that hold one of the values. Values that no record holds are left out.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="field">A field with <see cref="Field.Unique"/>.</param>
    /// <param name="values">The values as text; any number.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<RecordId>> FindAsync(StreamDescription stream, string field, IReadOnlyList<string> values, CancellationToken cancellationToken);
}

/// <summary>The CRM works through large batches by itself, and goes on with them though nobody listens any more.</summary>
public interface IWritesInJobs
{
    /// <summary>Waits until nothing that was written to a stream earlier is still under way in the CRM, so that reading shows what became of it.</summary>
    Task SettleAsync(StreamDescription stream, CancellationToken cancellationToken);
}

/// <summary>What can be done to the records of one stream.</summary>
public sealed record WriteTraits
{
    /// <summary>Nothing can be written.</summary>
    public static WriteTraits None { get; } = new();

    /// <summary>Whether fields of a record can be set.</summary>
    public bool Updates { get; init; }

    /// <summary>Whether records can be made.</summary>
    public bool Creates { get; init; }

    /// <summary>Whether records can be deleted (archived, where the CRM keeps them for a while).</summary>
    public bool Deletes { get; init; }

    /// <summary>Whether a deleted record can be brought back under its own id. False: it can be made anew only.</summary>
    public bool Restores { get; init; }

    /// <summary>Read-only fields that hold what people said or did, such as the parts of a conversation: who deletes a record must have seen them.</summary>
    public IReadOnlyList<string> ContentFields { get; init; } = [];

    /// <summary>Records in one batch; at least 1.</summary>
    public int RecordsPerBatch { get; init; } = 100;

    /// <summary>Changes of one kind in a run from which on batches may have <see cref="RecordsPerLargeBatch"/>; the largest number where all batches are alike.</summary>
    public int LargeFrom { get; init; } = int.MaxValue;

    /// <summary>Records in one batch of a run with many changes; at least 1.</summary>
    public int RecordsPerLargeBatch { get; init; } = 100;

    /// <summary>Batches that may be under way at once; at least 1. More than 1 only where batches do not lock each other out.</summary>
    public int BatchesAtOnce { get; init; } = 1;
}

/// <summary>What is done to a record.</summary>
public enum WriteKind
{
    /// <summary>Set fields.</summary>
    Update,
    /// <summary>Make a record.</summary>
    Create,
    /// <summary>Delete, or archive where the CRM keeps deleted records for a while.</summary>
    Delete,
    /// <summary>Bring a deleted record back under its own id.</summary>
    Restore,
    /// <summary>Link the record with another. Written by <see cref="IWritesLinks"/>.</summary>
    Associate,
    /// <summary>Take a link between the record and another away. Written by <see cref="IWritesLinks"/>.</summary>
    Dissociate,
}

/// <summary>Records of one stream to which the same is done.</summary>
public sealed record WriteBatch(StreamDescription Stream, WriteKind Kind, IReadOnlyList<RecordWrite> Records);

/// <summary>One record to write.</summary>
/// <param name="Id">The record; the default for one that is to be made.</param>
/// <param name="Values">The fields to set, by name: numbers and truths as such, everything else as text, null to clear. Empty where nothing is set.</param>
/// <param name="Properties">What the CRM held when it was read just before: one JSON object, UTF-8. Empty where it was not read.</param>
/// <param name="ModifiedMilliseconds">The stamp of that reading; null where it was not read. Where the CRM takes a precondition, the record is
/// written only if it was not modified since.</param>
public sealed record RecordWrite(
    RecordId Id, IReadOnlyDictionary<string, JsonElement> Values, ReadOnlyMemory<byte> Properties = default, long? ModifiedMilliseconds = null);

/// <summary>What became of one record of a batch.</summary>
public abstract record WriteOutcome
{
    private WriteOutcome()
    {
    }

    /// <summary>It was written.</summary>
    /// <param name="Id">The CRM's id of it.</param>
    /// <param name="ModifiedMilliseconds">Its new stamp; null where the CRM does not tell.</param>
    /// <param name="Values">Values that the CRM answered with, raw, by name: at least those that were written, as the CRM holds them now, and
    /// any others that the write moved. Null where it does not tell, so that the record has to be read.</param>
    public sealed record Written(RecordId Id, long? ModifiedMilliseconds = null, IReadOnlyDictionary<string, JsonElement>? Values = null) : WriteOutcome;

    /// <summary>The CRM refused it; nothing was changed.</summary>
    /// <param name="Reason">Why, in the vendor's own words.</param>
    public sealed record Rejected(string Reason) : WriteOutcome
    {
        /// <summary>Whether the reason passes by itself, such as a lock that another transaction held through all tries.</summary>
        public bool IsPassing { get; init; }
    }

    /// <summary>The record was modified since it was read; nothing was changed.</summary>
    public sealed record Stale : WriteOutcome;

    /// <summary>It was sent, and no answer tells whether it was carried out. Only the record itself can.</summary>
    /// <param name="Reason">What happened instead of an answer.</param>
    public sealed record Unheard(string Reason) : WriteOutcome;

    /// <summary>It was certainly not carried out, for a reason that concerns more than this record: a quota, the credentials, the network.</summary>
    /// <param name="Why">The reason.</param>
    public sealed record Unsent(CrmException Why) : WriteOutcome;
}
