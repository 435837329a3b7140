using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>What a query's columns are, in place of its rows (facts, section 12.10).</summary>
internal static class ColumnMetadata
{
    public static Answer Of(BoundQuery query) => Reply.Json(200, new JsonObject
    {
        ["columnMetadata"] = Columns(query),
        ["entityName"] = query.Table.Name,
        ["groupBy"] = query.GroupBy.Count > 0,
        ["idSelected"] = query.Columns.Any(column => column is Column.Field { Definition.Ordinal: FieldDefinition.IdOrdinal }),
        ["keyPrefix"] = query.Table.Type.Prefix,
    });

    private static JsonArray Columns(BoundQuery query) => query.IsAggregate
        ? new([.. query.Aggregates.Select(column => Describe(column.Name, column.Path?.Field, aggregate: column.Function.Length > 0, []))])
        : new([.. query.Columns.Select(Column)]);

    private static JsonObject Column(Column column) => column switch
    {
        Column.Field field => Describe(field.Name, field.Definition, false, []),
        Column.Parent parent => Describe(parent.Name, null, false, [.. parent.Columns.Values.First().Select(Column)]),
        Column.Children children => Describe(children.Name, null, true, [.. children.Query.Columns.Select(Column)]),
        _ => Describe(column.Name, null, false, []),
    };

    private static JsonObject Describe(string name, FieldDefinition? field, bool aggregate, JsonObject[] joined) => new()
    {
        ["aggregate"] = aggregate,
        ["apexType"] = field is null ? null : TypeOf(field),
        ["booleanType"] = field?.Type == "boolean",
        ["columnName"] = name,
        ["custom"] = field?.Custom == true,
        ["displayName"] = name,
        ["foreignKeyName"] = field?.RelationshipName,
        ["insertable"] = field?.Createable == true,
        ["joinColumns"] = new JsonArray([.. joined]),
        ["numberType"] = field?.IsNumber == true,
        ["textType"] = field?.IsText == true,
        ["updatable"] = field?.Updateable == true,
    };

    private static string TypeOf(FieldDefinition field) => field.Type switch
    {
        "id" or "reference" => "Id",
        "boolean" => "Boolean",
        "int" => "Integer",
        "date" => "Date",
        "datetime" => "Datetime",
        "time" => "Time",
        "address" => "Address",
        _ => field.IsNumber ? "Double" : "String",
    };
}
