using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Reads the observed changes of a record. Its creation is not stored as a change; it is told from the record's own row.</summary>
internal static class HistoryRows
{
    public static IReadOnlyList<HistoryEntry> Of(Database database, StreamName stream, RecordId id)
    {
        var entries = new List<HistoryEntry>();
        if (StreamRows.NumberOf(database, stream) is not { } number)
            return entries;

        var row = database["""
            SELECT h.at, h.modified, h.kind, h.before, s.text, h.cause, h.gone_at, h.merged_into
            FROM m_history h JOIN m_sources s ON s.number = h.source WHERE h.stream = ?1 AND h.id = ?2 ORDER BY h.number DESC
            """].Bind(1, number).Bind(2, id.Value);
        while (row.Step())
            entries.Add(new HistoryEntry(
                Instants.At(row.Integer(0)), row.Integer(1), (ChangeKind)row.Integer(2), row.TextOrNull(3), row.Text(4), GoneIn(row, id)));

        if (Creation(database, number, id) is { } creation)
            entries.Add(creation);
        return entries;
    }

    private static GoneRecord? GoneIn(Statement row, RecordId id) => row.IsNull(5)
        ? null
        : new GoneRecord(
            id, (GoneCause)row.Integer(5), Instants.AtOrNull(row.IntegerOrNull(6)), row.TextOrNull(7) is { } winner ? new RecordId(winner) : null);

    private static HistoryEntry? Creation(Database database, long stream, RecordId id)
    {
        // A record first met as a tombstone has no source of its creation.
        var row = database[$"""
            SELECT COALESCE(r.created, r.written), s.text FROM {RecordRows.TableOf(stream)} r
            JOIN m_sources s ON s.number = COALESCE(r.created_source, r.source) WHERE r.id = ?1
            """].Bind(1, id.Value);
        var creation = row.Step() ? new HistoryEntry(Instants.At(row.Integer(0)), 0, ChangeKind.Created, null, row.Text(1), null) : null;
        row.Reset();
        return creation;
    }
}
