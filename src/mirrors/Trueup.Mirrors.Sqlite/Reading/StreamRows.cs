using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Reads what the mirror knows of its streams.</summary>
internal static class StreamRows
{
    public static long? NumberOf(Database database, StreamName stream)
    {
        var row = database["SELECT number FROM m_streams WHERE name = ?1"].Bind(1, stream.Value);
        long? number = row.Step() ? row.Integer(0) : null;
        row.Reset();
        return number;
    }

    public static StreamName NameOf(Database database, long number)
    {
        var row = database["SELECT name FROM m_streams WHERE number = ?1"].Bind(1, number);
        _ = row.Step();
        var name = new StreamName(row.Text(0));
        row.Reset();
        return name;
    }

    public static long LiveIn(Database database, long number)
    {
        var row = database["SELECT live FROM m_streams WHERE number = ?1"].Bind(1, number);
        _ = row.Step();
        var live = row.Integer(0);
        row.Reset();
        return live;
    }

    public static IReadOnlyList<MirroredStream> All(Database database)
    {
        var streams = new List<MirroredStream>();
        var row = database["SELECT number, description, live, buried, digest, pipelines, gone_at FROM m_streams ORDER BY number"];
        while (row.Step())
            streams.Add(new MirroredStream(
                Json.Read<StreamDescription>(row.Bytes(1)), row.Integer(2), row.Integer(3), row.Hash(4),
                FieldsOf(database, row.Integer(0)), Json.Read<List<Pipeline>>(row.Bytes(5)), Instants.AtOrNull(row.IntegerOrNull(6))));
        return streams;
    }

    /// <summary>Every field ever seen, in the order in which they were.</summary>
    public static IReadOnlyList<MirroredField> FieldsOf(Database database, long stream)
    {
        var fields = new List<MirroredField>();
        var row = database["""
            SELECT definition, "column", seen_at, retired_at, included, personal FROM m_fields WHERE stream = ?1 ORDER BY number
            """].Bind(1, stream);
        while (row.Step())
            fields.Add(new MirroredField(
                Json.Read<Field>(row.Bytes(0)), row.Text(1), Instants.At(row.Integer(2)), Instants.AtOrNull(row.IntegerOrNull(3)),
                row.Integer(4) != 0, row.Integer(5) != 0));
        return fields;
    }
}
