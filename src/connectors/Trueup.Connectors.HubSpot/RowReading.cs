using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads the rows of one answer into a page. A row that cannot be mirrored is set aside; the others go on.</summary>
internal ref struct RowReading(RecordPage page, ReadOnlySpan<byte> body, int start, bool isUtf8, bool isOwners)
{
    // HubSpot's ids are numbers of up to 19 digits; more than this would be something else.
    private const int LongestIdBytes = 200;

    private readonly ReadOnlySpan<byte> body = body;
    private long previousId = -1;

    public int Rows { get; private set; }

    public long HighestId { get; private set; }

    public bool IsAscending { get; private set; } = true;

    public void ReadAll(ref Utf8JsonReader reader)
    {
        reader.Read();
        PageReading.Demand(reader.TokenType == JsonTokenType.StartArray, "results");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Rows++;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadRow(ref reader);
            }
            else
            {
                reader.Skip();
                page.Refuse(new SetAside(null, "A row is no JSON object."));
            }
        }
    }

    private void ReadRow(ref Utf8JsonReader reader)
    {
        var rowStart = start + (int)reader.TokenStartIndex;
        var row = new Row();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
                ReadId(ref reader, ref row);
            else if (reader.ValueTextEquals("properties"u8))
                ReadProperties(ref reader, ref row);
            else if (reader.ValueTextEquals("updatedAt"u8))
                ReadModified(ref reader, ref row);
            else
                reader.Skip();
        }
        if (isOwners)
        {
            row.PropertiesStart = rowStart;
            row.PropertiesLength = start + (int)reader.BytesConsumed - rowStart;
        }
        Keep(row);
    }

    private void ReadId(ref Utf8JsonReader reader, ref Row row)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
        {
            // The token begins with its quotation mark.
            row.IdStart = start + (int)reader.TokenStartIndex + 1;
            row.IdLength = reader.ValueSpan.Length;
        }
        else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out _))
        {
            row.IdStart = start + (int)reader.TokenStartIndex;
            row.IdLength = reader.ValueSpan.Length;
        }
        else
        {
            reader.Skip();
        }
    }

    private readonly void ReadProperties(ref Utf8JsonReader reader, ref Row row)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        row.PropertiesStart = start + (int)reader.TokenStartIndex;
        reader.Skip();
        row.PropertiesLength = start + (int)reader.BytesConsumed - row.PropertiesStart;
    }

    private static void ReadModified(ref Utf8JsonReader reader, ref Row row)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && IsoInstant.TryReadMilliseconds(reader.ValueSpan, out var milliseconds))
            row.Modified = milliseconds;
        else
            reader.Skip();
    }

    private void Keep(in Row row)
    {
        var reason = Flaw(row);
        var idBytes = body.Slice(row.IdStart, row.IdLength);
        if (Utf8Parser.TryParse(idBytes, out long id, out var read) && read == idBytes.Length)
        {
            IsAscending &= id >= previousId;
            previousId = id;
            HighestId = Math.Max(HighestId, id);
        }
        if (reason is not null)
        {
            page.Refuse(new SetAside(row.IdLength is > 0 and <= LongestIdBytes ? new RecordId(Encoding.UTF8.GetString(idBytes)) : null, reason));
            return;
        }
        page.Add(row.IdStart, row.IdLength, row.Modified.GetValueOrDefault(), row.PropertiesStart, row.PropertiesLength);
    }

    private readonly string? Flaw(in Row row) => row switch
    {
        { IdLength: 0 } => "The record has no id that can be used.",
        { IdLength: > LongestIdBytes } => "The record's id is longer than any id of HubSpot.",
        { PropertiesLength: 0 } => "The record has no properties.",
        { Modified: null } => "The record has no modified time (updatedAt) that can be read.",
        _ when !isUtf8 && !Utf8.IsValid(body.Slice(row.PropertiesStart, row.PropertiesLength)) => "The record's text is not valid UTF-8.",
        _ => null,
    };

    private struct Row
    {
        public int IdStart;
        public int IdLength;
        public int PropertiesStart;
        public int PropertiesLength;
        public long? Modified;
    }
}
