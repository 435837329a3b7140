using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Reads the change feed, and spreads out the rows that stand for many new records.</summary>
internal static class FeedRows
{
    public static IReadOnlyList<ChangeEvent> After(Database database, long after, int limit)
    {
        var events = new List<ChangeEvent>();
        var names = new Dictionary<long, StreamName>();
        var row = database["""
            SELECT position, count, at, stream, rid, id, kind, other FROM m_feed
            WHERE position >= COALESCE((SELECT max(position) FROM m_feed WHERE position <= ?1), 0) ORDER BY position
            """].Bind(1, after + 1);
        while (events.Count < limit && row.Step())
        {
            var first = row.Integer(0);
            if (first + row.Integer(1) - 1 <= after)
                continue;
            var (at, number) = (Instants.At(row.Integer(2)), row.Integer(3));
            if (!names.TryGetValue(number, out var stream))
                names.Add(number, stream = StreamRows.NameOf(database, number));
            if (row.IsNull(4))
                events.Add(new ChangeEvent(first, at, stream, new RecordId(row.Text(5)), (ChangeKind)row.Integer(6), row.TextOrNull(7)));
            else
                Spread(database, row, after, limit - events.Count, (position, id) =>
                    events.Add(new ChangeEvent(position, at, stream, id, ChangeKind.Created, null)));
        }

        row.Reset();
        return events;
    }

    private static void Spread(Database database, Statement row, long after, int limit, Action<long, RecordId> add)
    {
        var (first, rid) = (row.Integer(0), row.Integer(4));
        var skipped = Math.Max(0, after + 1 - first);
        var ids = database[$"SELECT id, rid FROM {RecordRows.TableOf(row.Integer(3))} WHERE rid >= ?1 AND rid < ?2 ORDER BY rid LIMIT ?3"]
            .Bind(1, rid + skipped).Bind(2, rid + row.Integer(1)).Bind(3, (long)limit);
        while (ids.Step())
            add(first + ids.Integer(1) - rid, new RecordId(ids.Text(0)));
    }
}
