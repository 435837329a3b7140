namespace Trueup.Contract;

/// <summary>What people ask of a mirror. All of it read-only.</summary>
public interface IMirrorQueries
{
    /// <summary>One page of live records, filtered and sorted. The first query on a field may build a column for it (seconds per million records); later ones are fast.</summary>
    /// <exception cref="MirrorQueryException">Unknown stream or field, or a bad filter, sort or cursor.</exception>
    Task<RecordQueryResult> QueryAsync(RecordQuery query, CancellationToken cancellationToken);

    /// <summary>How many live records match. Same errors as <see cref="QueryAsync"/>.</summary>
    Task<long> CountAsync(StreamName stream, string? filter, CancellationToken cancellationToken);

    /// <summary>All links of one record, in both directions, as (other stream, link).</summary>
    Task<IReadOnlyList<RecordLink>> LinksAsync(StreamName stream, RecordId id, CancellationToken cancellationToken);

    /// <summary>The observed changes of one record, newest first.</summary>
    Task<IReadOnlyList<HistoryEntry>> HistoryAsync(StreamName stream, RecordId id, CancellationToken cancellationToken);

    /// <summary>The change feed after a position, in order, without gaps. Positions only grow.</summary>
    /// <param name="after">The last position seen; 0 to begin.</param>
    /// <param name="limit">Most events to answer, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<ChangeEvent>> ChangesAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Runs one SELECT of a person on the typed views, in a read-only transaction.</summary>
    /// <exception cref="MirrorQueryException">The statement is wrong or would write.</exception>
    IAsyncEnumerable<IReadOnlyList<object?>> SqlAsync(string statement, Action<IReadOnlyList<string>> columns, CancellationToken cancellationToken);

    /// <summary>Streams every live record of a stream, consistent as of the moment the read began, in order of first sight.</summary>
    IAsyncEnumerable<StoredRecord> ExportAsync(StreamName stream, CancellationToken cancellationToken);
}

/// <summary>A page of records to ask for.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Filter"><c>field op value</c> joined by <c> and </c>; op one of = != &lt; &lt;= &gt; &gt;= contains startswith is-empty is-not-empty. Values may be
/// in double quotes with backslash escapes. Null: all. <c>id</c> and <c>modifiedAt</c> are fields too.</param>
/// <param name="Sort">A field, with <c>-</c> in front for descending; ties are broken by id. Null: order of first sight.</param>
/// <param name="Limit">Records a page, 1 to 1,000.</param>
/// <param name="Cursor">A <see cref="RecordQueryResult.Next"/>; null for the first page.</param>
/// <param name="Skip">Rows to skip from the beginning, for jump-scrolling grids; not together with a cursor.</param>
public sealed record RecordQuery(StreamName Stream, string? Filter, string? Sort, int Limit, string? Cursor, int Skip = 0);

/// <summary>One page of records.</summary>
public sealed record RecordQueryResult(IReadOnlyList<StoredRecord> Records, string? Next);

/// <summary>One link of a record, as seen from it.</summary>
/// <param name="OtherStream">The stream of the record at the other end.</param>
/// <param name="Link">The link; its target is the record at the other end.</param>
/// <param name="IsReverse">Whether the link is stored from the other record to this one, so that its label is the other's.</param>
public sealed record RecordLink(StreamName OtherStream, Association Link, bool IsReverse);

/// <summary>One observed change of a record.</summary>
/// <param name="SeenAt">When we saw it, by our clock.</param>
/// <param name="ModifiedMilliseconds">The CRM's stamp of the version that was replaced; 0 for none.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Before">One JSON object with the previous values of the fields that changed; null where none did.</param>
/// <param name="Source">How it was seen.</param>
/// <param name="Gone">For a burial: the cause.</param>
public sealed record HistoryEntry(
    DateTimeOffset SeenAt, long ModifiedMilliseconds, ChangeKind Kind, string? Before, string Source, GoneRecord? Gone);

/// <summary>What happened to a record.</summary>
public enum ChangeKind : byte
{
    /// <summary>Seen for the first time.</summary>
    Created,
    /// <summary>Values changed.</summary>
    Changed,
    /// <summary>Live again.</summary>
    Restored,
    /// <summary>No longer live.</summary>
    Buried,
    /// <summary>Merged into another record.</summary>
    Merged,
    /// <summary>Its links to one other stream changed.</summary>
    Associated,
}

/// <summary>One event of the change feed.</summary>
/// <param name="Position">Its place in the feed.</param>
/// <param name="At">When the mirror changed, by our clock.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Id">The record.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Other">For a merge: the survivor's id. For links: the name of the other stream. Null otherwise.</param>
public sealed record ChangeEvent(long Position, DateTimeOffset At, StreamName Stream, RecordId Id, ChangeKind Kind, string? Other);
