using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Bodies of batch reads.</summary>
internal static class BatchBodies
{
    /// <summary>Most ids in one batch read. Source: developers.hubspot.com, read on 2026-09.</summary>
    public const int MostIds = 100;

    /// <summary>Names of properties as a JSON array, made once for all batches of a read.</summary>
    public static byte[] PropertiesJson(IReadOnlyList<string> fields) =>
        JsonSerializer.SerializeToUtf8Bytes(fields.Count == 0 ? ["hs_object_id"] : fields);

    /// <summary>Asks for records of a page, whose ids go over as they are.</summary>
    public static ReadOnlyMemory<byte> Read(byte[] propertiesJson, RecordPage page) => HubSpotApi.Body(writer =>
    {
        Begin(writer);
        // A list may hold a record twice, and HubSpot refuses a batch that does.
        var asked = new HashSet<UInt128>();
        foreach (var record in page.Records)
        {
            if (!asked.Add(Fingerprint.OfId(page.IdOf(record).Span)))
                continue;
            writer.WriteStartObject();
            writer.WriteString("id"u8, page.IdOf(record).Span);
            writer.WriteEndObject();
        }
        End(writer, propertiesJson);
    });

    /// <summary>Asks for records by id.</summary>
    public static ReadOnlyMemory<byte> Read(byte[] propertiesJson, IEnumerable<RecordId> ids) => HubSpotApi.Body(writer =>
    {
        Begin(writer);
        foreach (var id in ids)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id.Value);
            writer.WriteEndObject();
        }
        End(writer, propertiesJson);
    });

    /// <summary>Asks for records by the values of a unique property.</summary>
    public static ReadOnlyMemory<byte> Find(string property, IEnumerable<string> values) => HubSpotApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("idProperty"u8, property);
        writer.WriteStartArray("inputs"u8);
        foreach (var value in values)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, value);
            writer.WriteEndObject();
        }

        End(writer, PropertiesJson([]));
    });

    private static void Begin(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("inputs"u8);
    }

    private static void End(Utf8JsonWriter writer, byte[] propertiesJson)
    {
        writer.WriteEndArray();
        writer.WritePropertyName("properties"u8);
        writer.WriteRawValue(propertiesJson, skipInputValidation: true);
        writer.WriteEndObject();
    }
}
