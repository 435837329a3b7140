using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>What became of one change of an edit run.</summary>
public enum EditResult
{
    /// <summary>Its turn has not come.</summary>
    Waiting,
    /// <summary>It was sent, or is about to be; the CRM has not been heard or asked yet. Never stays so.</summary>
    Sending,
    /// <summary>The fields were set, or the link was added or taken away.</summary>
    Updated,
    /// <summary>The record was made.</summary>
    Created,
    /// <summary>The record was deleted.</summary>
    Deleted,
    /// <summary>The record was brought back under its own id.</summary>
    Restored,
    /// <summary>The CRM held it so already; nothing was sent.</summary>
    Unmodified,
    /// <summary>The CRM holds something else than the user saw; left as it is.</summary>
    Conflict,
    /// <summary>It was not done, for a reason that is told.</summary>
    Rejected,
}

/// <summary>One change of an edit run, and what became of it.</summary>
public sealed record EditItem
{
    /// <summary>Its place in the run, from 0.</summary>
    public required int Position { get; init; }

    /// <summary>What is to be done.</summary>
    public required WriteKind Kind { get; init; }

    /// <summary>The record; the default until one that is to be made has its id.</summary>
    public RecordId Id { get; init; }

    /// <summary>The values wanted: one JSON object, by field, null to clear; of a change of links, see <see cref="LinkChange"/>. Null for a deletion.</summary>
    public string? Wanted { get; init; }

    /// <summary>What the user saw in those fields: one JSON object. Null until it begins where the user did not say: then what the mirror holds.</summary>
    public string? Seen { get; init; }

    /// <summary>Where it is, or what became of it.</summary>
    public EditResult Result { get; init; }

    /// <summary>What the CRM held before, in the fields that were written, in the links that the change touched, or in all of a record that was deleted: one JSON
    /// object. Null where nothing was written.</summary>
    public string? Before { get; init; }

    /// <summary>What the CRM holds after it, in the fields that were written; in a preview and a conflict, what is wanted. One JSON object; null where there is nothing.</summary>
    public string? After { get; init; }

    /// <summary>What the CRM holds in the fields that conflict: one JSON object. Null without a conflict.</summary>
    public string? Current { get; init; }

    /// <summary>Why it was not done, in one sentence or in the vendor's own words; null where it was.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was first sent, by our clock; null for one that never was.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Whether it has not ended yet.</summary>
    public bool IsOpen => Result is EditResult.Waiting or EditResult.Sending;

    /// <summary>Whether it changes a link that the CRM keeps apart from fields.</summary>
    public bool IsLink => Kind is WriteKind.Associate or WriteKind.Dissociate;

    /// <summary>The link that it changes; null where it changes something else, or where its values were erased with the record.</summary>
    internal LinkChange? Link => IsLink && Wanted is { } wanted ? LinkChange.Read(wanted) : null;

    internal EditItem Ended(EditResult result, string? reason = null) => this with { Result = result, Reason = reason };
}

/// <summary>What happens where the CRM holds something else than the user saw.</summary>
public enum ConflictRule
{
    /// <summary>The record is left as it is, and both values are told.</summary>
    Stop,
    /// <summary>What is wanted is written over it.</summary>
    Overwrite,
    /// <summary>The fields that conflict are left, the others written: for an undo.</summary>
    WriteOthers,
}

/// <summary>An edit run to carry out.</summary>
/// <param name="Run">Its id, under which the journal has its changes.</param>
/// <param name="Stream">The stream.</param>
/// <param name="IsPreview">Whether everything but writing is done.</param>
/// <param name="Rule">What happens to conflicts.</param>
public sealed record EditOrder(string Run, StreamName Stream, bool IsPreview, ConflictRule Rule);

/// <summary>How an edit run went, as far as it has got.</summary>
public sealed record EditReport
{
    /// <summary>Whether every change has ended. False where the CRM could not be asked what became of some: to be gone on with later.</summary>
    public bool IsSettled { get; init; }

    /// <summary>Why the run stopped before its end; null where it did not.</summary>
    public string? Stopped { get; init; }

    /// <summary>Records updated, by this call.</summary>
    public IReadOnlyList<RecordId> Updated { get; init; } = [];

    /// <summary>Records created or restored, by this call.</summary>
    public IReadOnlyList<RecordId> Created { get; init; } = [];

    /// <summary>Records deleted, by this call.</summary>
    public IReadOnlyList<RecordId> Deleted { get; init; } = [];

    /// <summary>Records whose links were changed, by this call.</summary>
    public IReadOnlyList<RecordId> Linked { get; init; } = [];

    /// <summary>Requests sent, retries included.</summary>
    public long ApiCalls { get; init; }

    /// <summary>Requests sent again.</summary>
    public long Retries { get; init; }

    /// <summary>Bytes received.</summary>
    public long Bytes { get; init; }
}

/// <summary>Where the changes of edit runs are kept, and what becomes of each.</summary>
/// <remarks>Threads: every member may be called concurrently.</remarks>
public interface IEditJournal
{
    /// <summary>Changes of a run in order.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">Only those behind this position; -1 to begin.</param>
    /// <param name="limit">Most changes.</param>
    /// <param name="openOnly">Only those that have not ended.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<EditItem>> ReadAsync(string run, int after, int limit, bool openOnly, CancellationToken cancellationToken);

    /// <summary>Saves how changes are. Durable when it returns.</summary>
    Task SaveAsync(string run, IReadOnlyList<EditItem> items, CancellationToken cancellationToken);

    /// <summary>Those of the records that a run is known to have created.</summary>
    Task<IReadOnlySet<RecordId>> CreatedAsync(string run, IReadOnlyCollection<RecordId> records, CancellationToken cancellationToken);
}
