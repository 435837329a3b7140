using System.Text;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Writes rows as bulk results have them: every cell in quotation marks, null as an empty one (facts, section 3.5). Used under the org's lock.</summary>
internal sealed class ResultWriter(SalesforceOrg org, IReadOnlyList<Column> columns, CsvDialect dialect)
{
    private readonly BodyPositions positions = new();
    private readonly Dictionary<(Column.Parent Parent, SObjectTable Table), ResultWriter> parents = [];
    private readonly byte[] delimiter = [dialect.Delimiter];

    /// <summary>Writes the names of the columns; those of a parent with its relationship before them.</summary>
    public void WriteHeader(JsonBytes csv)
    {
        var first = true;
        foreach (var name in Names(columns))
        {
            csv.Raw(first ? default : delimiter).Raw("\""u8).Raw(Encoding.UTF8.GetBytes(name)).Raw("\""u8);
            first = false;
        }
        csv.Raw(dialect.LineEnding);
    }

    public void WriteRow(JsonBytes csv, Row row, bool withoutId = false)
    {
        WriteCells(csv, row, withoutId);
        csv.Raw(dialect.LineEnding);
    }

    private void WriteCells(JsonBytes csv, Row row, bool withoutId)
    {
        positions.Read(row.Version.Body, row.Table.Fields.All.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0)
                csv.Raw(delimiter);
            switch (columns[i])
            {
                case Column.Field { Definition: var field } when field.IsStored:
                    WriteValue(csv, positions[field.Ordinal] is { IsEmpty: false } stored ? stored : FieldValue.Unset(field), field);
                    break;
                case Column.Field { Definition.Ordinal: FieldDefinition.IdOrdinal } when withoutId:
                    csv.Raw("\"\""u8);
                    break;
                case Column.Field { Definition: var field } when WriteStamp(csv, row, field.Ordinal):
                    break;
                case Column.Field { Definition: var field }:
                    WriteValue(csv, FieldValue.Read(org, row.Table, row.Record, row.Version, field), field);
                    break;
                case Column.Named { Definition: var field }:
                    WriteValue(csv, FieldValue.Read(org, row.Table, row.Record, row.Version, field), field);
                    break;
                case Column.Kind:
                    csv.Raw("\""u8).Raw(Encoding.UTF8.GetBytes(row.Table.Name)).Raw("\""u8);
                    break;
                case Column.Parent parent:
                    WriteParent(csv, row, parent);
                    break;
                default:
                    csv.Raw("\"\""u8);
                    break;
            }
        }
    }

    private void WriteParent(JsonBytes csv, Row row, Column.Parent parent)
    {
        if (FieldPath.Parent(org, row, parent.Reference) is { } found && parent.Columns.TryGetValue(found.Table, out var shown))
        {
            // A parent is read by a writer of its own: the positions of the row are still needed.
            if (!parents.TryGetValue((parent, found.Table), out var writer))
                parents.Add((parent, found.Table), writer = new ResultWriter(org, shown, dialect));
            writer.WriteCells(csv, found, withoutId: false);
            return;
        }
        var cells = Names(parent.Columns.Values.First()).Count();
        for (var i = 0; i < cells; i++)
            csv.Raw(i > 0 ? delimiter : default).Raw("\"\""u8);
    }

    // Stamps differ from those of queries in how they end.
    private static bool WriteStamp(JsonBytes csv, Row row, int ordinal)
    {
        long at;
        switch (ordinal)
        {
            case FieldDefinition.CreatedOrdinal:
                at = row.Record.Created;
                break;
            case FieldDefinition.ModifiedOrdinal:
                at = row.Version.ModifiedByPerson;
                break;
            case FieldDefinition.StampOrdinal:
                at = row.Version.Modified;
                break;
            case FieldDefinition.IdOrdinal:
                return FieldValue.WriteSystem(csv, row.Table, row.Record, row.Version, ordinal);
            default:
                return false;
        }
        csv.Raw("\""u8).BulkInstant(at).Raw("\""u8);
        return true;
    }

    /// <summary>Writes a value as it stands in JSON: a text that needs no escape there needs none here.</summary>
    private static void WriteValue(JsonBytes csv, ReadOnlySpan<byte> json, FieldDefinition field)
    {
        if (json.IsEmpty)
            csv.Raw("\"\""u8);
        else if (json[0] != (byte)'"')
            // Whole numbers are known to come with a fraction.
            csv.Raw("\""u8).Raw(json).Raw(field.Type == "int" && json.SequenceEqual("0"u8) ? ".0\""u8 : "\""u8);
        else if (json.Contains((byte)'\\'))
            CsvText.WriteEscaped(csv, json[1..^1]);
        else if (field.Type == "datetime" && json.EndsWith("+0000\""u8))
            csv.Raw(json[..^6]).Raw("Z\""u8);
        else
            csv.Raw(json);
    }

    private static IEnumerable<string> Names(IEnumerable<Column> columns) => columns.SelectMany(column => column is Column.Parent parent
        ? Names(parent.Columns.Values.First()).Select(name => $"{parent.Name}.{name}") : [column.Name]);
}
