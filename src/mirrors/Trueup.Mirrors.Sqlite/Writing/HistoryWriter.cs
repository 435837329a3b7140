using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Keeps what a record was before it changed.</summary>
internal sealed class HistoryWriter(Database database, long at, long source)
{
    /// <param name="before">One JSON object; empty for none.</param>
    public void Changed(long stream, ReadOnlySpan<byte> id, long modified, ChangeKind kind, ReadOnlySpan<byte> before, GoneRecord? gone = null)
    {
        var insert = database["""
            INSERT INTO m_history(stream, id, at, modified, kind, before, source, cause, gone_at, merged_into)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """];
        insert.Bind(1, stream).Bind(2, id).Bind(3, at).Bind(4, modified).Bind(5, (long)kind).Bind(7, source)
            .Bind(8, (long?)gone?.Cause).Bind(9, Instants.OfOrNull(gone?.At)).Bind(10, gone?.MergedInto?.Value);
        if (before.IsEmpty)
            insert.BindNull(6);
        else
            insert.Bind(6, before);
        insert.Run();
    }
}
