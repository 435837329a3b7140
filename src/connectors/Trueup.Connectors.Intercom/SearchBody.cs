using System.Text.Json;

namespace Trueup.Connectors.Intercom;

/// <summary>A search that matches every record.</summary>
/// <param name="FilterField">A time that every record has.</param>
/// <param name="SortField">What it is sorted by.</param>
/// <param name="Descending">Whether the latest comes first.</param>
/// <param name="Cursor">Where to go on; null for the beginning.</param>
internal sealed record SearchBody(string FilterField, string SortField, bool Descending, string? Cursor)
{
    /// <summary>The request's body.</summary>
    public ReadOnlyMemory<byte> Bytes(int perPage)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("query");
            writer.WriteString("field", FilterField);
            writer.WriteString("operator", ">");
            writer.WriteNumber("value", 0);
            writer.WriteEndObject();
            writer.WriteStartObject("sort");
            writer.WriteString("field", SortField);
            writer.WriteString("order", Descending ? "descending" : "ascending");
            writer.WriteEndObject();
            WritePagination(writer, perPage, Cursor);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A search for ids.</summary>
    public static ReadOnlyMemory<byte> ForIds(IEnumerable<string> ids, int perPage, string? cursor)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("query");
            writer.WriteString("field", "id");
            writer.WriteString("operator", "IN");
            writer.WriteStartArray("value");
            foreach (var id in ids)
                writer.WriteStringValue(id);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteStartObject("sort");
            writer.WriteString("field", "created_at");
            writer.WriteString("order", "ascending");
            writer.WriteEndObject();
            WritePagination(writer, perPage, cursor);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WritePagination(Utf8JsonWriter writer, int perPage, string? cursor)
    {
        writer.WriteStartObject("pagination");
        writer.WriteNumber("per_page", perPage);
        if (cursor is not null)
            writer.WriteString("starting_after", cursor);
        writer.WriteEndObject();
    }
}
