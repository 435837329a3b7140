using System.Globalization;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Reads the rows of a stream's record table.</summary>
internal static class RecordRows
{
    /// <summary>How many rows pass between looks at the cancellation.</summary>
    private const int RowsPerLook = 4096;

    /// <summary>The columns that <see cref="Read"/> expects, of a record table called r.</summary>
    public const string Columns =
        "r.id, r.state, r.modified, r.hash, r.written, r.props, COALESCE(r.created, r.written), s.text, r.gone_at";

    public static string TableOf(long stream) => string.Create(CultureInfo.InvariantCulture, $"r_{stream}");

    public static bool Visit(Database database, StreamName stream, IndexVisitor visitor, CancellationToken cancellationToken)
    {
        if (StreamRows.NumberOf(database, stream) is not { } number)
            return false;
        var table = TableOf(number);
        using var rows = database.Prepare($"SELECT id, hash, state FROM {table} INDEXED BY {table}_index");
        for (var seen = 0; rows.Step(); seen++)
        {
            visitor(rows.Bytes(0), rows.Hash(1), rows.Integer(2) == 0);
            if (seen % RowsPerLook == 0)
                cancellationToken.ThrowIfCancellationRequested();
        }

        return true;
    }

    public static IReadOnlyList<StoredRecord> Load(Database database, StreamName stream, IReadOnlyList<RecordId> ids)
    {
        if (StreamRows.NumberOf(database, stream) is not { } number)
            return [];
        var row = database[$"SELECT {Columns} FROM {TableOf(number)} r JOIN m_sources s ON s.number = r.source WHERE r.id = ?1"];
        var records = new List<StoredRecord>(ids.Count);
        foreach (var id in ids)
        {
            row.Bind(1, id.Value);
            if (row.Step())
                records.Add(Read(database, number, row));
            row.Reset();
        }

        return records;
    }

    public static StoredRecord LoadRow(Database database, long stream, long rid)
    {
        var row = database[$"SELECT {Columns} FROM {TableOf(stream)} r JOIN m_sources s ON s.number = r.source WHERE r.rid = ?1"].Bind(1, rid);
        _ = row.Step();
        var record = Read(database, stream, row);
        row.Reset();
        return record;
    }

    /// <summary>The live records in order of first sight, read as they are asked for.</summary>
    public static IEnumerable<StoredRecord> Live(Database database, StreamName stream)
    {
        if (StreamRows.NumberOf(database, stream) is not { } number)
            yield break;
        using var row = database.Prepare(
            $"SELECT {Columns} FROM {TableOf(number)} r JOIN m_sources s ON s.number = r.source WHERE r.state = 0 ORDER BY r.rid");
        while (row.Step())
            yield return Read(database, number, row);
    }

    public static StoredRecord Read(Database database, long stream, Statement row)
    {
        var id = new RecordId(row.Text(0));
        var state = row.Integer(1);
        return new StoredRecord(
            id, state == 0, row.Integer(2), row.Hash(3), Instants.At(row.Integer(4)), row.Bytes(5).ToArray(),
            state == 0 ? null : new GoneRecord(id, CauseOf(state), Instants.AtOrNull(row.IntegerOrNull(8)), AliasRows.WinnerOf(database, stream, id)),
            Instants.At(row.Integer(6)), row.Text(7));
    }

    /// <summary>What a state other than 0 means.</summary>
    public static GoneCause CauseOf(long state) => (GoneCause)(state - 1);

    /// <summary>How a cause is stored.</summary>
    public static long StateOf(GoneCause cause) => 1 + (long)cause;
}
