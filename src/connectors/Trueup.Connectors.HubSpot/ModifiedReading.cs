using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Walks a search by modification time along the ids, so that neither equal stamps nor the ceiling of 10,000 rows lose anything.</summary>
/// <remarks>Each request carries both the window and the range of ids, and none an offset; so no query ever nears the ceiling
/// and no state lives at the vendor. A row may come from outside the window: filters see the index, values are fresh.
/// Source: hubspot.md §3.5 and §3.6, strategy A; airbytehq/airbyte#61543, #43317.</remarks>
internal sealed class ModifiedReading(HubSpotApi api)
{
    /// <summary>HubSpot's largest page of a search.</summary>
    public const int RecordsPerPage = 200;

    // HubSpot refuses offsets from 10,000 on; we only use them to step over rows that cannot be read.
    private const int HighestOffset = 9_800;

    // An empty page whose token leads back to itself is asked for again so often.
    private const int MostEmptyAnswers = 3;

    // So many rows do not stand in order by chance: one shuffled page in three million does. Below that, the ids between them are asked for as well.
    private const int RowsThatProveOrder = 10;

    // The documents limit a search body to 3,000 characters; in practice long lists of properties pass.
    private const int CertainBodyCharacters = 2_500;

    private volatile bool refusesLongBodies;

    public IAsyncEnumerable<RecordPage> ReadAsync(ModifiedRead request, CancellationToken cancellationToken)
    {
        var properties = BatchBodies.PropertiesJson(request.Fields);
        return Walk.ThroughAsync(request.Stream.Name, request.Resume, (cursor, nextSeen, cancel) => FetchAsync(request, properties, cursor, nextSeen, cancel), cancellationToken);
    }

    private async Task<RecordPage> FetchAsync(
        ModifiedRead request, byte[] properties, string? cursor, Action<string> nextSeen, CancellationToken cancellationToken)
    {
        var ranges = IdRange.FromCursor(cursor);
        if (properties.Length > CertainBodyCharacters && refusesLongBodies)
            return await FetchIdsAndReadAsync(request, properties, ranges, nextSeen, cancellationToken);
        try
        {
            var answered = await SearchAsync(request, properties, ranges[0], RecordsPerPage, cancellationToken);
            return Advance(request.Stream.Name, answered, ranges, RecordsPerPage);
        }
        catch (CrmRefusedException) when (properties.Length > CertainBodyCharacters)
        {
            return await FetchIdsAndReadAsync(request, properties, ranges, nextSeen, cancellationToken);
        }
    }

    private async Task<RecordPage> FetchIdsAndReadAsync(
        ModifiedRead request, byte[] properties, List<IdRange> ranges, Action<string> nextSeen, CancellationToken cancellationToken)
    {
        var idsOnly = BatchBodies.PropertiesJson([]);
        var found = await SearchAsync(request, idsOnly, ranges[0], BatchBodies.MostIds, cancellationToken);

        // This portal holds to the documented limit: the same search for ids alone has succeeded.
        refusesLongBodies = true;
        using var ids = Advance(request.Stream.Name, found, ranges, BatchBodies.MostIds);
        if (ids.Next is not null)
            nextSeen(ids.Next);
        return await api.ReadFoundAsync(request.Stream, properties, ids, cancellationToken);
    }

    private async Task<AnsweredPage> SearchAsync(
        ModifiedRead request, byte[] properties, IdRange range, int limit, CancellationToken cancellationToken)
    {
        var body = Body(request, properties, range, limit);
        for (var empty = 1; ; empty++)
        {
            var answered = await api.SearchAsync(request.Stream, body, cancellationToken);
            if (answered.Facts.Rows > 0 || answered.Page.Next is null || OffsetIn(answered.Page.Next) > range.Skipped || empty == MostEmptyAnswers)
                return answered;
            answered.Page.Dispose();
        }
    }

    /// <summary>Replaces HubSpot's offset token by what is still to be searched.</summary>
    private static RecordPage Advance(StreamName stream, AnsweredPage answered, List<IdRange> ranges, int limit)
    {
        try
        {
            var (page, facts) = answered;
            var range = ranges[0];
            ranges.RemoveAt(0);
            if (HasMore(answered, limit))
                ranges.InsertRange(0, Rest(stream, answered, range));
            page.Next = IdRange.ToCursor(ranges);
            return page;
        }
        catch
        {
            answered.Page.Dispose();
            throw;
        }
    }

    // HubSpot says that there is more by a token. A full page, or a total above what came, counts as well: a ceiling that
    // cuts the answer without a word would otherwise look like the end. A page without rows and token is the end.
    private static bool HasMore(AnsweredPage answered, int limit) =>
        answered.Page.Next is not null
        || answered.Facts.Rows >= limit
        || (answered.Facts.Rows > 0 && answered.Facts.Total > answered.Facts.Rows);

    private static IEnumerable<IdRange> Rest(StreamName stream, AnsweredPage answered, IdRange range)
    {
        var (page, facts) = answered;
        if (facts.HighestId == 0)
            return [StepOver(stream, page.Next, range)];
        if (facts.HighestId <= range.Above)
            throw new CrmContractException($"HubSpot answers a search of {stream} with records that were not asked for, so it would never end; it starts again with the next sync.");
        var isAtEnd = facts.HighestId >= range.UpTo;
        if (facts.IsAscending && facts.Rows >= RowsThatProveOrder)
            return isAtEnd ? [] : [range with { Above = facts.HighestId, Skipped = 0 }];
        if (facts.IsAscending && !isAtEnd)
            return range.SplitAt(facts.HighestId);

        // The order was not honoured, so the highest id proves nothing. Halve the range until each part fits into one page.
        var ids = IdsOf(page);
        var middle = ids.Count == 0 ? 0 : ids[(ids.Count - 1) / 2];
        if (middle <= range.Above || middle > facts.HighestId)
            throw new CrmContractException($"HubSpot answers a search of {stream} in an order that cannot be followed; it starts again with the next sync.");
        return ids.Count == 1 ? range.SplitAround(middle) : range.SplitAt(middle);
    }

    // Rows that the index knows but that cannot be read give no id to go on from.
    private static IdRange StepOver(StreamName stream, string? offset, IdRange range)
    {
        var next = OffsetIn(offset);
        if (next > range.Skipped && next <= HighestOffset)
            return range with { Skipped = next };
        throw new CrmContractException($"HubSpot answers a search of {stream} with pages that lead nowhere; it starts again with the next sync.");
    }

    private static int OffsetIn(string? token) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : 0;

    private static List<long> IdsOf(RecordPage page)
    {
        var ids = new SortedSet<long>();
        foreach (var slice in page.Records)
        {
            if (Utf8Parser.TryParse(page.IdOf(slice).Span, out long id, out _))
                ids.Add(id);
        }
        return [.. ids];
    }

    private static ReadOnlyMemory<byte> Body(ModifiedRead request, byte[] properties, IdRange range, int limit) => HubSpotApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("filterGroups"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("filters"u8);
        Filter(writer, HubSpotType.ModifiedPropertyOf(request.Stream), "BETWEEN", Milliseconds(request.Since), Milliseconds(request.Until));
        Filter(writer, "hs_object_id", "GT", range.Above.ToString(CultureInfo.InvariantCulture));
        if (range.UpTo is { } last)
            Filter(writer, "hs_object_id", "LTE", last.ToString(CultureInfo.InvariantCulture));
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartArray("sorts"u8);
        writer.WriteStartObject();
        writer.WriteString("propertyName"u8, "hs_object_id"u8);
        writer.WriteString("direction"u8, "ASCENDING"u8);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WritePropertyName("properties"u8);
        writer.WriteRawValue(properties, skipInputValidation: true);
        writer.WriteNumber("limit"u8, limit);
        if (range.Skipped > 0)
            writer.WriteString("after"u8, range.Skipped.ToString(CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    });

    private static void Filter(Utf8JsonWriter writer, string property, string comparison, string value, string? highValue = null)
    {
        writer.WriteStartObject();
        writer.WriteString("propertyName"u8, property);
        writer.WriteString("operator"u8, comparison);
        writer.WriteString("value"u8, value);
        if (highValue is not null)
            writer.WriteString("highValue"u8, highValue);
        writer.WriteEndObject();
    }

    private static string Milliseconds(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
