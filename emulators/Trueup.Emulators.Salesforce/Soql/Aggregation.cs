using System.Globalization;
using System.Text;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Runs functions over rows and groups of rows.</summary>
internal static class Aggregation
{
    /// <summary>The values of each group, as they stand in JSON, in the order of the columns; one group where nothing is grouped.</summary>
    public static IReadOnlyList<IReadOnlyList<byte[]>> Of(SalesforceOrg org, BoundQuery query, IEnumerable<Row> rows)
    {
        var groups = query.GroupBy.Count == 0
            ? [rows.ToList()]
            : rows.GroupBy(row => string.Join('\u0001', query.GroupBy.Select(path => Json(path, path.Read(org, row)))), StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.ToList());
        return [.. groups.Select(group => query.Aggregates.Select(column => StoredValue.Raw(Value(org, column, group))).ToList())];
    }

    private static string Value(SalesforceOrg org, AggregateColumn column, List<Row> rows)
    {
        if (column.Function.Length == 0)
            return Json(column.Path!, column.Path!.Read(org, rows[0]));
        var values = rows.Select(row => column.Path!.Read(org, row)).OfType<Value>().ToList();
        return column.Function switch
        {
            "COUNT" => Number(values.Count),
            "COUNT_DISTINCT" => Number(values.Select(value => Json(column.Path!, value).ToUpperInvariant()).Distinct().Count()),
            _ when values.Count == 0 => "null",
            "MAX" => Json(column.Path!, values.MaxBy(value => value, Comparer<Value>.Create(Soql.Value.Compare))),
            "MIN" => Json(column.Path!, values.MinBy(value => value, Comparer<Value>.Create(Soql.Value.Compare))),
            "SUM" => Number(values.Sum(value => value.Number)),
            _ => Number(values.Average(value => value.Number)),
        };
    }

    private static string Number(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Json(FieldPath path, Value? value) => value is not { } known ? "null" : path.Kind switch
    {
        ValueKind.Number => Number(known.Number),
        ValueKind.Flag => known.Number == 1 ? "true" : "false",
        ValueKind.Instant => $"\"{StoredValue.InstantText((long)known.Number)}\"",
        ValueKind.Day => $"\"{DateOnly.FromDayNumber((int)known.Number):yyyy-MM-dd}\"",
        ValueKind.Id => $"\"{SalesforceId.Normalize(known.Text!)}\"",
        _ => Encoding.UTF8.GetString(StoredValue.Text(known.Text!)),
    };
}
