using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>The archived records of one answer.</summary>
/// <remarks>Every check walks the whole recycle bin, so rows are read as they stand, without a document of them.</remarks>
/// <param name="Next">The token for the rest; null at the end.</param>
/// <param name="Trouble">Why a batch read left records out, where the reason is not that they are not archived; null otherwise.</param>
internal sealed record ArchivedRows(IReadOnlyList<GoneRecord> Deletions, string? Next, string? Trouble)
{
    /// <exception cref="JsonException">The body is no JSON, or cut off.</exception>
    /// <exception cref="CrmContractException">The body holds no list of results, or a page that names no next one.</exception>
    public static ArchivedRows Read(CrmAnswer answer)
    {
        var reader = new Utf8JsonReader(answer.Body);
        List<GoneRecord>? deletions = null;
        string? next = null, trouble = null;
        PageReading.Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("results"u8))
                deletions = ReadRows(ref reader);
            else if (reader.ValueTextEquals("paging"u8))
                next = PageReading.ReadAfter(ref reader);
            else if (reader.ValueTextEquals("errors"u8))
                trouble = PageReading.ReadTrouble(ref reader);
            else
                reader.Skip();
        }

        // What follows the object would be read here, and be found wrong.
        reader.Read();
        PageReading.Demand(deletions is not null, "results");
        return new ArchivedRows(deletions, next, trouble);
    }

    private static List<GoneRecord> ReadRows(ref Utf8JsonReader reader)
    {
        reader.Read();
        PageReading.Demand(reader.TokenType == JsonTokenType.StartArray, "results");
        var deletions = new List<GoneRecord>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                reader.Skip();
            else if (ReadRow(ref reader) is { } gone)
                deletions.Add(gone);
        }
        return deletions;
    }

    // Null: a row without an id, or one that does not call itself archived.
    private static GoneRecord? ReadRow(ref Utf8JsonReader reader)
    {
        string? id = null;
        var isArchived = false;
        DateTimeOffset? at = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
                id = ReadId(ref reader);
            else if (reader.ValueTextEquals("archived"u8))
                isArchived = ReadTruth(ref reader);
            else if (reader.ValueTextEquals("archivedAt"u8))
                at = ReadInstant(ref reader);
            else
                reader.Skip();
        }
        return isArchived && id is { Length: > 0 } ? new GoneRecord(new RecordId(id), GoneCause.Archived, at) : null;
    }

    private static string? ReadId(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }

    private static bool ReadTruth(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isTrue = reader.TokenType == JsonTokenType.True || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("true"u8));
        reader.Skip();
        return isTrue;
    }

    private static DateTimeOffset? ReadInstant(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && IsoInstant.TryReadMilliseconds(reader.ValueSpan, out var milliseconds))
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        reader.Skip();
        return null;
    }
}
