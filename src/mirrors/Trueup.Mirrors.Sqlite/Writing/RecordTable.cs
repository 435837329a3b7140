using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>The statements on one stream's record table.</summary>
internal sealed class RecordTable
{
    private readonly Statement find;
    private readonly Statement insert;
    private readonly Statement update;
    private readonly Statement modified;
    private readonly Statement insertTombstone;
    private readonly Statement bury;

    public RecordTable(Database database, long stream)
    {
        var table = RecordRows.TableOf(stream);
        find = database[$"SELECT rid, state, hash FROM {table} INDEXED BY {table}_index WHERE id = ?1"];
        insert = database[$"""
            INSERT INTO {table}(rid, id, modified, hash, written, source, state, props) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)
            """];
        update = database[$"""
            UPDATE {table} SET modified = ?2, hash = ?3, created = COALESCE(created, written), created_source = COALESCE(created_source, source),
                written = ?4, source = ?5, state = 0, gone_at = NULL, props = ?6 WHERE rid = ?1
            """];
        modified = database[$"SELECT modified FROM {table} WHERE rid = ?1"];
        insertTombstone = database[$"""
            INSERT INTO {table}(rid, id, modified, hash, written, source, state, gone_at, created, created_source)
            VALUES (?1, ?2, 0, zeroblob(16), ?3, ?4, ?5, ?6, ?3, 0)
            """];
        bury = database[$"""
            UPDATE {table} SET state = ?2, gone_at = ?3, created = COALESCE(created, written), created_source = COALESCE(created_source, source),
                written = ?4, source = ?5 WHERE rid = ?1
            """];
    }

    public (long Rid, long State, UInt128 Hash)? Find(ReadOnlySpan<byte> id)
    {
        if (!find.Bind(1, id).Step())
            return null;
        var found = (find.Integer(0), find.Integer(1), find.Hash(2));
        find.Reset();
        return found;
    }

    public long ModifiedOf(long rid)
    {
        _ = modified.Bind(1, rid).Step();
        var stamp = modified.Integer(0);
        modified.Reset();
        return stamp;
    }

    public void Insert(long rid, in RecordPut put, long at, long source) =>
        insert.Bind(1, rid).Bind(2, put.Id.Span).Bind(3, put.ModifiedMilliseconds).Bind(4, put.Hash).Bind(5, at).Bind(6, source)
            .Bind(7, put.Properties.Span).Run();

    public void Update(long rid, in RecordPut put, long at, long source) =>
        update.Bind(1, rid).Bind(2, put.ModifiedMilliseconds).Bind(3, put.Hash).Bind(4, at).Bind(5, source).Bind(6, put.Properties.Span).Run();

    public void InsertTombstone(long rid, ReadOnlySpan<byte> id, GoneRecord gone, long at, long source) =>
        insertTombstone.Bind(1, rid).Bind(2, id).Bind(3, at).Bind(4, source).Bind(5, RecordRows.StateOf(gone.Cause))
            .Bind(6, Instants.OfOrNull(gone.At)).Run();

    public void Bury(long rid, GoneRecord gone, long at, long source) =>
        bury.Bind(1, rid).Bind(2, RecordRows.StateOf(gone.Cause)).Bind(3, Instants.OfOrNull(gone.At)).Bind(4, at).Bind(5, source).Run();
}
