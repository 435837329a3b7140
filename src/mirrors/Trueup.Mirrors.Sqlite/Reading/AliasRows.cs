using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Reads which ids were merged into which.</summary>
internal static class AliasRows
{
    public static RecordId? WinnerOf(Database database, long stream, RecordId loser)
    {
        var row = database["SELECT winner FROM m_aliases WHERE stream = ?1 AND loser = ?2"].Bind(1, stream).Bind(2, loser.Value);
        RecordId? winner = row.Step() ? new RecordId(row.Text(0)) : null;
        row.Reset();
        return winner;
    }

    /// <summary>Follows a chain to its end. A chain that bites its tail ends at the last id before it repeats.</summary>
    public static RecordId Resolve(Database database, StreamName stream, RecordId id)
    {
        if (StreamRows.NumberOf(database, stream) is not { } number)
            return id;
        var seen = new HashSet<RecordId> { id };
        while (WinnerOf(database, number, id) is { } winner && seen.Add(winner))
            id = winner;
        return id;
    }
}
