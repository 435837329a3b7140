using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>One key of an order.</summary>
internal sealed record OrderKey(FieldPath Path, bool Descending, bool NullsLast);

/// <summary>A query with every name looked up.</summary>
internal sealed record BoundQuery(SObjectTable Table, IReadOnlyList<Column> Columns, Condition? Where, IReadOnlyList<OrderKey> OrderBy, int? Limit, int Offset)
{
    /// <summary>Functions over all rows; empty for a query of rows.</summary>
    public IReadOnlyList<AggregateColumn> Aggregates { get; init; } = [];

    public IReadOnlyList<FieldPath> GroupBy { get; init; } = [];

    /// <summary>Whether it is <c>COUNT()</c>, which answers without rows.</summary>
    public bool CountsOnly { get; init; }

    public bool IsAggregate => Aggregates.Count > 0;

    /// <summary>Custom long texts that it shows: two of them make pages of 200 (facts, section 3.1).</summary>
    public int LongTexts => Columns.Count(column => column is Column.Field { Definition: { IsLongText: true, Custom: true } });
}
