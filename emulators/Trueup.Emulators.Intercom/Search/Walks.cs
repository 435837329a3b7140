using System.Text;
using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Search;

/// <summary>A page that is asked for.</summary>
/// <param name="Query">The text of query and order, to which cursors are bound.</param>
/// <param name="Condition">Which records; null for all that are live.</param>
internal sealed record PageOrder(string Endpoint, ObjectTable Table, string Query, Condition? Condition, SortOrder Order, string? Cursor, int PerPage);

/// <summary>A record in an answer, as the answer sees it.</summary>
internal readonly record struct Hit(Record Record, RecordVersion Version, SortKey Key, double Tie);

/// <summary>A page.</summary>
/// <param name="Total">Records in all pages.</param>
/// <param name="Next">The cursor of the next; null after the last.</param>
/// <param name="Number">Its number, from 1.</param>
internal sealed record Page(IReadOnlyList<Hit> Hits, int Total, string? Next, int Number, bool Capped);

/// <summary>Walks through sorted records by cursors: the next page begins after the last record of the page before, wherever that is now.</summary>
internal sealed class Walks(IntercomWorkspace workspace, Difficulties difficulties, long seed)
{
    // Enough that each stream can be walked twice at once.
    private const int MostKept = 16;

    private readonly List<(string Name, long Table, long Links, List<Hit> Hits)> kept = [];
    private long disturbances;

    /// <exception cref="Refusal">The cursor belongs to something else, or the page is out of reach.</exception>
    public Page Read(PageOrder order)
    {
        var (endpoint, stream) = (order.Endpoint, order.Table.Name);
        var query = Hash($"{endpoint} {stream} {order.Query}");
        var cursor = order.Cursor is { Length: > 0 } text ? Cursor.Parse(text, query) : new Cursor(query, Disturbance(endpoint, stream), 1, default, 0);
        var hits = Hits(order, cursor.Disturbance);
        var start = cursor.Id == 0 ? 0 : After(hits, order.Order, cursor);
        var limit = difficulties.PageSize(endpoint, stream, order.PerPage);
        if (start > 0 && difficulties.Any && difficulties.Twice(endpoint, stream))
            start--;
        var end = Math.Min(hits.Count, start + limit);
        var next = end >= hits.Count ? (Cursor?)null
            : limit == 0 ? cursor with { Page = cursor.Page + 1 }
            : new Cursor(query, cursor.Disturbance, cursor.Page + 1, hits[end - 1].Key, hits[end - 1].Record.Id);
        var capped = false;
        if (difficulties.Cap(endpoint, stream) is { } cap && end >= cap.Limit && next is not null)
        {
            if (cap.Manner == CapManner.Error && start >= cap.Limit)
                throw new Refusal(400, "bad_request", "page limit reached");
            if (cap.Manner != CapManner.Error)
                (next, capped) = (null, cap.Manner == CapManner.Header);
        }
        if (next is not null && difficulties.Any && difficulties.Repeats(endpoint, stream))
            next = cursor;
        return new Page(hits.GetRange(start, Math.Max(0, end - start)), hits.Count, next?.Text, cursor.Page, capped);
    }

    /// <summary>Everything that an order finds, sorted.</summary>
    public List<Hit> Sorted(PageOrder order) => Hits(order, Disturbance(order.Endpoint, order.Table.Name));

    // The first page decides for the whole walk, so that what is out of order is not out of reach.
    private long Disturbance(string endpoint, string stream)
    {
        if (!difficulties.DisturbsOrder(endpoint, stream) || difficulties.Disturbs(endpoint, stream) is not { } manner)
            return 0;
        disturbances++;
        return manner == OrderManner.Shuffle ? disturbances : -disturbances;
    }

    private List<Hit> Hits(PageOrder order, long disturbance)
    {
        var view = difficulties.View(order.Endpoint, order.Table.Name, workspace.Clock.Milliseconds);
        if (!view.IsCurrent)
            return Find(order, disturbance, view);
        var name = $"{order.Endpoint} {order.Table.Name} {disturbance} {order.Order.Name} {order.Order.Descending} {order.Query}";
        var at = kept.FindIndex(each => each.Name == name);
        if (at >= 0 && kept[at].Table == order.Table.Version && kept[at].Links == Dependencies(order.Table))
            return kept[at].Hits;
        if (at >= 0)
            kept.RemoveAt(at);
        if (kept.Count == MostKept)
            kept.RemoveAt(0);
        var hits = Find(order, disturbance, view);
        kept.Add((name, order.Table.Version, Dependencies(order.Table), hits));
        return hits;
    }

    // What is found may depend on links, and on the people of companies.
    private long Dependencies(ObjectTable table) => workspace.Links.Version + (table == workspace.Companies ? workspace.Contacts.Version : 0);

    private List<Hit> Find(PageOrder order, long disturbance, RecordView view)
    {
        var hits = new List<Hit>();
        foreach (var record in order.Table.Records)
            if (view.See(record) is { Life: RecordLife.Live } version && (order.Condition is null || order.Condition(record, version)))
                hits.Add(new Hit(record, version, disturbance > 0 ? new SortKey(Chance.Of(seed, disturbance, record.Id), null) : order.Order.Key(record, version),
                    disturbance < 0 ? Chance.Of(seed, disturbance, record.Id) : record.Id));
        var descending = order.Order.Descending;
        hits.Sort((left, right) => SortKey.Compare(left.Key, right.Key, descending) is var byKey and not 0 ? byKey : left.Tie.CompareTo(right.Tie));
        return hits;
    }

    private int After(List<Hit> hits, SortOrder order, Cursor cursor)
    {
        var tie = cursor.Disturbance < 0 ? Chance.Of(seed, cursor.Disturbance, cursor.Id) : cursor.Id;
        var (low, high) = (0, hits.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var difference = SortKey.Compare(hits[middle].Key, cursor.Key, order.Descending) is var byKey and not 0 ? byKey : hits[middle].Tie.CompareTo(tie);
            if (difference <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static ulong Hash(string text)
    {
        var hash = 0UL;
        foreach (var character in Encoding.UTF8.GetBytes(text))
            hash = Chance.Mix(hash ^ character);
        return hash;
    }
}
