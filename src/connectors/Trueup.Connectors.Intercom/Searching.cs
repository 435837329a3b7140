using System.Runtime.CompilerServices;
using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>Reads streams by searches: everything in order of creation, or what was modified, newest first.</summary>
/// <remarks>
/// <para>Every search matches all records. So the calendar days by which contacts are filtered up to version 2.16 do not matter, nothing of a day is missed or
/// read twice, and the answer tells how many records there are in all. What was modified lies at the beginning: the walk ends at the first record that is older.</para>
/// <para>Source: intercom.md, sections 4 and 5, 2026-09.</para>
/// </remarks>
internal sealed class Searching(IntercomApi api, NestedLists nested, Metadata metadata)
{
    /// <summary>Calls under way at once for the records of one page.</summary>
    private const int AtOnce = 8;

    /// <summary>Bytes of a page of records that are read one by one, about.</summary>
    private const int PageBytes = 2 * 1024 * 1024;

    // A page that is too large to be answered in time is asked for again so much smaller. Source: intercom.md, section 3.
    private const int SmallPage = 38;

    // Stands between a page's cursor and the last record that was read of it. The page is asked for again, and goes on behind that record.
    private const char Within = '|';

    /// <summary>Reads every record.</summary>
    public async IAsyncEnumerable<RecordPage> ReadAllAsync(IntercomStream stream, IReadOnlyList<string> fields, string? resume, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (cursor, behind) = PlaceOf(resume);
        while (true)
        {
            var query = new SearchBody("created_at", "created_at", Descending: false, cursor);
            var from = cursor;
            using var answer = await PageAsync(stream, fields, query, cancellationToken);
            cursor = Following(answer, from);
            await foreach (var page in RecordsAsync(stream, fields, answer, Behind(answer, answer.Rows, behind), from, cursor, cancellationToken))
                yield return page;
            behind = null;
            if (cursor is null)
                yield break;
        }
    }

    /// <summary>Reads what was modified since an instant.</summary>
    public async IAsyncEnumerable<RecordPage> ReadModifiedAsync(
        IntercomStream stream, ModifiedRead request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var since = request.Since.ToUnixTimeSeconds();
        var (cursor, behind) = PlaceOf(request.Resume);
        long? latest = long.MaxValue;
        while (true)
        {
            var from = cursor;
            using var answer = await PageAsync(stream, request.Fields, new SearchBody("updated_at", "updated_at", Descending: true, cursor), cancellationToken);
            latest = Descended(answer, latest);
            var wanted = answer.Rows.Where(row => row.ModifiedSeconds is null || row.ModifiedSeconds >= since).ToList();
            cursor = latest < since ? null : Following(answer, from);
            var isFirst = from is null;
            await foreach (var page in RecordsAsync(stream, request.Fields, answer, Behind(answer, wanted, behind), from, cursor, cancellationToken))
            {
                page.LiveCount = isFirst ? answer.Total : null;
                isFirst = false;
                yield return page;
            }

            behind = null;
            if (cursor is null)
                yield break;
        }
    }

    private async Task<AnsweredRows> PageAsync(IntercomStream stream, IReadOnlyList<string> fields, SearchBody query, CancellationToken cancellationToken)
    {
        var shape = ShapeOf(stream, stream.Reading == Reading.SearchAndGet ? [] : fields);
        var path = $"/{stream.Name}/search" + (stream.Name == "contacts" ? "?include_merge_history=true" : "");
        try
        {
            return await api.SearchRowsAsync(path, $"search {stream.Name}", query.Bytes(IntercomStream.PerSearchPage), shape, cancellationToken);
        }
        catch (CrmUnavailableException)
        {
            return await api.SearchRowsAsync(path, $"search {stream.Name}", query.Bytes(SmallPage), shape, cancellationToken);
        }
        catch (CrmRefusedException refused) when (query.Cursor is not null && refused.Code is not null)
        {
            throw new CursorExpiredException($"Intercom does not go on with this search: {refused.Message}");
        }
    }

    /// <summary>Makes pages of the records of an answer.</summary>
    private async IAsyncEnumerable<RecordPage> RecordsAsync(
        IntercomStream stream, IReadOnlyList<string> fields, AnsweredRows answer, IReadOnlyList<AnsweredRow> rows, string? from, string? next,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shape = ShapeOf(stream, fields);
        using var writer = new PageWriter(shape);
        if (stream.Reading != Reading.SearchAndGet || fields.Count == 0)
        {
            foreach (var row in rows)
                writer.Add(answer, row, await nested.CompleteAsync(answer, row, shape, cancellationToken));
            yield return writer.Build(next);
            yield break;
        }

        foreach (var row in rows.Where(row => row.Id.Length == 0))
            writer.Add(answer, row);
        var ids = rows.Where(row => row.Id.Length > 0).Select(answer.IdOf).ToList();
        for (var done = 0; done < ids.Count; done += AtOnce)
        {
            foreach (var (whole, refused) in await Task.WhenAll(ids.Skip(done).Take(AtOnce).Select(id => GetOrSetAsideAsync(stream, id, shape, cancellationToken))))
            {
                using (whole)
                {
                    if (whole is not null)
                        writer.Add(whole, whole.Rows[0]);
                    if (refused is not null)
                        writer.Refuse(refused);
                }
            }

            if (writer.Written >= PageBytes && done + AtOnce < ids.Count)
                yield return writer.Build($"{from}{Within}{ids[done + AtOnce - 1]}");
        }

        yield return writer.Build(next);
    }

    /// <summary>One record as a read by id shows it; null where it is gone by now.</summary>
    public async Task<AnsweredRows?> GetAsync(IntercomStream stream, string id, RowShape shape, CancellationToken cancellationToken)
    {
        try
        {
            var query = stream.Name == "contacts" ? "?include_merge_history=true" : "";
            return await api.GetRowAsync($"/{stream.Name}/{Uri.EscapeDataString(id)}{query}", $"get {stream.Name}", shape, cancellationToken);
        }
        catch (CrmNotFoundException)
        {
            return null;
        }
    }

    /// <summary>One record as a read by id shows it, or why it may not be read.</summary>
    public async Task<(AnsweredRows? Whole, SetAside? Refused)> GetOrSetAsideAsync(IntercomStream stream, string id, RowShape shape, CancellationToken cancellationToken)
    {
        try
        {
            return (await GetAsync(stream, id, shape, cancellationToken), null);
        }
        catch (CrmForbiddenException refusal)
        {
            return (null, new SetAside(new RecordId(id), refusal.Message));
        }
    }

    public RowShape ShapeOf(IntercomStream stream, IReadOnlyList<string> fields) => new(stream, fields) { UnaskedAttribute = name => metadata.Saw(stream, name) };

    private static (string? Cursor, string? Behind) PlaceOf(string? resume) =>
        resume?.LastIndexOf(Within) is >= 0 and var at ? (at == 0 ? null : resume[..at], resume[(at + 1)..]) : (resume, null);

    // A page that no longer shows the record is read whole once more.
    private static IReadOnlyList<AnsweredRow> Behind(AnsweredRows answer, IReadOnlyList<AnsweredRow> rows, string? id)
    {
        var last = id is null ? null : rows.FirstOrDefault(row => answer.IdOf(row) == id);
        return last is null ? rows : [.. rows.SkipWhile(row => row != last).Skip(1)];
    }

    private static string? Following(AnsweredRows answer, string? from) =>
        answer.Next is { } next && next == from ? throw new CrmContractException("Intercom's cursor leads back to the same page.") : answer.Next;

    /// <summary>The stamp of the last record, if all came in the order that was asked for; null otherwise. An order that is none would hide what lies behind the first
    /// older record, so the walk then goes on to the end.</summary>
    private static long? Descended(AnsweredRows answer, long? latest)
    {
        foreach (var row in answer.Rows)
        {
            if (row.ModifiedSeconds is { } stamp)
                latest = stamp <= latest ? stamp : null;
        }

        return latest;
    }
}
