using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Search;

/// <summary>Answers searches and cursor lists, page after page.</summary>
/// <remarks>What a search found is kept while nothing is written, so that the next page of many need not be found and sorted anew.</remarks>
internal sealed class Searches(IntercomWorkspace workspace, Rendering rendering, Difficulties difficulties)
{
    private const int MostPerPage = 150;

    private string? keptKey;
    private List<SearchRow> kept = [];

    /// <summary>A page of a search.</summary>
    public JsonObject Search(Request request, ObjectTable table, int usualPage, string listMember, string listType, Func<SearchRow, JsonNode> show)
    {
        var body = Body.Parse(request.Call);
        var query = SearchQuery.Parse(body, table, request.Version, workspace);
        var pagination = body["pagination"] as JsonObject;
        var size = Body.Number(pagination?["per_page"]?.ToString(), "per_page", usualPage, MostPerPage);
        var asked = $"{table.Name} {request.Version} {body["query"]!.ToJsonString()} {body["sort"]?.ToJsonString()}";
        return Page("search", table, asked, query, size, pagination?.Text("starting_after"), listMember, listType, show);
    }

    /// <summary>A page of everything.</summary>
    public JsonObject List(Request request, ObjectTable table, int usualPage, string listMember, string listType, Func<SearchRow, JsonNode> show)
    {
        var size = Body.Number(request.Call["per_page"], "per_page", usualPage, MostPerPage);
        return Page("list", table, $"{table.Name} all", null, size, request.Call["starting_after"], listMember, listType, show);
    }

    private JsonObject Page(
        string endpoint, ObjectTable table, string asked, SearchQuery? query, int asksFor, string? cursor, string listMember, string listType, Func<SearchRow, JsonNode> show)
    {
        var rows = Found(endpoint, table, asked, query);
        var hash = Hash(asked);
        var after = cursor is null ? null : Cursor.Read(cursor, hash);
        var start = after is null or { IsBeginning: true } ? 0 : rows.FindIndex(row => IsAfter(row, after, query)) is >= 0 and var first ? first : rows.Count;
        if (difficulties.Twice(endpoint, table.Name) && start > 0)
            start--;
        var size = difficulties.PageSize(endpoint, table.Name, asksFor);
        var reachable = rows.Count;
        if (difficulties.Cap(endpoint, table.Name) is { } cap && start + size > cap.Limit)
        {
            if (cap.Manner == CapManner.Error && start >= cap.Limit)
                throw Refusal.Invalid("page limit reached", "bad_request");
            (size, reachable) = cap.Manner == CapManner.Error ? (cap.Limit - start, reachable) : (size, Math.Min(rows.Count, cap.Limit));
        }

        var page = rows.Skip(start).Take(Math.Min(size, Math.Max(0, reachable - start))).ToList();
        var isLast = start + page.Count >= reachable;
        var last = page.Count == 0 ? null : page[^1];
        if (difficulties.DisturbsOrder(endpoint, table.Name))
            difficulties.Disturb(endpoint, table.Name, page, (left, right) => query is null ? 0 : CompareStamps(left, right, query));
        var next = difficulties.Repeats(endpoint, table.Name) && cursor is not null ? cursor
            : isLast ? null
            : last is null ? Cursor.Empty(hash, after)
            : Cursor.Of(hash, query is null ? "" : last[query.SortField]?.ToString() ?? "", last.Record.Id);
        var number = (start / Math.Max(1, asksFor)) + 1;
        var pages = new JsonObject
        {
            ["type"] = "pages", ["page"] = number, ["per_page"] = asksFor, ["total_pages"] = (rows.Count + asksFor - 1) / asksFor,
        };
        if (next is not null)
            pages["next"] = new JsonObject { ["page"] = number + 1, ["starting_after"] = next };
        var items = new JsonArray();
        foreach (var row in page)
        {
            var shown = show(row);
            if (difficulties.Any && difficulties.WithoutId(endpoint, table.Name, row.Record.Id))
                shown.AsObject().Remove("id");
            items.Add(shown);
        }

        return new JsonObject { ["type"] = listType, [listMember] = items, ["total_count"] = rows.Count, ["pages"] = pages };
    }

    private List<SearchRow> Found(string endpoint, ObjectTable table, string asked, SearchQuery? query)
    {
        var view = difficulties.View(endpoint, table.Name, workspace.Now);
        var key = view.IsCurrent ? $"{asked} {workspace.Tables.Sum(each => each.Version)}" : null;
        if (key is not null && key == keptKey)
            return kept;
        var rows = new List<SearchRow>();
        foreach (var record in table.Records)
        {
            if (view.See(record) is not { Life: RecordLife.Live } version || record.Now.Life == RecordLife.Gone && view.IsCurrent)
                continue;
            if (table == workspace.Companies && workspace.UsersOf(record) == 0)
                continue;

            // The index finds by what it knows, and shows what is.
            var row = new SearchRow(table, record, version, rendering);
            if (query?.Matches(row) != false)
                rows.Add(row);
        }

        if (query is not null)
            rows.Sort(query.Compare);
        (keptKey, kept) = (key, rows);
        return rows;
    }

    private static bool IsAfter(SearchRow row, Cursor cursor, SearchQuery? query)
    {
        if (query is null)
            return row.Record.Id > cursor.Id;
        var value = row[query.SortField]?.ToString() ?? "";
        var order = decimal.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var own)
            && decimal.TryParse(cursor.Value, System.Globalization.CultureInfo.InvariantCulture, out var other)
            ? own.CompareTo(other) : string.CompareOrdinal(value, cursor.Value);
        order = order != 0 ? order : row.Record.Id.CompareTo(cursor.Id);
        return query.Descending ? order < 0 : order > 0;
    }

    private static int CompareStamps(SearchRow left, SearchRow right, SearchQuery query)
    {
        var order = string.CompareOrdinal(left[query.SortField]?.ToString(), right[query.SortField]?.ToString());
        return query.Descending ? -order : order;
    }

    private static string Hash(string text) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    /// <summary>Where a page ended.</summary>
    /// <param name="Value">The sort field's value of its last record.</param>
    /// <param name="Id">That record.</param>
    /// <param name="Empties">Empty pages since then.</param>
    /// <param name="IsBeginning">Whether no record has come yet.</param>
    private sealed record Cursor(string Value, long Id, int Empties = 0, bool IsBeginning = false)
    {
        public static string Of(string hash, string value, long id) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new object[] { value, id, hash }));

        /// <summary>A cursor behind an empty page in the middle: it leads where that page would have begun, and is another one each time.</summary>
        public static string Empty(string hash, Cursor? after) =>
            Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new object[] { after?.Value ?? "", after?.Id ?? 0, hash, (after?.Empties ?? 0) + 1, after?.IsBeginning ?? true }));

        /// <exception cref="Refusal">It is none, or one of another search.</exception>
        public static Cursor Read(string text, string hash)
        {
            try
            {
                using var parts = JsonDocument.Parse(Convert.FromBase64String(text));
                var root = parts.RootElement;
                if (root[2].GetString() == hash)
                    return new Cursor(
                        root[0].GetString()!, root[1].GetInt64(), root.GetArrayLength() > 3 ? root[3].GetInt32() : 0, root.GetArrayLength() > 4 && root[4].GetBoolean());
            }
            catch (Exception invalid) when (invalid is FormatException or JsonException or InvalidOperationException or IndexOutOfRangeException)
            {
                // Refused below, with those of other searches.
            }

            throw Refusal.Invalid("starting_after is not a cursor of this list");
        }
    }
}
