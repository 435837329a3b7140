using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Reads links.</summary>
internal static class LinkRows
{
    public static long? PairOf(Database database, AssociationPair pair)
    {
        var row = database["""
            SELECT p.number FROM m_pairs p JOIN m_streams f ON f.number = p.from_stream JOIN m_streams t ON t.number = p.to_stream
            WHERE f.name = ?1 AND t.name = ?2
            """].Bind(1, pair.From.Value).Bind(2, pair.To.Value);
        long? number = row.Step() ? row.Integer(0) : null;
        row.Reset();
        return number;
    }

    public static IReadOnlyDictionary<RecordId, IReadOnlyList<RecordId>> Linked(
        Database database, AssociationPair pair, IReadOnlyList<RecordId> ids, bool fromTargets)
    {
        var linked = new Dictionary<RecordId, IReadOnlyList<RecordId>>(ids.Count);
        var number = PairOf(database, pair);
        var rows = database[fromTargets
            ? "SELECT DISTINCT source FROM m_links WHERE pair = ?1 AND target = ?2 ORDER BY source"
            : "SELECT DISTINCT target FROM m_links WHERE pair = ?1 AND source = ?2 ORDER BY target"];
        foreach (var id in ids)
        {
            var others = new List<RecordId>();
            if (number is { } known)
            {
                rows.Bind(1, known).Bind(2, id.Value);
                while (rows.Step())
                    others.Add(new RecordId(rows.Text(0)));
            }

            linked[id] = others;
        }

        return linked;
    }

    /// <summary>All links of one record, its own first, then those that lead to it.</summary>
    /// <remarks>SQLite, left to itself, walks all links there are for the second: it is told the order (CROSS JOIN) and the index.</remarks>
    public static IReadOnlyList<RecordLink> Of(Database database, StreamName stream, RecordId id)
    {
        var links = new List<RecordLink>();
        Read("""
            SELECT t.name, l.target, l.category, l.type_id, l.label FROM m_pairs p
            JOIN m_streams f ON f.number = p.from_stream JOIN m_streams t ON t.number = p.to_stream
            JOIN m_links l ON l.pair = p.number AND l.source = ?2 WHERE f.name = ?1
            """, isReverse: false);
        Read("""
            SELECT f.name, l.source, l.category, l.type_id, l.label FROM m_pairs p
            JOIN m_streams f ON f.number = p.from_stream JOIN m_streams t ON t.number = p.to_stream
            CROSS JOIN m_links l INDEXED BY m_links_by_target ON l.pair = p.number AND l.target = ?2 WHERE t.name = ?1
            """, isReverse: true);
        return links;

        void Read(string sql, bool isReverse)
        {
            var row = database[sql].Bind(1, stream.Value).Bind(2, id.Value);
            while (row.Step())
                links.Add(new RecordLink(
                    new StreamName(row.Text(0)),
                    new Association(new RecordId(row.Text(1)), row.Text(2), row.Text(3), row.TextOrNull(4)),
                    isReverse));
        }
    }
}
