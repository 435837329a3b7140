using System.Globalization;
using System.Text.Json;
using Trueup.Emulators.HubSpot.Api;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Search;

/// <summary>One condition of a search, on the index's version of a record.</summary>
internal sealed class SearchFilter : ISearchCondition
{
    private readonly PropertyDefinition property;
    private readonly string operation;
    private readonly string value;
    private readonly string highValue;
    private readonly string[] values;
    private readonly SearchKind kind;

    public SearchFilter(ObjectTable table, JsonElement json)
    {
        var name = json.Text("propertyName") ?? throw Refusal.Invalid("A filter needs a propertyName.");
        operation = json.Text("operator") ?? throw Refusal.Invalid("A filter needs an operator.");
        property = table.Properties.FindReadable(name)
            ?? throw Refusal.Invalid($"There was a problem with the request: property {name} does not exist on {table.Type.TypeId}.");
        kind = SearchValue.KindOf(property);
        value = json.Text("value") ?? "";
        highValue = json.Text("highValue") ?? "";
        values = json.Texts("values");
        if (operation is not ("EQ" or "NEQ" or "LT" or "LTE" or "GT" or "GTE" or "BETWEEN" or "IN" or "NOT_IN" or "HAS_PROPERTY"
            or "NOT_HAS_PROPERTY" or "CONTAINS_TOKEN" or "NOT_CONTAINS_TOKEN"))
            throw Refusal.Invalid($"Invalid operator {operation}.");
        if (operation is "EQ" or "NEQ" or "LT" or "LTE" or "GT" or "GTE" or "BETWEEN" && json.Get("value") is null)
            throw Refusal.Invalid($"operator {operation} requires a value.");
        if (operation is "BETWEEN" && json.Get("highValue") is null)
            throw Refusal.Invalid("operator BETWEEN requires a highValue.");
        if (operation is "IN" or "NOT_IN" && json.Get("values") is null)
            throw Refusal.Invalid($"operator {operation} requires values.");
        if (kind is SearchKind.Number or SearchKind.Instant
            && operation is "EQ" or "NEQ" or "LT" or "LTE" or "GT" or "GTE" or "BETWEEN" && Comparable(value) is null)
            throw Refusal.Invalid($"{value} is not a valid value for property {name}.");
    }

    /// <inheritdoc/>
    public (long Since, long Until)? ModifiedWindow => property.Ordinal == ObjectTable.ModifiedOrdinal ? Window() : null;

    /// <inheritdoc/>
    public (long Least, long Most)? IdRange => property.Ordinal == ObjectTable.ObjectIdOrdinal ? Window() : null;

    /// <inheritdoc/>
    public IEnumerable<long>? Ids =>
        property.Ordinal == ObjectTable.ObjectIdOrdinal && operation == "IN" ? values.Select(Body.Id).OfType<long>() : null;

    /// <inheritdoc/>
    public bool Matches(Record record, RecordVersion version)
    {
        if (property.Ordinal is ObjectTable.ObjectIdOrdinal or ObjectTable.ModifiedOrdinal or ObjectTable.CreatedOrdinal)
            return MatchesNumber(property.Ordinal switch
            {
                ObjectTable.ObjectIdOrdinal => record.Id,
                ObjectTable.ModifiedOrdinal => version.Modified,
                _ => record.Created,
            });
        var text = RecordBody.Find(version.Body, property.Ordinal);
        var set = !string.IsNullOrEmpty(text);
        return operation switch
        {
            "HAS_PROPERTY" => set,
            "NOT_HAS_PROPERTY" => !set,
            "NOT_CONTAINS_TOKEN" => set && !Contains(text!),
            _ when !set => false,
            "CONTAINS_TOKEN" => Contains(text!),
            "IN" => values.Any(each => SearchValue.Same(kind, text!, each)),
            "NOT_IN" => !values.Any(each => SearchValue.Same(kind, text!, each)),
            "EQ" => SearchValue.Same(kind, text!, value),
            "NEQ" => !SearchValue.Same(kind, text!, value),
            _ => SearchValue.Compare(kind, text!, value) is { } low && (operation == "BETWEEN"
                ? low >= 0 && SearchValue.Compare(kind, text!, highValue) is <= 0
                : Holds(low)),
        };
    }

    private bool MatchesNumber(long number) => operation switch
    {
        "HAS_PROPERTY" => true,
        "NOT_HAS_PROPERTY" or "CONTAINS_TOKEN" => false,
        "NOT_CONTAINS_TOKEN" => true,
        "IN" => values.Any(each => Comparable(each) == number),
        "NOT_IN" => !values.Any(each => Comparable(each) == number),
        "EQ" => Comparable(value) == number,
        "NEQ" => Comparable(value) != number,
        "BETWEEN" => number >= Comparable(value) && number <= Comparable(highValue),
        _ => Comparable(value) is { } bound && Holds(number.CompareTo(bound)),
    };

    private bool Holds(int comparison) => operation switch
    {
        "LT" => comparison < 0,
        "LTE" => comparison <= 0,
        "GT" => comparison > 0,
        _ => comparison >= 0,
    };

    private (long, long)? Window() => Comparable(value) is not { } bound ? null : operation switch
    {
        "EQ" => (bound, bound),
        "LT" => (long.MinValue, Math.Max(bound, long.MinValue + 1) - 1),
        "LTE" => (long.MinValue, bound),
        "GT" => (Math.Min(bound, long.MaxValue - 1) + 1, long.MaxValue),
        "GTE" => (bound, long.MaxValue),
        "BETWEEN" => (bound, Comparable(highValue) ?? long.MaxValue),
        _ => null,
    };

    private long? Comparable(string text) =>
        kind == SearchKind.Instant ? SearchValue.Instant(text)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : SearchValue.Number(text) is { } fraction && Math.Abs(fraction) < 9e18m ? (long)fraction
        : null;

    private bool Contains(string text)
    {
        var token = value.Trim('*');
        return text.Split([' ', ',', '.', '@', '-', ';', '/'], StringSplitOptions.RemoveEmptyEntries)
            .Any(word => value.Contains('*', StringComparison.Ordinal)
                ? word.Contains(token, StringComparison.OrdinalIgnoreCase)
                : word.Equals(token, StringComparison.OrdinalIgnoreCase))
            || text.Equals(value, StringComparison.OrdinalIgnoreCase);
    }
}
