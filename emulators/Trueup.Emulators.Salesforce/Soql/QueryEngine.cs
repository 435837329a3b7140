using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>The one place that turns a query into rows, for REST and bulk alike. Used under the org's lock.</summary>
internal sealed class QueryEngine(SalesforceOrg org)
{
    /// <summary>Reads a query and looks up its names.</summary>
    /// <exception cref="Api.Refusal">It is malformed, or names what the connected user does not see.</exception>
    public BoundQuery Prepare(string soql) => new SoqlBinder(org, Inner).Bind(SoqlParser.Parse(soql));

    /// <summary>The rows that a query finds, in its order, one by one as they are asked for.</summary>
    /// <param name="view">What is visible.</param>
    /// <param name="all">Whether the recycle bin counts too.</param>
    /// <param name="disturb">Disturbs the order of all rows, given the order they should have; null for none.</param>
    public IEnumerable<Row> Rows(BoundQuery query, RecordView view, bool all, Action<List<Row>, Comparison<Row>?>? disturb = null)
    {
        var (candidates, sorted) = Candidates(query, view, all);
        var rows = candidates.Where(row => query.Where?.Matches(org, row) != false);
        if (!sorted || disturb is not null)
        {
            var order = query.OrderBy.Count == 0 ? null : Order(query.OrderBy);
            var list = rows.ToList();
            if (!sorted)
                list = [.. list.Order(Comparer<Row>.Create(order ?? ById))];
            disturb?.Invoke(list, order);
            rows = list;
        }
        rows = query.Offset > 0 ? rows.Skip(query.Offset) : rows;
        return query.Limit is { } limit ? rows.Take(limit) : rows;
    }

    /// <summary>How many rows a query finds.</summary>
    public int Count(BoundQuery query, RecordView view, bool all) =>
        query.Where is null && view.IsCurrent && query.Limit is null && query.Offset == 0
            ? query.Table.LiveCount + (all ? query.Table.ArchivedCount : 0)
            : Rows(query, view, all).Count();

    /// <summary>The live children of a row, in the order of their query.</summary>
    public IEnumerable<Row> Children(Column.Children children, Row row)
    {
        var query = children.Query;
        var rows = query.Table.FindKey(children.Reference, row.Table.IdOf(row.Record))
            .Select(child => new Row(query.Table, child, child.Now)).Where(child => query.Where?.Matches(org, child) != false);
        rows = rows.Order(Comparer<Row>.Create(query.OrderBy.Count > 0 ? Order(query.OrderBy) : ById)).Skip(query.Offset);
        return query.Limit is { } limit ? rows.Take(limit) : rows;
    }

    private IReadOnlyList<Value?> Inner(BoundQuery query) =>
        query.Columns is [Column.Field field]
            ? [.. Rows(query, default, false).Select(row => Value.Read(org, row, field.Definition))]
            : throw Api.Refusal.Bad("MALFORMED_QUERY", "The inner select must select exactly one field");

    // The cheapest walk that meets every row, and whether it already has the order asked for.
    private static (IEnumerable<Row> Rows, bool Sorted) Candidates(BoundQuery query, RecordView view, bool all)
    {
        var (table, order) = (query.Table, query.OrderBy);
        var byId = order.Count == 0 || order[0].Path.Is(FieldDefinition.IdOrdinal);
        if (query.Where?.Ids is { } ids)
            return (See(ids.Distinct().Order().Select(id => table.TryGet(id, out var record) ? record : null).OfType<Record>(), table, view, all), order.Count == 0);
        if (!all && view.IsCurrent && query.Where?.Key is { } key)
            return (See(key.Values.SelectMany(value => table.FindKey(key.Field, value)).Distinct(), table, view, all), false);
        var bounds = query.Where?.Bounds ?? Bounds.Everything;
        var byStamp = IsByStamp(order);
        if (byStamp || bounds.HasStamps && !byId)
            return (ByStamp(table, bounds, view, all, byStamp && order[0].Descending), byStamp);
        var first = table.PositionOf(bounds.IdLow);
        if (bounds.HasStamps && table.CountModifiedBetween(bounds.StampLow, bounds.StampHigh) * 2L < table.Records.Count - first)
            return (ByStamp(table, bounds, view, all, false), false);
        var end = bounds.IdHigh == long.MaxValue ? table.Records.Count : table.PositionOf(bounds.IdHigh + 1);
        return (See(Walk(table.Records, first, end, byId && order.Count > 0 && order[0].Descending), table, view, all), byId);
    }

    private static bool IsByStamp(IReadOnlyList<OrderKey> order) =>
        order.Count > 0 && order[0].Path.Is(FieldDefinition.StampOrdinal)
        && (order.Count == 1 || order.Count == 2 && order[1].Path.Is(FieldDefinition.IdOrdinal) && order[0].Descending == order[1].Descending);

    private static IEnumerable<Row> ByStamp(SObjectTable table, Bounds bounds, RecordView view, bool all, bool descending)
    {
        var from = table.PositionOfStamp(bounds.StampLow, bounds.TieId);
        var until = bounds.StampHigh == long.MaxValue ? table.Stamps.Count : table.PositionOfStamp(bounds.StampHigh, long.MaxValue);
        (long Stamp, Record? Record) before = default;
        foreach (var (stamp, record) in Walk(table.Stamps, from, until, descending))
        {
            if (before == (stamp, record))
                continue;
            before = (stamp, record);
            // An entry may be of a version that is no longer, or not yet, the visible one.
            if (view.See(record) is { } version && version.Modified == stamp && Shows(version, all))
                yield return new Row(table, record, version);
        }
    }

    private static IEnumerable<T> Walk<T>(IReadOnlyList<T> list, int from, int until, bool backwards)
    {
        for (var i = 0; i < until - from; i++)
            yield return list[backwards ? until - 1 - i : from + i];
    }

    private static IEnumerable<Row> See(IEnumerable<Record> records, SObjectTable table, RecordView view, bool all)
    {
        foreach (var record in records)
            if (view.See(record) is { } version && Shows(version, all))
                yield return new Row(table, record, version);
    }

    /// <summary>Whether a version is shown.</summary>
    public static bool Shows(RecordVersion version, bool all) => version.Life == RecordLife.Live || all && version.Life == RecordLife.Archived;

    private static int ById(Row left, Row right) => left.Record.Id.CompareTo(right.Record.Id);

    private Comparison<Row> Order(IReadOnlyList<OrderKey> keys) => (left, right) =>
    {
        foreach (var key in keys)
        {
            var (first, second) = (key.Path.Read(org, left), key.Path.Read(org, right));
            var order = (first, second) switch
            {
                (null, null) => 0,
                (null, _) => key.NullsLast ? 1 : -1,
                (_, null) => key.NullsLast ? -1 : 1,
                ({ } one, { } other) => key.Descending ? Value.Compare(other, one) : Value.Compare(one, other),
            };
            if (order != 0)
                return order;
        }
        return 0;
    };
}
