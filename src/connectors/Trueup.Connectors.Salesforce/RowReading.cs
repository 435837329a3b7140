using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads the rows of one answer into a page. A row that cannot be mirrored is set aside; the others go on.</summary>
/// <remarks>What records hold as properties is the row as received, but for its member <c>attributes</c>, which is taken out in place:
/// it names the object and the record's address with the version of the API, and is no value of the record.</remarks>
internal ref struct RowReading(RecordPage page, Span<byte> body, int start, bool isUtf8, string? stamp)
{
    // Ids of records have 18 characters; those of a few set-up objects are longer, none as long as this.
    public const int LongestIdBytes = 200;

    private readonly Span<byte> body = body;

    public int Rows { get; private set; }

    public void ReadAll(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new CrmContractException("The answer to a query has records that are no list.");
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

    private readonly void ReadRow(ref Utf8JsonReader reader)
    {
        var row = new Row { Start = start + (int)reader.TokenStartIndex };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("attributes"u8))
                SkipAttributes(ref reader, ref row);
            else if (reader.ValueTextEquals("Id"u8))
                ReadId(ref reader, ref row);
            else if (stamp is not null && reader.ValueTextEquals(stamp))
                ReadStamp(ref reader, ref row);
            else
                reader.Skip();
        }
        row.End = start + (int)reader.BytesConsumed;
        if (row.AttributesEnd > 0)
            TakeOutAttributes(ref row);
        Keep(row);
    }

    private readonly void SkipAttributes(ref Utf8JsonReader reader, ref Row row)
    {
        row.AttributesStart = start + (int)reader.TokenStartIndex;
        reader.Read();
        reader.Skip();
        row.AttributesEnd = start + (int)reader.BytesConsumed;
    }

    private readonly void ReadId(ref Utf8JsonReader reader, ref Row row)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
        {
            // The token begins with its quotation mark.
            row.IdStart = start + (int)reader.TokenStartIndex + 1;
            row.IdLength = reader.ValueSpan.Length;
        }
        else
        {
            reader.Skip();
        }
    }

    private static void ReadStamp(ref Utf8JsonReader reader, ref Row row)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && IsoInstant.TryReadMilliseconds(reader.ValueSpan, out var milliseconds))
            row.Modified = milliseconds;
        else
            reader.Skip();
    }

    /// <summary>The member with its comma becomes blanks; at the front, where it always stands, the row simply begins behind it.</summary>
    private readonly void TakeOutAttributes(ref Row row)
    {
        var after = row.AttributesEnd;
        while (body[after] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            after++;
        var isFirst = body[(row.Start + 1)..row.AttributesStart].Trim(" \t\r\n"u8).IsEmpty;
        if (isFirst && body[after] == (byte)',')
        {
            body[after] = (byte)'{';
            row.Start = after;
            return;
        }
        var from = isFirst ? row.AttributesStart : row.Start + 1 + body[(row.Start + 1)..row.AttributesStart].LastIndexOf((byte)',');
        body[from..row.AttributesEnd].Fill((byte)' ');
    }

    private readonly void Keep(in Row row)
    {
        if (Flaw(row) is not { } reason)
        {
            page.Add(row.IdStart, row.IdLength, row.Modified.GetValueOrDefault(), row.Start, row.End - row.Start);
            return;
        }
        var id = row.IdLength is > 0 and <= LongestIdBytes ? new RecordId(Encoding.UTF8.GetString(body.Slice(row.IdStart, row.IdLength))) : (RecordId?)null;
        page.Refuse(new SetAside(id, reason));
    }

    private readonly string? Flaw(in Row row) => row switch
    {
        { IdLength: 0 } => "The record has no id that can be used.",
        { IdLength: > LongestIdBytes } => "The record's id is longer than any id of Salesforce.",
        { Modified: null } when stamp is not null => $"The record has no modified time ({stamp}) that can be read.",
        _ when !isUtf8 && !Utf8.IsValid(body[row.Start..row.End]) => "The record's text is not valid UTF-8.",
        _ => null,
    };

    private struct Row
    {
        public int Start;
        public int End;
        public int AttributesStart;
        public int AttributesEnd;
        public int IdStart;
        public int IdLength;
        public long? Modified;
    }
}
