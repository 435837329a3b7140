using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Which queries may be jobs (facts, section 3.5). ORDER BY and LIMIT may be there; they only keep the vendor from splitting the work.</summary>
internal static class BulkQueryRules
{
    /// <summary>Looks up the names of a query.</summary>
    /// <exception cref="Refusal">It is malformed, names what the connected user does not see, or asks for what jobs cannot do.</exception>
    public static BoundQuery Prepare(QueryEngine engine, string soql)
    {
        var parsed = SoqlParser.Parse(soql);
        if (parsed.Items.Any(item => item is SelectItem.Aggregate) || parsed.GroupBy.Count > 0)
            throw Unsupported("Aggregate queries not supported in Bulk Query");
        if (parsed.Items.Any(item => item is SelectItem.Children))
            throw Unsupported("Aggregate Relationships not supported in Bulk Query");
        if (parsed.Items.Any(item => item is SelectItem.Fields))
            throw Unsupported("FIELDS() not supported in Bulk Query");
        if (parsed.Offset is not null)
            throw Unsupported("OFFSET not supported in Bulk Query");
        var query = engine.Prepare(soql);
        if (!query.Table.Type.InBulk)
            throw Refusal.Bad("INVALIDENTITY", $"Entity '{query.Table.Name}' is not supported by the Bulk API.");
        Require(query.Columns);
        return query;
    }

    private static void Require(IEnumerable<Column> columns)
    {
        foreach (var column in columns)
            switch (column)
            {
                case Column.Field { Definition.IsCompoundObject: true }:
                    throw Unsupported("Selecting compound data not supported in Bulk Query");
                case Column.Field { Definition.Type: FieldDefinition.Binary }:
                    throw Unsupported("Selecting binary data not supported in Bulk Query");
                case Column.Parent parent:
                    foreach (var shown in parent.Columns.Values)
                        Require(shown);
                    break;
            }
    }

    private static Refusal Unsupported(string message) => Refusal.Bad("API_ERROR", message);
}
