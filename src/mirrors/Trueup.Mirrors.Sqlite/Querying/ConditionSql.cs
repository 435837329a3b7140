using System.Globalization;
using System.Text;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>An SQL condition with its values, which are numbered from <c>?1</c> on in the order in which they were added.</summary>
internal sealed class ConditionSql
{
    private readonly StringBuilder text = new("1");
    private readonly List<object> values = [];

    public override string ToString() => text.ToString();

    public int Count => values.Count;

    public void BindTo(Statement statement)
    {
        for (var index = 0; index < values.Count; index++)
            _ = values[index] switch
            {
                long integer => statement.Bind(index + 1, integer),
                double real => statement.Bind(index + 1, real),
                var other => statement.Bind(index + 1, (string)other),
            };
    }

    /// <summary>The parameter that stands for a value.</summary>
    public string Parameter(object value)
    {
        values.Add(value);
        return "?" + values.Count.ToString(CultureInfo.InvariantCulture);
    }

    public void And(string condition) => text.Append(" AND (").Append(condition).Append(')');

    public void And(GridColumn column, Condition condition) => And(Of(column, condition));

    private string Of(GridColumn column, Condition condition) => (condition.Operator, condition.Value) switch
    {
        ("is-empty", _) or ("=", "") => $"{column.Column} IS NULL",
        ("is-not-empty", _) or ("!=", "") => $"{column.Column} IS NOT NULL",
        (_, "") => throw new MirrorQueryException($"The operator {condition.Operator} on {column.Name} needs a value that is not empty."),
        ("contains", var value) => Like(column, "%" + Escape(value) + "%"),
        ("startswith", var value) => Like(column, Escape(value) + "%"),
        ("=", var value) => $"{column.Column} = {Parameter(Typed(column, value) ?? value)}",
        ("!=", var value) => $"{column.Column} IS NOT {Parameter(Typed(column, value) ?? value)}",
        (var comparison, var value) => Compare(column, comparison, value),
    };

    private string Compare(GridColumn column, string comparison, string value)
    {
        if (Typed(column, value) is not { } typed)
            throw new MirrorQueryException($"{column.Name} holds {Kind(column)}, so {comparison} needs one as its value.");
        // Text in a column of numbers is neither less nor more than a number.
        return typed is string
            ? $"{column.Column} {comparison} {Parameter(typed)}"
            : $"{column.Column} {comparison} {Parameter(typed)} AND typeof({column.Column}) <> 'text'";
    }

    private static string Kind(GridColumn column) => column.Type switch
    {
        FieldType.Number => "numbers",
        FieldType.Boolean => "true or false",
        _ => "instants (ISO 8601)",
    };

    private string Like(GridColumn column, string pattern) => column == GridColumn.ModifiedAt
        ? throw new MirrorQueryException("modifiedAt holds instants; compare it with = != < <= > >=.")
        : $"{column.Column} LIKE {Parameter(pattern)} ESCAPE '\\'";

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>The value as the column stores it; null where it is none of the column's type.</summary>
    private static object? Typed(GridColumn column, string value) => column switch
    {
        _ when column == GridColumn.ModifiedAt => Milliseconds(value),
        { Type: FieldType.Number } => Numeric(value),
        { Type: FieldType.Boolean } => value switch { "true" or "1" => 1L, "false" or "0" => 0L, _ => null },
        _ => value,
    };

    private static object? Milliseconds(string value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUnixTimeMilliseconds()
            : null;

    private static object? Numeric(string value)
    {
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return integer;
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? real : null;
    }
}
