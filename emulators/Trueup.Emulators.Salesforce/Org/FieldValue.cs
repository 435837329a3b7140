namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Reads and writes the values of single fields, wherever they come from.</summary>
internal static class FieldValue
{
    /// <summary>A value as it stands in JSON; empty for null.</summary>
    public static ReadOnlySpan<byte> Read(SalesforceOrg org, SObjectTable table, Record record, RecordVersion version, FieldDefinition field)
    {
        if (field.Compute is { } compute)
            return compute(org, table, record, version);
        if (field.Ordinal is FieldDefinition.IdOrdinal or FieldDefinition.DeletedOrdinal or FieldDefinition.CreatedOrdinal
            or FieldDefinition.ModifiedOrdinal or FieldDefinition.StampOrdinal)
        {
            var json = new JsonBytes(40);
            WriteSystem(json, table, record, version, field.Ordinal);
            return json.Written.Span;
        }
        var value = ValueBody.Find(version.Body, field.Ordinal);
        return value.IsEmpty ? Unset(field) : value;
    }

    /// <summary>What a field without a stored value shows; empty for null.</summary>
    public static ReadOnlySpan<byte> Unset(FieldDefinition field) =>
        field.Type == "boolean" ? StoredValue.False
        : field.Ordinal is FieldDefinition.CreatedByOrdinal or FieldDefinition.ModifiedByOrdinal ? ConnectedUser
        : default;

    private static readonly byte[] ConnectedUser = StoredValue.Text(SalesforceOrg.UserId);

    /// <summary>A value as text: what stands between its quotes, or the number, word or object itself; null where it is unset.</summary>
    public static string? Text(SalesforceOrg org, SObjectTable table, Record record, RecordVersion version, FieldDefinition field) =>
        Read(org, table, record, version, field) is { IsEmpty: false } value ? StoredValue.Decode(value) : null;

    /// <summary>Writes a value that no body holds: the id, the stamps, and whether it is deleted.</summary>
    /// <returns>Whether the field is one of those.</returns>
    public static bool WriteSystem(JsonBytes json, SObjectTable table, Record record, RecordVersion version, int ordinal)
    {
        switch (ordinal)
        {
            case FieldDefinition.IdOrdinal:
                Span<byte> id = stackalloc byte[SalesforceId.Length + 2];
                id[0] = id[^1] = (byte)'"';
                SalesforceId.Write(table.Type.Prefix, record.Id, id[1..]);
                json.Raw(id);
                return true;
            case FieldDefinition.DeletedOrdinal:
                json.Raw(version.Life == RecordLife.Live ? StoredValue.False : StoredValue.True);
                return true;
            case FieldDefinition.CreatedOrdinal:
                json.Instant(record.Created);
                return true;
            case FieldDefinition.ModifiedOrdinal:
                json.Instant(version.ModifiedByPerson);
                return true;
            case FieldDefinition.StampOrdinal:
                json.Instant(version.Modified);
                return true;
            default:
                return false;
        }
    }
}
