using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Where a value lies in an answer; length 0 for one that is missing.</summary>
internal readonly record struct Place(int Start, int Length);

/// <summary>One record of an answer.</summary>
/// <param name="Id">Its id, without quotation marks.</param>
/// <param name="ModifiedSeconds">Its modified stamp; null where it has none.</param>
/// <param name="Users">Its <c>user_count</c>; null where it has none.</param>
/// <param name="Values">The places of its values, by field.</param>
internal sealed record AnsweredRow(Place Id, long? ModifiedSeconds, long? Users, Place[] Values);

/// <summary>The records of an answer, still as they came, with what the answer says beside them.</summary>
internal sealed class AnsweredRows : IDisposable
{
    private byte[]? buffer;
    private readonly List<AnsweredRow> rows = [];

    private AnsweredRows(byte[] pooledBuffer) => buffer = pooledBuffer;

    public IReadOnlyList<AnsweredRow> Rows => rows;

    /// <summary>The cursor of the next page; null at the end.</summary>
    public string? Next { get; private set; }

    /// <summary>The parameter of the scroll; null where it has ended, or the answer is none of a scroll.</summary>
    public string? Scroll { get; private set; }

    /// <summary>How many records there are in all; null where the answer does not tell.</summary>
    public long? Total { get; private set; }

    public ReadOnlySpan<byte> BytesOf(Place place) => Buffer.AsSpan(place.Start, place.Length);

    public string IdOf(AnsweredRow row) => Encoding.UTF8.GetString(BytesOf(row.Id));

    private byte[] Buffer => buffer ?? throw new ObjectDisposedException(nameof(AnsweredRows));

    /// <summary>Reads an answer with a list. One that does not call itself a list is not believed: an empty one would end a read.</summary>
    /// <exception cref="CrmContractException">It has none.</exception>
    public static AnsweredRows ReadList(CrmAnswer answer, RowShape shape)
    {
        var read = new AnsweredRows(answer.PooledBuffer);
        var (isList, hasList) = (false, false);
        var reader = Begin(answer);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(shape.Stream.ListMember))
            {
                reader.Read();
                hasList = reader.TokenType == JsonTokenType.StartArray;
                while (hasList && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    read.ReadRow(ref reader, shape);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                isList = reader.TokenType == JsonTokenType.String && reader.ValueSpan.EndsWith("list"u8);
            }
            else if (reader.ValueTextEquals("pages"u8))
            {
                reader.Read();
                read.ReadPages(ref reader);
            }
            else if (reader.ValueTextEquals("scroll_param"u8))
            {
                reader.Read();
                read.Scroll = reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } scroll ? scroll : null;
            }
            else if (reader.ValueTextEquals("total_count"u8))
            {
                reader.Read();
                read.Total = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var total) ? total : null;
            }
            else
            {
                reader.Skip();
            }
        }

        if (!isList || !hasList)
            throw new CrmContractException($"The answer has no {shape.Stream.ListMember}.");
        answer.GiveAwayBuffer();
        return read;
    }

    /// <summary>Reads an answer that is one record.</summary>
    public static AnsweredRows ReadOne(CrmAnswer answer, RowShape shape)
    {
        var read = new AnsweredRows(answer.PooledBuffer);
        var reader = Begin(answer);
        read.ReadRow(ref reader, shape);
        if (read.rows[0].Id.Length == 0)
            throw new CrmContractException("The record has no id.");
        answer.GiveAwayBuffer();
        return read;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private static Utf8JsonReader Begin(CrmAnswer answer)
    {
        if (!Utf8.IsValid(answer.Body))
            throw new CrmContractException("The answer is not valid UTF-8.");
        var reader = new Utf8JsonReader(answer.Body);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject ? reader : throw new CrmContractException("The answer is no JSON object.");
    }

    private void ReadPages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        using var pages = JsonDocument.ParseValue(ref reader);
        Next = pages.RootElement.Member("next").Text("starting_after") is { Length: > 0 } cursor ? cursor : null;
    }

    private void ReadRow(ref Utf8JsonReader reader, RowShape shape)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new CrmContractException("A record is no JSON object.");
        var values = new Place[shape.Fields.Length];
        Place id = default;
        long? modified = null;
        long? users = null;
        var (guess, attributeGuess) = (0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (shape.IsAttributes(ref reader))
            {
                reader.Read();
                ReadAttributes(ref reader, shape, values, ref attributeGuess);
                continue;
            }

            var place = shape.PlaceOfMember(ref reader, ref guess);
            var isId = reader.ValueTextEquals("id"u8);
            var isStamp = reader.ValueTextEquals("updated_at"u8);
            var isUsers = reader.ValueTextEquals("user_count"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isId)
                id = IdOf(ref reader);
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
            {
                modified = isStamp ? number : modified;
                users = isUsers ? number : users;
            }

            reader.Skip();
            if (place >= 0)
                values[place] = new Place(start, (int)reader.BytesConsumed - start);
        }

        rows.Add(new AnsweredRow(id, modified, users, values));
    }

    private static void ReadAttributes(ref Utf8JsonReader reader, RowShape shape, Place[] values, ref int guess)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var place = shape.PlaceOfAttribute(ref reader, ref guess);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (place >= 0)
                values[place] = new Place(start, (int)reader.BytesConsumed - start);
        }
    }

    private static Place IdOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        // The token begins with its quotation mark.
        JsonTokenType.String when !reader.ValueIsEscaped && reader.ValueSpan.Length is > 0 and <= 64 => new Place((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length),
        JsonTokenType.Number when Utf8Parser.TryParse(reader.ValueSpan, out long _, out var read) && read == reader.ValueSpan.Length => new Place((int)reader.TokenStartIndex, reader.ValueSpan.Length),
        _ => default,
    };
}
