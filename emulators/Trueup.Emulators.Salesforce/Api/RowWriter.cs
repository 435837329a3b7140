using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Writes rows as JSON (facts, section 3.1). Used under the org's lock.</summary>
internal sealed class RowWriter(SalesforceOrg org, QueryEngine engine)
{
    private readonly BodyPositions positions = new();

    /// <summary>Writes a row with its attributes and columns.</summary>
    public void Write(JsonBytes json, Row row, IReadOnlyList<Column> columns, string version, bool withoutId = false)
    {
        WriteAttributes(json, row, version, withoutId);
        positions.Read(row.Version.Body, row.Table.Fields.All.Count);
        foreach (var column in columns)
        {
            if (withoutId && column is Column.Field { Definition.Ordinal: FieldDefinition.IdOrdinal })
                continue;
            json.Raw(","u8).Raw(column.Key);
            switch (column)
            {
                case Column.Field field when field.Definition.IsStored:
                    WriteStored(json, field.Definition, positions[field.Definition.Ordinal] is { IsEmpty: false } stored ? stored : FieldValue.Unset(field.Definition));
                    break;
                case Column.Field field when FieldValue.WriteSystem(json, row.Table, row.Record, row.Version, field.Definition.Ordinal):
                    break;
                case Column.Field field:
                    WriteValue(json, FieldValue.Read(org, row.Table, row.Record, row.Version, field.Definition));
                    break;
                case Column.Named named:
                    WriteValue(json, FieldValue.Read(org, row.Table, row.Record, row.Version, named.Definition));
                    break;
                case Column.Kind:
                    json.Text(row.Table.Name);
                    break;
                case Column.Parent parent when FieldPath.Parent(org, row, parent.Reference) is { } found && parent.Columns.TryGetValue(found.Table, out var shown):
                    // A parent is located in arrays of its own: those of the row are still needed.
                    new RowWriter(org, engine).Write(json, found, shown, version);
                    break;
                case Column.Children children:
                    WriteChildren(json, row, children, version);
                    break;
                default:
                    json.Raw("null"u8);
                    break;
            }
        }
        json.Raw("}"u8);
    }

    private void WriteChildren(JsonBytes json, Row row, Column.Children children, string version)
    {
        var found = engine.Children(children, row).ToList();
        if (found.Count == 0)
        {
            json.Raw("null"u8);
            return;
        }
        json.Raw("{\"totalSize\":"u8).Number(found.Count).Raw(",\"done\":true,\"records\":["u8);
        var writer = new RowWriter(org, engine);
        for (var i = 0; i < found.Count; i++)
        {
            json.Raw(i > 0 ? ","u8 : ""u8);
            writer.Write(json, found[i], children.Query.Columns, version);
        }
        json.Raw("]}"u8);
    }

    private static void WriteAttributes(JsonBytes json, Row row, string version, bool withoutId)
    {
        json.Raw("{\"attributes\":{\"type\":"u8).Text(row.Table.Name);
        if (!withoutId)
            json.Raw(",\"url\":\"/services/data/"u8).Raw(System.Text.Encoding.ASCII.GetBytes($"{version}/sobjects/{row.Table.Name}/{row.Table.IdOf(row.Record)}")).Raw("\""u8);
        json.Raw("}"u8);
    }

    private static void WriteStored(JsonBytes json, FieldDefinition field, ReadOnlySpan<byte> stored)
    {
        // What was a number before its field was made one of texts is a text now.
        if (!field.IsNumber && stored is [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..])
            json.Raw("\""u8).Raw(stored).Raw("\""u8);
        else
            WriteValue(json, stored);
    }

    private static void WriteValue(JsonBytes json, ReadOnlySpan<byte> value) => json.Raw(value.IsEmpty ? "null"u8 : value);
}
