using System.Text;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Writes and buries records. What a put means follows from what is stored, so that running a commit again changes nothing more.</summary>
internal sealed class RecordWriter(
    Database database, StreamTotals streams, FeedWriter feed, HistoryWriter history, LinkWriter links, long at, long source,
    CancellationToken cancellationToken)
{
    private const int RecordsPerLook = 1024;

    public long RowsWritten { get; private set; }

    public long Buried { get; private set; }

    public void Put(IReadOnlyList<StreamPuts> puts)
    {
        foreach (var stream in puts.GroupBy(each => each.Stream))
        {
            // Nearly always one list, and a large one.
            var records = stream.ToList() is [var only] ? only.Records : [.. stream.SelectMany(each => each.Records)];
            var superseded = Superseded(records);
            var total = streams.Of(stream.Key);
            var table = new RecordTable(database, total.Number);
            for (var index = 0; index < records.Count; index++)
            {
                if (superseded is null || !superseded[index])
                    Put(total, table, records[index]);
                if (index % RecordsPerLook == 0)
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>The puts that a later one of the same id replaces; null where there are none, as nearly always.</summary>
    private static bool[]? Superseded(IReadOnlyList<RecordPut> records)
    {
        var later = new HashSet<UInt128>(records.Count);
        bool[]? superseded = null;
        for (var index = records.Count - 1; index >= 0; index--)
            if (!later.Add(Fingerprint.OfId(records[index].Id.Span)))
                (superseded ??= new bool[records.Count])[index] = true;
        return superseded;
    }

    private void Put(StreamTotals.Total total, RecordTable table, in RecordPut put)
    {
        RowsWritten++;
        var id = put.Id.Span;
        if (table.Find(id) is not { } found)
        {
            var rid = total.NextRid++;
            table.Insert(rid, put, at, source);
            total.Arrived(id);
            feed.Created(total.Number, rid);
            return;
        }

        var modified = table.ModifiedOf(found.Rid);
        table.Update(found.Rid, put, at, source);
        if (found.State != 0)
        {
            total.Buried--;
            total.Arrived(id);
            RemoveAlias(total.Number, id);
            Note(ChangeKind.Restored, put);
        }
        else if (put.Kind != PutKind.Refresh && (put.Kind == PutKind.Change || found.Hash != put.Hash))
        {
            Note(ChangeKind.Changed, put);
        }

        void Note(ChangeKind kind, in RecordPut put)
        {
            history.Changed(total.Number, put.Id.Span, modified, kind, put.Before.Span);
            feed.Happened(total.Number, put.Id.Span, kind);
        }
    }

    public void Bury(IReadOnlyList<RecordBury> buries)
    {
        foreach (var bury in buries)
        {
            var total = streams.Of(bury.Stream);
            Bury(total, new RecordTable(database, total.Number), bury.Gone);
        }
    }

    private void Bury(StreamTotals.Total total, RecordTable table, GoneRecord gone)
    {
        var id = Encoding.UTF8.GetBytes(gone.Id.Value);
        var kind = gone.Cause == GoneCause.Merged ? ChangeKind.Merged : ChangeKind.Buried;
        var found = table.Find(id);
        if (found is null)
        {
            table.InsertTombstone(total.NextRid++, id, gone, at, source);
            total.Buried++;
            RowsWritten++;
            history.Changed(total.Number, id, 0, kind, [], gone);
            SetAlias(total.Number, gone);
            return;
        }

        var (rid, state, _) = found.Value;
        SetAlias(total.Number, gone);

        // Of a record that is buried, only a merge still tells something new, who answers for it now, and an erasure.
        var isNews = state != RecordRows.StateOf(gone.Cause);
        var newlyErased = isNews && gone.Cause == GoneCause.Erased;
        if (state != 0 && (!isNews || gone.Cause is not (GoneCause.Merged or GoneCause.Erased)))
            return;

        RowsWritten++;
        history.Changed(total.Number, id, newlyErased ? 0 : table.ModifiedOf(rid), kind, [], gone);
        feed.Happened(total.Number, id, kind, gone.MergedInto?.Value);
        table.Bury(rid, gone, at, source);
        if (newlyErased)
            Erase(total.Number, rid, id);
        if (state == 0)
        {
            total.Left(id);
            total.Buried++;
            Buried++;
        }

        links.RemoveAllOf(total.Number, gone.Id);
    }

    /// <summary>Takes away what the record held and what it held before. Its freed bytes are overwritten; the write-ahead log keeps older pages until it
    /// starts anew.</summary>
    private void Erase(long stream, long rid, ReadOnlySpan<byte> id)
    {
        database.Execute("PRAGMA secure_delete=ON");
        database[$"UPDATE {RecordRows.TableOf(stream)} SET props = NULL, hash = zeroblob(16), modified = 0 WHERE rid = ?1"].Bind(1, rid).Run();
        database["UPDATE m_history SET before = NULL, modified = 0 WHERE stream = ?1 AND id = ?2"].Bind(1, stream).Bind(2, id).Run();
        database.Execute("PRAGMA secure_delete=OFF");
    }

    private void SetAlias(long stream, GoneRecord gone)
    {
        if (gone is not { Cause: GoneCause.Merged, MergedInto: { } winner } || AliasRows.WinnerOf(database, stream, gone.Id) == winner)
            return;
        database["INSERT OR REPLACE INTO m_aliases(stream, loser, winner) VALUES (?1, ?2, ?3)"]
            .Bind(1, stream).Bind(2, gone.Id.Value).Bind(3, winner.Value).Run();
    }

    private void RemoveAlias(long stream, ReadOnlySpan<byte> id) =>
        database["DELETE FROM m_aliases WHERE stream = ?1 AND loser = ?2"].Bind(1, stream).Bind(2, id).Run();
}
