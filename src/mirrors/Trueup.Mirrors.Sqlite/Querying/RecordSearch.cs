using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Answers a <see cref="RecordQuery"/> from the grid, or from the records alone where no field is asked for.</summary>
internal sealed class RecordSearch
{
    private const int MostRecords = 1_000;

    /// <summary>Skipping more than these is faster over the narrow rows of the grid.</summary>
    private const int FewSkipped = 1_000;

    /// <summary>Records looked at from either end to narrow the question; a hundredth of a large stream.</summary>
    private const int SampledRids = 5_000;

    private readonly RecordQuery query;
    private readonly long stream;
    private readonly IReadOnlyDictionary<string, GridColumn> known;
    private readonly IReadOnlyList<Condition> conditions;
    private readonly GridColumn? sort;
    private readonly bool descending;
    private readonly Cursor? cursor;

    private RecordSearch(Database database, RecordQuery query)
    {
        if (query.Limit is < 1 or > MostRecords)
            throw new MirrorQueryException($"The limit is {query.Limit}, but must be 1 to {MostRecords} records.");
        if (query.Skip < 0 || (query.Skip > 0 && query.Cursor is not null))
            throw new MirrorQueryException("Skip counts rows from the beginning: not below 0, and not together with a cursor.");
        this.query = query;
        stream = StreamRows.NumberOf(database, query.Stream) ?? throw new MirrorQueryException($"The mirror has no stream called {query.Stream}.");
        known = GridColumn.AllOf(database, stream);
        conditions = Filter.Parse(query.Filter);
        descending = query.Sort is ['-', ..];
        sort = string.IsNullOrEmpty(query.Sort) ? null : Column(descending ? query.Sort[1..] : query.Sort);
        cursor = query.Cursor is { } text ? Cursor.Read(query, text) : null;
        Columns = [.. conditions.Select(condition => Column(condition.Field)), .. sort is null ? (GridColumn[])[] : [sort]];
        _ = Where();
    }

    public static RecordSearch Of(Database database, RecordQuery query) => new(database, query);

    /// <summary>The stream's number.</summary>
    public long Stream => stream;

    /// <summary>The columns that the question needs; empty: it is answered without a grid.</summary>
    public IReadOnlyCollection<GridColumn> Columns { get; }

    /// <summary>Whether it can be answered now.</summary>
    /// <param name="staleAllowed">Whether records that came after the grid was filled may be left out.</param>
    public bool IsReady(Database database, bool staleAllowed) =>
        !NeedsGrid || (Grid.Holds(database, stream, Columns) && (staleAllowed || Grid.IsCurrent(database, stream)));

    private GridColumn Column(string name) =>
        known.TryGetValue(name, out var column) ? column : throw new MirrorQueryException($"The stream {query.Stream} has no field called {name}.");

    private bool NeedsGrid => Columns.Count > 0 || query.Skip > FewSkipped;

    private string Table => NeedsGrid ? Grid.TableOf(stream) : $"{RecordRows.TableOf(stream)}";

    private ConditionSql Where()
    {
        var where = new ConditionSql();
        if (!NeedsGrid)
            where.And("state = 0");
        foreach (var condition in conditions)
            where.And(Column(condition.Field), condition);
        return where;
    }

    public long Count(Database database)
    {
        if (!NeedsGrid)
            return StreamRows.LiveIn(database, stream);
        var where = Where();
        using var row = database.Prepare($"SELECT count(*) FROM {Table} WHERE {where}");
        where.BindTo(row);
        _ = row.Step();
        return row.Integer(0);
    }

    public RecordQueryResult Page(Database database)
    {
        var where = Where();
        if (cursor is not null)
            where.And(After(where, cursor));
        Narrow(database, where);
        var places = Places(database, where);
        var hasMore = places.Count > query.Limit;
        return new RecordQueryResult(
            [.. places.Take(query.Limit).Select(place => RecordRows.LoadRow(database, stream, place.Rid))],
            hasMore ? places[query.Limit - 1].Write(query) : null);
    }

    /// <summary>Where the records of the page are, and one more if there is one.</summary>
    private List<Cursor> Places(Database database, ConditionSql where)
    {
        var order = sort is null ? Order : $"{Order}, id";
        var (limit, skip) = (where.Parameter((long)query.Limit + 1), where.Parameter((long)query.Skip));
        var places = new List<Cursor>();
        using var row = database.Prepare(
            $"SELECT {sort?.Column ?? "NULL"}, id, rid FROM {Table} WHERE {where} ORDER BY {order} LIMIT {limit} OFFSET {skip}");
        where.BindTo(row);
        while (row.Step())
            places.Add(new Cursor(row.Value(0), row.Text(1), row.Integer(2)));
        return places;
    }

    private string Order => sort is null ? "rid" : $"{sort.Column} {(descending ? "DESC" : "ASC")}";

    /// <summary>Leaves out what cannot be on the page: it would be sorted in, only to be pushed out again.</summary>
    /// <remarks>As many records as the page needs are found among the oldest and the newest. Whatever sorts behind the last of
    /// them is not on the page. Without this, a sort by time against the order of arrival takes three times as long.</remarks>
    private void Narrow(Database database, ConditionSql where)
    {
        if (sort is null)
            return;
        var needed = $"?{where.Count + 1}";
        using var row = database.Prepare($"""
            SELECT {sort.Column} FROM (
                SELECT * FROM (SELECT {sort.Column} FROM {Table} WHERE {where} AND rid <= {SampledRids} ORDER BY {Order} LIMIT {needed})
                UNION ALL
                SELECT * FROM (SELECT {sort.Column} FROM {Table} WHERE {where} AND rid > {SampledRids}
                    AND rid > (SELECT max(rid) FROM {Table}) - {SampledRids} ORDER BY {Order} LIMIT {needed}))
            ORDER BY {Order} LIMIT 1 OFFSET {needed} - 1
            """);
        where.BindTo(row);
        row.Bind(where.Count + 1, (long)query.Skip + query.Limit + 1);
        if (!row.Step() || (descending && row.IsNull(0)))
            return;
        if (row.IsNull(0))
            where.And($"{sort.Column} IS NULL");
        else if (descending)
            where.And($"{sort.Column} >= {where.Parameter(row.Value(0)!)}");
        else
            where.And($"{sort.Column} <= {where.Parameter(row.Value(0)!)} OR {sort.Column} IS NULL");
    }

    /// <summary>What comes after the cursor. Empty values sort before all others, and after them in descending order.</summary>
    private string After(ConditionSql where, Cursor last)
    {
        if (sort is null)
            return $"rid > {where.Parameter(last.Rid)}";
        var (column, id) = (sort.Column, where.Parameter(last.Id));
        if (last.Value is null)
            return descending ? $"{column} IS NULL AND id > {id}" : $"{column} IS NOT NULL OR id > {id}";
        var value = where.Parameter(last.Value);
        return descending
            ? $"{column} < {value} OR {column} IS NULL OR ({column} = {value} AND id > {id})"
            : $"{column} > {value} OR ({column} = {value} AND id > {id})";
    }
}
