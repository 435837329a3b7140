using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Appends to the change feed. New records with neighbouring rids share one row, so that a first load costs the feed
/// almost nothing.</summary>
internal sealed class FeedWriter
{
    private readonly Database database;
    private readonly long at;
    private long next;
    private (long Stream, long Rid, long Count) run;

    public FeedWriter(Database database, long at)
    {
        this.database = database;
        this.at = at;
        next = 1 + database.Integer("SELECT position + count - 1 FROM m_feed ORDER BY position DESC LIMIT 1");
    }

    public void Created(long stream, long rid)
    {
        if (run.Count > 0 && run.Stream == stream && run.Rid + run.Count == rid)
        {
            run.Count++;
            return;
        }

        Flush();
        run = (stream, rid, 1);
    }

    public void Happened(long stream, ReadOnlySpan<byte> id, ChangeKind kind, string? other = null)
    {
        Flush();
        Insert.Bind(1, next++).Bind(2, 1L).Bind(3, at).Bind(4, stream).BindNull(5).Bind(6, id).Bind(7, (long)kind).Bind(8, other).Run();
    }

    /// <summary>Writes what is still gathered.</summary>
    public void Flush()
    {
        if (run.Count == 0)
            return;
        Insert.Bind(1, next).Bind(2, run.Count).Bind(3, at).Bind(4, run.Stream).Bind(5, run.Rid).BindNull(6)
            .Bind(7, (long)ChangeKind.Created).BindNull(8).Run();
        next += run.Count;
        run = default;
    }

    private Statement Insert => database[
        "INSERT INTO m_feed(position, count, at, stream, rid, id, kind, other) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"];
}
