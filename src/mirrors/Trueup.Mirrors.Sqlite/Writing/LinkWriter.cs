using System.Text;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Writes links: only those that differ from what is stored.</summary>
internal sealed class LinkWriter(Database database, StreamTotals streams, FeedWriter feed, HistoryWriter history)
{
    private readonly record struct Key(RecordId Target, string Category, string TypeId);

    public long Added { get; private set; }

    public long Removed { get; private set; }

    public void Replace(IReadOnlyList<LinkReplacement> replacements)
    {
        foreach (var pair in replacements.GroupBy(each => each.Pair))
        {
            var from = streams.Of(pair.Key.From).Number;
            var number = PairNumber(from, streams.Of(pair.Key.To).Number);

            foreach (var associations in LinkComparison.Differing(database, number, pair.Select(each => each.Associations)))
                Replace(number, from, pair.Key.To, associations);
        }
    }

    private void Replace(long pair, long from, StreamName to, RecordAssociations associations)
    {
        var source = associations.Source;
        var stored = Stored(pair, source);
        var wanted = new Dictionary<Key, string?>(associations.Links.Count);
        foreach (var link in associations.Links)
            wanted[new Key(link.Target, link.Category, link.TypeId)] = link.Label;

        var removed = stored.Where(each => !wanted.TryGetValue(each.Key, out var label) || label != each.Value).Select(each => each.Key).ToList();
        var added = wanted.Where(each => !stored.TryGetValue(each.Key, out var label) || label != each.Value).ToList();
        if (removed.Count == 0 && added.Count == 0)
            return;

        foreach (var key in removed)
            database["DELETE FROM m_links WHERE pair = ?1 AND source = ?2 AND target = ?3 AND category = ?4 AND type_id = ?5"]
                .Bind(1, pair).Bind(2, source.Value).Bind(3, key.Target.Value).Bind(4, key.Category).Bind(5, key.TypeId).Run();
        foreach (var (key, label) in added)
            database["INSERT INTO m_links(pair, source, target, category, type_id, label) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"]
                .Bind(1, pair).Bind(2, source.Value).Bind(3, key.Target.Value).Bind(4, key.Category).Bind(5, key.TypeId).Bind(6, label).Run();
        Removed += removed.Count;
        Added += added.Count;
        Note(from, to, source, stored.Keys);
    }

    /// <summary>Removes the links from and to a record that is buried. Each record that loses its link to it is noted.</summary>
    public void RemoveAllOf(long stream, RecordId id)
    {
        var pairs = new List<(long Number, long From, long To)>();
        var row = database["SELECT number, from_stream, to_stream FROM m_pairs WHERE from_stream = ?1 OR to_stream = ?1"].Bind(1, stream);
        while (row.Step())
            pairs.Add((row.Integer(0), row.Integer(1), row.Integer(2)));

        foreach (var (number, from, to) in pairs)
        {
            if (from == stream)
                Removed += Delete("DELETE FROM m_links WHERE pair = ?1 AND source = ?2 RETURNING 1", number, id);
            if (to != stream)
                continue;
            foreach (var source in SourcesOf(number, id))
                Note(from, StreamRows.NameOf(database, to), source, Stored(number, source).Keys);
            Removed += Delete("DELETE FROM m_links WHERE pair = ?1 AND target = ?2 RETURNING 1", number, id);
        }
    }

    private int Delete(string sql, long pair, RecordId id)
    {
        var delete = database[sql].Bind(1, pair).Bind(2, id.Value);
        var count = 0;
        while (delete.Step())
            count++;
        return count;
    }

    private List<RecordId> SourcesOf(long pair, RecordId target)
    {
        var sources = new List<RecordId>();
        var row = database["SELECT DISTINCT source FROM m_links WHERE pair = ?1 AND target = ?2"].Bind(1, pair).Bind(2, target.Value);
        while (row.Step())
            sources.Add(new RecordId(row.Text(0)));
        return sources;
    }

    private Dictionary<Key, string?> Stored(long pair, RecordId source)
    {
        var stored = new Dictionary<Key, string?>();
        var row = database["SELECT target, category, type_id, label FROM m_links WHERE pair = ?1 AND source = ?2"]
            .Bind(1, pair).Bind(2, source.Value);
        while (row.Step())
            stored.Add(new Key(new RecordId(row.Text(0)), row.Text(1), row.Text(2)), row.TextOrNull(3));
        return stored;
    }

    private void Note(long from, StreamName to, RecordId source, IEnumerable<Key> before)
    {
        var id = Encoding.UTF8.GetBytes(source.Value);
        var targets = before.Select(each => each.Target.Value).Distinct().Order(StringComparer.Ordinal);
        var previously = Json.Write(new Dictionary<string, IEnumerable<string>> { [to.Value] = targets });
        history.Changed(from, id, 0, ChangeKind.Associated, Encoding.UTF8.GetBytes(previously));
        feed.Happened(from, id, ChangeKind.Associated, to.Value);
    }

    private long PairNumber(long from, long to)
    {
        database["INSERT INTO m_pairs(from_stream, to_stream) VALUES (?1, ?2) ON CONFLICT DO NOTHING"].Bind(1, from).Bind(2, to).Run();
        var row = database["SELECT number FROM m_pairs WHERE from_stream = ?1 AND to_stream = ?2"].Bind(1, from).Bind(2, to);
        _ = row.Step();
        var number = row.Integer(0);
        row.Reset();
        return number;
    }
}
