namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>A word of a query and where it begins.</summary>
internal readonly record struct Word(string Text, int At);

/// <summary>A query as it is written, before any name is looked up.</summary>
internal sealed record SoqlQuery(
    string Text, IReadOnlyList<SelectItem> Items, Word From, string? Alias, SoqlCondition? Where, IReadOnlyList<Word> GroupBy,
    IReadOnlyList<SoqlOrder> OrderBy, int? Limit, int? Offset);

/// <summary>One thing that a query selects.</summary>
internal abstract record SelectItem
{
    /// <summary>A field, perhaps of a parent.</summary>
    internal sealed record Field(Word Path) : SelectItem;

    /// <summary>A function over all rows; without a path it is <c>COUNT()</c>.</summary>
    internal sealed record Aggregate(Word Function, Word? Path, string? Alias) : SelectItem;

    /// <summary><c>FIELDS(ALL)</c>, <c>FIELDS(STANDARD)</c> or <c>FIELDS(CUSTOM)</c>.</summary>
    internal sealed record Fields(Word Which) : SelectItem;

    /// <summary>The children of each row.</summary>
    internal sealed record Children(SoqlQuery Query) : SelectItem;
}

/// <summary>One key of an order.</summary>
internal sealed record SoqlOrder(Word Path, bool Descending, bool NullsLast);

/// <summary>What rows must meet.</summary>
internal abstract record SoqlCondition
{
    internal sealed record All(IReadOnlyList<SoqlCondition> Conditions) : SoqlCondition;

    internal sealed record Any(IReadOnlyList<SoqlCondition> Conditions) : SoqlCondition;

    internal sealed record Not(SoqlCondition Condition) : SoqlCondition;

    internal sealed record Compare(Word Path, string Operator, Literal Value) : SoqlCondition;

    internal sealed record In(Word Path, bool Negated, IReadOnlyList<Literal> Values, SoqlQuery? Query) : SoqlCondition;

    internal sealed record Includes(Word Path, bool Negated, IReadOnlyList<Literal> Values) : SoqlCondition;
}

/// <summary>How a value is written.</summary>
internal enum LiteralKind
{
    Null,
    Text,
    Number,
    Boolean,
    Day,
    Instant,
    /// <summary>A name for a span of days, such as <c>LAST_N_DAYS:3</c>.</summary>
    Span,
}

/// <summary>A value of a condition.</summary>
/// <param name="Text">The value: of a text without quotes and escapes, of everything else as written.</param>
internal sealed record Literal(LiteralKind Kind, string Text, int At);
