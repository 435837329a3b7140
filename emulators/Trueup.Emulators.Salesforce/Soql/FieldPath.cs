using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>A field of the row itself, or of a parent up to five steps away.</summary>
/// <param name="Hops">The references to follow.</param>
/// <param name="Name">The field's name at the end of them.</param>
/// <param name="Field">The field; where parents of several kinds may stand at the end, that of the first kind that has it, or null for their type.</param>
internal sealed record FieldPath(IReadOnlyList<FieldDefinition> Hops, string Name, FieldDefinition? Field)
{
    public ValueKind Kind => Field is null ? ValueKind.Text : Value.KindOf(Field);

    /// <summary>Whether it is this system field of the row itself.</summary>
    public bool Is(int ordinal) => Hops.Count == 0 && Field?.Ordinal == ordinal;

    /// <summary>The value; null where it or a parent is unset.</summary>
    public Value? Read(SalesforceOrg org, Row row)
    {
        foreach (var hop in Hops)
        {
            if (Parent(org, row, hop) is not { } parent)
                return null;
            row = parent;
        }
        if (Field is null)
            return Value.OfText(row.Table.Name);
        var field = Hops.Count > 0 && Hops[^1].IsPolymorphic ? FieldOf(row.Table, Name) : Field;
        return field is null ? null : Value.Read(org, row, field);
    }

    /// <summary>The record that a reference leads to; null where there is none any more.</summary>
    public static Row? Parent(SalesforceOrg org, Row row, FieldDefinition reference)
    {
        var id = FieldValue.Read(org, row.Table, row.Record, row.Version, reference);
        return !id.IsEmpty && org.Resolve(StoredValue.Decode(id)) is { } found && !found.Table.Concealed && found.Record.Now.Life != RecordLife.Gone
            ? new Row(found.Table, found.Record, found.Record.Now) : null;
    }

    /// <summary>A field of one of several kinds of parents, all of which have a Name.</summary>
    public static FieldDefinition? FieldOf(SObjectTable table, string name) =>
        table.Fields.FindVisible(name)
        ?? (name.Equals("Name", StringComparison.OrdinalIgnoreCase) ? table.Fields.Visible.FirstOrDefault(field => field.NameField) : null);
}
