using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Looks up the names of a query as the connected user sees the org. Used under the org's lock.</summary>
/// <param name="inner">Answers a query within a condition: the values of its only field.</param>
internal sealed class SoqlBinder(SalesforceOrg org, Func<BoundQuery, IReadOnlyList<Value?>> inner)
{
    private const int MostHops = 5;
    private const int MostWithAllFields = 200;
    private const int MostOffset = 2_000;

    /// <exception cref="Refusal">A name means nothing, or a rule is broken.</exception>
    public BoundQuery Bind(SoqlQuery query)
    {
        var table = org.FindVisible(query.From.Text) ?? throw SoqlError.NoEntity(query.Text, query.From.At, query.From.Text);
        return Bind(query, table);
    }

    private BoundQuery Bind(SoqlQuery query, SObjectTable table)
    {
        if (query.Offset > MostOffset)
            throw Refusal.Bad("NUMBER_OUTSIDE_VALID_RANGE", $"Maximum SOQL offset allowed is {MostOffset}");
        var where = query.Where is null ? null : new ConditionBinder(this, query, table, inner, org).Bind(query.Where);
        var orderBy = query.OrderBy.Select(each =>
        {
            var path = Path(query, table, each.Path);
            return path.Field is null or { CanSort: true } ? new OrderKey(path, each.Descending, each.NullsLast)
                : throw SoqlError.InvalidField(query.Text, each.Path.At, $"field '{path.Name}' can not be sorted in a query call");
        }).ToList();
        if (query.Items.Any(item => item is SelectItem.Aggregate) || query.GroupBy.Count > 0)
            return BindAggregates(query, table, where, orderBy);
        return new BoundQuery(table, new ColumnBinder(this, query).Bind(table), where, orderBy, query.Limit, query.Offset ?? 0);
    }

    private BoundQuery BindAggregates(SoqlQuery query, SObjectTable table, Condition? where, IReadOnlyList<OrderKey> orderBy)
    {
        var bound = new BoundQuery(table, [], where, orderBy, query.Limit, query.Offset ?? 0);
        if (query.Items is [SelectItem.Aggregate { Path: null } count] && count.Function.Text.Equals("COUNT", StringComparison.OrdinalIgnoreCase))
            return bound with { CountsOnly = true };
        var groupBy = query.GroupBy.Select(word => Path(query, table, word)).ToList();
        var columns = new List<AggregateColumn>();
        var unnamed = 0;
        foreach (var item in query.Items)
            columns.Add(item switch
            {
                SelectItem.Aggregate { Path: { } over } each =>
                    new AggregateColumn(each.Alias ?? $"expr{unnamed++}", each.Function.Text.ToUpperInvariant(), Path(query, table, over)),
                SelectItem.Field field when Path(query, table, field.Path) is var path && groupBy.Contains(path, SamePath.Instance) =>
                    new AggregateColumn(path.Name, "", path),
                SelectItem.Field field => throw SoqlError.Malformed(query.Text, field.Path.At, $"Field must be grouped or aggregated: {field.Path.Text}"),
                _ => throw SoqlError.Malformed(query.Text, query.From.At, "unexpected token: '('"),
            });
        return bound with { Aggregates = columns, GroupBy = groupBy };
    }

    /// <summary>The children of a table by the name of their relationship.</summary>
    public (SObjectTable Table, FieldDefinition Reference)? Children(SObjectTable table, string name)
    {
        foreach (var (child, field) in org.ReferencesTo(table))
            if (!child.Concealed && field.Visible && field.ChildrenName?.Equals(name, StringComparison.OrdinalIgnoreCase) == true)
                return (child, field);
        return null;
    }

    /// <summary>The query of a row's children.</summary>
    public BoundQuery BindChildren(SoqlQuery query, SObjectTable table) => Bind(query, table);

    /// <summary>The field that a path leads to.</summary>
    public FieldPath Path(SoqlQuery query, SObjectTable table, Word word)
    {
        var parts = Parts(query, table, word);
        var hops = new List<FieldDefinition>();
        IReadOnlyList<SObjectTable> at = [table];
        foreach (var name in parts[..^1])
        {
            if (hops.Count == MostHops)
                throw SoqlError.InvalidField(query.Text, word.At, $"{word.Text}: the relationship may be at most {MostHops} steps long");
            var reference = at.Select(each => each.Fields.FindRelationship(name)).OfType<FieldDefinition>().FirstOrDefault()
                ?? throw SoqlError.NoRelationship(query.Text, word.At, name);
            at = Targets(reference);
            if (at.Count == 0)
                throw SoqlError.NoRelationship(query.Text, word.At, name);
            hops.Add(reference);
        }
        if (IsKind(hops, parts[^1]))
            return new FieldPath(hops, "Type", null);
        var polymorphic = hops.Count > 0 && hops[^1].IsPolymorphic;
        var field = at.Select(each => polymorphic ? FieldPath.FieldOf(each, parts[^1]) : each.Fields.FindVisible(parts[^1]))
            .OfType<FieldDefinition>().FirstOrDefault()
            ?? throw SoqlError.NoField(query.Text, word.At, parts[^1], polymorphic ? "Name" : at[0].Name);
        return new FieldPath(hops, polymorphic ? parts[^1] : field.Name, field);
    }

    /// <summary>The names of a path, without that of the object itself.</summary>
    public static string[] Parts(SoqlQuery query, SObjectTable table, Word word)
    {
        var parts = word.Text.Split('.');
        var own = parts.Length > 1 && (parts[0].Equals(query.Alias, StringComparison.OrdinalIgnoreCase)
            || parts[0].Equals(query.From.Text, StringComparison.OrdinalIgnoreCase) && table.Fields.FindRelationship(parts[0]) is null);
        return own ? parts[1..] : parts;
    }

    /// <summary>The objects that a reference may lead to, as far as the user may see them.</summary>
    public IReadOnlyList<SObjectTable> Targets(FieldDefinition reference) =>
        [.. reference.ReferenceTo.Select(org.FindVisible).OfType<SObjectTable>()];

    /// <summary>Whether a name asks for the kind of a parent that may be of several.</summary>
    public static bool IsKind(IReadOnlyList<FieldDefinition> hops, string name) =>
        hops.Count > 0 && hops[^1].IsPolymorphic && name.Equals("Type", StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses FIELDS(ALL) and FIELDS(CUSTOM) without a small limit.</summary>
    public static void RequireLimit(SoqlQuery query, Word which)
    {
        if (!which.Text.Equals("STANDARD", StringComparison.OrdinalIgnoreCase) && query.Limit is not <= MostWithAllFields)
            throw SoqlError.Malformed(query.Text, which.At, $"The SOQL FIELDS function must have a LIMIT of at most {MostWithAllFields}");
    }

    private sealed class SamePath : IEqualityComparer<FieldPath>
    {
        public static readonly SamePath Instance = new();

        public bool Equals(FieldPath? x, FieldPath? y) => x?.Field == y?.Field && x!.Hops.SequenceEqual(y!.Hops);

        public int GetHashCode(FieldPath path) => path.Name.GetHashCode(StringComparison.Ordinal);
    }
}
