using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>What an answer with records says beside the records.</summary>
/// <param name="Rows">Records in the answer, usable or not.</param>
/// <param name="Total">Records that a search says it has; null elsewhere.</param>
/// <param name="HighestId">The highest numeric id; 0 where there is none.</param>
/// <param name="IsAscending">Whether no numeric id is lower than the one before.</param>
/// <param name="Trouble">Why a batch read left records out, where the reason is not that they are gone; null otherwise.</param>
internal readonly record struct PageFacts(int Rows, long? Total, long HighestId, bool IsAscending, string? Trouble)
{
    /// <summary>Throws where records are missing for another reason than being gone.</summary>
    public void DemandWhole(StreamName stream)
    {
        if (Trouble is not null)
            throw Failed(stream, Trouble);
    }

    /// <summary>Says that some records could not be read for now.</summary>
    public static CrmUnavailableException Failed(StreamName stream, string trouble) =>
        new($"HubSpot could not read some {stream} ({trouble}); they are read again with the next sync.");
}

/// <summary>A page and what its answer says beside it.</summary>
internal sealed record AnsweredPage(RecordPage Page, PageFacts Facts);

/// <summary>Cuts the records out of an answer without allocating for each of them: the page owns the answer's buffer.</summary>
internal static class PageReading
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads an answer of the list, search or batch read endpoints.</summary>
    /// <param name="answer">The answer; its buffer moves to the page.</param>
    /// <param name="isOwners">Whether the rows are owners, whose whole object is what records hold as properties.</param>
    /// <param name="isSearch">Whether it answers a search, which always tells its total. Something else in front of HubSpot that answers
    /// without one, such as with an empty list, would pass for "nothing was modified".</param>
    /// <exception cref="JsonException">The body is no JSON, or cut off.</exception>
    /// <exception cref="CrmContractException">The body holds no list of results, or no total where there must be one.</exception>
    public static AnsweredPage Read(CrmAnswer answer, bool isOwners, bool isSearch = false)
    {
        var page = new RecordPage(answer.PooledBuffer);
        var facts = Fill(page, answer.Body, isOwners);
        if (isSearch && facts.Total is null)
            throw new CrmContractException("The answer to a search tells no total.");

        // Only now: of an answer that cannot be read, the pipeline still wants to know what it was.
        answer.GiveAwayBuffer();
        return new AnsweredPage(page, facts);
    }

    /// <summary>Looks for the next cursor at the end of an answer, where HubSpot writes it, without reading the records. A guess:
    /// what <see cref="Read"/> finds decides. Null where nothing of the kind stands there.</summary>
    public static string? PeekNext(ReadOnlySpan<byte> body)
    {
        var start = body.LastIndexOf("\"paging\":"u8);
        if (start < 0)
            return null;
        var reader = new Utf8JsonReader(body[(start + 9)..], isFinalBlock: false, default);
        try
        {
            return ReadAfter(ref reader);
        }
        catch (Exception broken) when (broken is JsonException or CrmContractException or InvalidOperationException)
        {
            // Not what it looked like. Reading the whole answer says what it is.
            return null;
        }
    }

    private static PageFacts Fill(RecordPage page, ReadOnlySpan<byte> body, bool isOwners)
    {
        var start = body.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        var rows = new RowReading(page, body, start, Utf8.IsValid(body), isOwners);
        var reader = new Utf8JsonReader(body[start..]);
        var hasResults = false;
        long? total = null;
        string? trouble = null;

        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("results"u8))
            {
                hasResults = true;
                rows.ReadAll(ref reader);
            }
            else if (reader.ValueTextEquals("paging"u8))
            {
                page.Next = ReadAfter(ref reader);
            }
            else if (reader.ValueTextEquals("total"u8))
            {
                reader.Read();
                total = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : null;
            }
            else if (reader.ValueTextEquals("errors"u8))
            {
                trouble = ReadTrouble(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
        if (reader.Read() || !hasResults)
            throw new CrmContractException("The JSON holds no list of results.");
        return new PageFacts(rows.Rows, total, rows.HighestId, rows.IsAscending, trouble);
    }

    // {"next":{"after":"552","link":…}}; the link is ignored, since it could lead anywhere.
    internal static string? ReadAfter(ref Utf8JsonReader reader)
    {
        string? after = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        Demand(reader.TokenType == JsonTokenType.StartObject, "paging");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("next"u8))
            {
                reader.Skip();
                continue;
            }
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            Demand(reader.TokenType == JsonTokenType.StartObject, "paging.next");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("after"u8))
                {
                    reader.Skip();
                    continue;
                }
                reader.Read();
                after = reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString(),
                    JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
                    _ => null,
                };
            }
            Demand(!string.IsNullOrEmpty(after), "paging.next.after");
        }
        return after;
    }

    internal static string? ReadTrouble(ref Utf8JsonReader reader)
    {
        reader.Read();
        using var errors = JsonDocument.ParseValue(ref reader);
        return TroubleIn(errors.RootElement);
    }

    /// <summary>The first reason among a batch read's errors that is not that records are gone; null where there is none.</summary>
    internal static string? TroubleIn(JsonElement errors) => errors.ValueKind != JsonValueKind.Array ? null : errors.EnumerateArray()
        .Select(error => error.Text("category") ?? "no category")
        .Where(category => category != "OBJECT_NOT_FOUND")
        .Select(VendorText.Clean)
        .FirstOrDefault();

    internal static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw new CrmContractException("The JSON holds no list of results.");
    }

    internal static void Demand([DoesNotReturnIf(false)] bool holds, string member)
    {
        if (!holds)
            throw new CrmContractException($"The member {member} is not what HubSpot promises.");
    }
}
