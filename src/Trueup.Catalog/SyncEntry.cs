using Trueup.Contract;

namespace Trueup.Catalog;

/// <summary>One line of the sync log: from waiting in the queue to how it ended.</summary>
public sealed class SyncEntry
{
    /// <summary>Its id, which sorts by age.</summary>
    public required string Id { get; init; }

    /// <summary>The connection.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>The app, kept here so that the line outlives the connection.</summary>
    public required string App { get; init; }

    /// <summary>The account's name at the time.</summary>
    public required string Account { get; init; }

    /// <summary>The kind.</summary>
    public required SyncKind Kind { get; init; }

    /// <summary><c>schedule</c>, <c>api</c>, <c>webhook</c> or <c>user NAME</c>.</summary>
    public required string Trigger { get; init; }

    /// <summary>Only this stream; null for all.</summary>
    public string? Stream { get; init; }

    /// <summary>For single records: which, as <see cref="RecordHint"/> writes them.</summary>
    public string? Ids { get; set; }

    /// <summary>When it was put into the queue.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>When it began; null while it waits.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>The CRM's time as of which the mirror is right; null while unknown.</summary>
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>When it ended; null while it waits or runs.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Where it is, or how it ended.</summary>
    public SyncStatus Status { get; set; }

    /// <summary>Why it did not end verified; null where it did.</summary>
    public string? Reason { get; set; }

    /// <summary>Records in the app, over all streams.</summary>
    public long TotalApp { get; set; }

    /// <summary>Live records in the mirror, over all streams.</summary>
    public long TotalTrueup { get; set; }

    /// <summary>Sum over the streams of |app − mirror|.</summary>
    public long TotalDifference { get; set; }

    /// <summary>The whole <see cref="SyncReport"/> as JSON; null before the first commit.</summary>
    public string? Report { get; set; }
}
