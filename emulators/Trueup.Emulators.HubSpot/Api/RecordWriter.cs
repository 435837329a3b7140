using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Writes records as the vendor shows them (facts, section 2.2).</summary>
internal static class RecordWriter
{
    /// <summary>The properties shown: those asked for, or the type's own, and always id and stamps.</summary>
    public static Selection Select(ObjectTable table, IReadOnlyCollection<string> asked)
    {
        var type = table.Type;
        return Selection.Of(table.Properties,
            [.. asked.Count > 0 ? asked : type.Defaults, "hs_object_id", type.Modified, type.Created]);
    }

    /// <summary>Writes a record.</summary>
    /// <param name="more">Writes further members, each beginning with a comma.</param>
    public static void Write(JsonBytes json, HubSpotPortal portal, ObjectTable table, Record record, RecordVersion version,
        Selection selection, bool withoutId = false, Action<JsonBytes>? more = null)
    {
        json.Raw("{"u8);
        if (!withoutId)
            json.Raw("\"id\":\""u8).Number(record.Id).Raw("\","u8);
        json.Raw("\"properties\":{"u8);
        WriteProperties(json, table, record, version, selection);
        json.Raw("},\"createdAt\":"u8).Stamp(record.Created).Raw(",\"updatedAt\":"u8).Stamp(version.Modified);
        if (version.Life == RecordLife.Archived)
            json.Raw(",\"archived\":true,\"archivedAt\":"u8).Stamp(version.ArchivedAt);
        else
            json.Raw(",\"archived\":false,\"url\":\"https://app-eu1.hubspot.com/contacts/"u8).Number(portal.PortalId)
                .Raw("/record/"u8).Raw(table.Type.TypeIdBytes).Raw("/"u8).Number(record.Id).Raw("\""u8);
        more?.Invoke(json);
        json.Raw("}"u8);
    }

    private static void WriteProperties(JsonBytes json, ObjectTable table, Record record, RecordVersion version, Selection selection)
    {
        var values = new RecordBody.BodyReader(version.Body);
        var first = true;
        foreach (var property in selection.Properties)
        {
            if (!first)
                json.Raw(","u8);
            first = false;
            json.Raw(property.Key);
            switch (property.Ordinal)
            {
                case ObjectTable.ObjectIdOrdinal:
                    json.Raw("\""u8).Number(record.Id).Raw("\""u8);
                    break;
                case ObjectTable.ModifiedOrdinal:
                    json.Stamp(version.Modified);
                    break;
                case ObjectTable.CreatedOrdinal:
                    json.Stamp(record.Created);
                    break;
                default:
                    if (values.MoveTo(property.Ordinal))
                        json.Raw("\""u8).Raw(values.Text).Raw("\""u8);
                    else
                        json.Raw("null"u8);
                    break;
            }
        }
    }

    /// <summary>A value as an answer shows it; null where it is unset.</summary>
    public static string? Value(Record record, RecordVersion version, PropertyDefinition property)
    {
        var body = new RecordBody.BodyReader(version.Body);
        return Value(record, version, property, ref body);
    }

    /// <summary>The values of a selection as an answer shows them, by property; null where one is unset.</summary>
    public static Dictionary<string, string?> Values(Record record, RecordVersion version, Selection selection)
    {
        var values = new Dictionary<string, string?>(selection.Properties.Length);
        var body = new RecordBody.BodyReader(version.Body);
        foreach (var property in selection.Properties)
            values.Add(property.Name, Value(record, version, property, ref body));
        return values;
    }

    private static string? Value(Record record, RecordVersion version, PropertyDefinition property, ref RecordBody.BodyReader body) => property.Ordinal switch
    {
        ObjectTable.ObjectIdOrdinal => record.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ObjectTable.ModifiedOrdinal => JsonBytes.StampText(version.Modified),
        ObjectTable.CreatedOrdinal => JsonBytes.StampText(record.Created),
        var ordinal => body.MoveTo(ordinal) ? RecordBody.Decode(body.Text) : null,
    };
}
