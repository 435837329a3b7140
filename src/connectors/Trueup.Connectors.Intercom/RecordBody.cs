using System.Buffers;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>Writes what is sent of a record: its members, and what people defined in an object of its own.</summary>
internal static class RecordBody
{
    /// <summary>One JSON object with the values to set.</summary>
    public static ReadOnlyMemory<byte> Of(IntercomStream stream, RecordWrite record)
    {
        var prefix = stream.Attributes + ".";
        var attributes = record.Values.Where(value => stream.Attributes is not null && value.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in record.Values.Except(attributes))
            {
                writer.WritePropertyName(name);
                Write(writer, name, value);
            }

            if (attributes.Count > 0)
            {
                writer.WriteStartObject(stream.Attributes!);
                foreach (var (name, value) in attributes)
                {
                    writer.WritePropertyName(name[prefix.Length..]);
                    value.WriteTo(writer);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The names of the members of a record, in order.</summary>
    public static IReadOnlyList<string> NamesIn(ReadOnlyMemory<byte> properties)
    {
        using var record = JsonDocument.Parse(properties);
        return [.. record.RootElement.EnumerateObject().Select(property => property.Name)];
    }

    // Ids of admins are texts everywhere but here. Source: Intercom's OpenAPI description 2.16, update_contact_request.
    private static void Write(Utf8JsonWriter writer, string name, JsonElement value)
    {
        if (name == "owner_id" && value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var admin))
            writer.WriteNumberValue(admin);
        else
            value.WriteTo(writer);
    }
}
