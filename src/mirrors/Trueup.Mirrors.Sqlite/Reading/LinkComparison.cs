using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Tells which sources have other links than the stored ones.</summary>
internal static class LinkComparison
{
    /// <summary>The sources whose stored links are not these. Of a source that comes twice, the later counts. While they are looked through, the links of
    /// those that were answered may be written.</summary>
    public static IEnumerable<RecordAssociations> Differing(Database database, long pair, IEnumerable<RecordAssociations> sources)
    {
        // In the order of the table, so that one look tells how many sources from here on have nothing stored.
        RecordAssociations[] ordered = [.. sources.OrderBy(each => each.Source.Value, Utf8Order.Instance)];
        string? nextStored = "";
        for (var index = 0; index < ordered.Length; index++)
        {
            var source = ordered[index].Source.Value;
            if (index + 1 < ordered.Length && ordered[index + 1].Source.Value == source)
                continue;
            if (nextStored is not null && Utf8Order.Instance.Compare(nextStored, source) < 0)
                nextStored = FirstSourceFrom(database, pair, source);
            var isStored = nextStored == source;
            if (isStored ? !IsAsStored(database, pair, ordered[index]) : ordered[index].Links.Count > 0)
                yield return ordered[index];
        }
    }

    private static string? FirstSourceFrom(Database database, long pair, string source)
    {
        var row = database["SELECT source FROM m_links WHERE pair = ?1 AND source >= ?2 ORDER BY source LIMIT 1"].Bind(1, pair).Bind(2, source);
        var first = row.Step() ? row.Text(0) : null;
        row.Reset();
        return first;
    }

    /// <summary>Whether the stored links are these, told without making texts of them: that is how nearly every source of a sweep is.</summary>
    private static bool IsAsStored(Database database, long pair, RecordAssociations associations)
    {
        using var wanted = associations.Links.Distinct().OrderBy(link => link.Target.Value, Utf8Order.Instance)
            .ThenBy(link => link.Category, Utf8Order.Instance).ThenBy(link => link.TypeId, Utf8Order.Instance).GetEnumerator();
        var row = database["""
            SELECT target, category, type_id, label FROM m_links WHERE pair = ?1 AND source = ?2 ORDER BY target, category, type_id
            """].Bind(1, pair).Bind(2, associations.Source.Value);
        while (row.Step())
        {
            if (wanted.MoveNext() && row.Holds(0, wanted.Current.Target.Value) && row.Holds(1, wanted.Current.Category)
                && row.Holds(2, wanted.Current.TypeId) && row.Holds(3, wanted.Current.Label))
                continue;
            row.Reset();
            return false;
        }

        return !wanted.MoveNext();
    }
}
