using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Looks up the names of a condition and reads its values as the types of their fields demand.</summary>
internal sealed class ConditionBinder(
    SoqlBinder names, SoqlQuery query, SObjectTable table, Func<BoundQuery, IReadOnlyList<Value?>> inner, SalesforceOrg org)
{
    public Condition Bind(SoqlCondition condition) => condition switch
    {
        SoqlCondition.All all => new Condition.All([.. all.Conditions.Select(Bind)]),
        SoqlCondition.Any any => new Condition.Any([.. any.Conditions.Select(Bind)]),
        SoqlCondition.Not not => new Condition.Not(Bind(not.Condition)),
        SoqlCondition.Compare compare => Compare(compare),
        SoqlCondition.In among => In(among),
        SoqlCondition.Includes includes => Includes(includes),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private Condition Compare(SoqlCondition.Compare compare)
    {
        var path = Filterable(compare.Path);
        if (compare.Value.Kind == LiteralKind.Null && compare.Operator is not ("=" or "!="))
            throw SoqlError.InvalidField(query.Text, compare.Value.At, $"field '{path.Name}' does not support the operator {compare.Operator} with null");
        if (compare.Value.Kind == LiteralKind.Span)
            return Span(path, compare);
        if (compare.Operator == "LIKE" && (path.Kind != ValueKind.Text || compare.Value.Kind != LiteralKind.Text))
            throw Refusal.Bad("INVALID_QUERY_FILTER_OPERATOR", $"invalid operator on {path.Name}: LIKE");
        return new Condition.Compare(table, path, compare.Operator, Read(path, compare.Value));
    }

    private Condition Span(FieldPath path, SoqlCondition.Compare compare)
    {
        var span = DaySpan.Of(compare.Value.Text, DateOnly.FromDateTime(org.Clock.GetUtcNow().UtcDateTime))!.Value;
        if (path.Kind is not (ValueKind.Day or ValueKind.Instant))
            throw Mismatch(path, compare.Value);
        var (from, until) = (At(path, span.From), At(path, span.Until));
        return compare.Operator switch
        {
            "=" => new Condition.Within(path, from, until),
            "!=" => new Condition.Not(new Condition.Within(path, from, until)),
            "<" => new Condition.Compare(table, path, "<", from),
            "<=" => new Condition.Compare(table, path, "<", until),
            ">" => new Condition.Compare(table, path, ">=", until),
            _ => new Condition.Compare(table, path, ">=", from),
        };
    }

    private static Value At(FieldPath path, DateOnly day) => path.Kind == ValueKind.Day
        ? Value.OfDay(day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))
        : Value.OfInstant(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds());

    private Condition.In In(SoqlCondition.In among)
    {
        var path = Filterable(among.Path);
        if (among.Query is null)
            return new Condition.In(table, path, among.Negated, [.. among.Values.Select(value => Read(path, value))]);
        var values = inner(names.Bind(among.Query));
        return new Condition.In(table, path, among.Negated, [.. values.Where(value => value?.Kind == path.Kind)]);
    }

    private Condition.Includes Includes(SoqlCondition.Includes includes)
    {
        var path = Filterable(includes.Path);
        if (path.Field?.Type != "multipicklist")
            throw Refusal.Bad("INVALID_QUERY_FILTER_OPERATOR", $"invalid operator on {path.Name}: includes and excludes are for multi-select picklists");
        return new Condition.Includes(path, includes.Negated, [.. includes.Values.Select(value => value.Text)]);
    }

    private FieldPath Filterable(Word word)
    {
        var path = names.Path(query, table, word);
        return path.Field is null or { CanFilter: true } ? path
            : throw SoqlError.InvalidField(query.Text, word.At, $"field '{path.Name}' can not be filtered in a query call");
    }

    private Value? Read(FieldPath path, Literal literal) => (path.Kind, literal.Kind) switch
    {
        (_, LiteralKind.Null) => null,
        (ValueKind.Text, LiteralKind.Text) => literal.Text.Length == 0 ? null : Value.OfText(literal.Text),
        (ValueKind.Id, LiteralKind.Text) => literal.Text.Length == 0 ? null
            : SalesforceId.Normalize(literal.Text) is { } id ? Value.OfId(id)
            : throw Refusal.Bad("INVALID_QUERY_FILTER_OPERATOR", $"invalid ID field: {literal.Text}"),
        (ValueKind.Number, LiteralKind.Number) => Value.OfNumber(Value.ParseNumber(literal.Text)),
        (ValueKind.Flag, LiteralKind.Boolean) => Value.OfFlag(literal.Text == "true"),
        (ValueKind.Day, LiteralKind.Day) => Value.OfDay(literal.Text),
        (ValueKind.Instant, LiteralKind.Instant) => Value.OfInstant(StoredValue.ParseInstant(literal.Text)!.Value),
        _ => throw Mismatch(path, literal),
    };

    private Refusal Mismatch(FieldPath path, Literal literal)
    {
        var (type, quoted) = path.Kind switch
        {
            ValueKind.Text => ("string", true),
            ValueKind.Id => ("id", true),
            ValueKind.Number => ("double", false),
            ValueKind.Flag => ("boolean", false),
            ValueKind.Day => ("date", false),
            _ => ("dateTime", false),
        };
        return SoqlError.InvalidField(query.Text, literal.At,
            $"value of filter criterion for field '{path.Name}' must be of type {type} and should {(quoted ? "" : "not ")}be enclosed in quotes");
    }
}
