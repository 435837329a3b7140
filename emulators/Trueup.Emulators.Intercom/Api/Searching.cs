using System.Text.Json;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Lists by cursor and searches of every kind of record (facts, sections 3 and 4).</summary>
internal sealed class Searching(IntercomWorkspace workspace, Rendering rendering, Walks walks, DayRule days)
{
    private const int Most = 150;

    private readonly SearchFields fields = new(workspace);

    public Answer List(Request request, ObjectTable table, int perPage, string type, string member)
    {
        var call = request.Call;
        var order = new PageOrder("list", table, "", null, SortOrder.NewestFirst, call["starting_after"], Body.Number(call["per_page"], "per_page", perPage, Most));
        return rendering.Page(request, order, walks.Read(order), type, member);
    }

    /// <param name="also">What is asked for beside the query; null for nothing.</param>
    public Answer Search(Request request, ObjectTable table, int perPage, string type, string member, Condition? also = null)
    {
        var body = Body.Parse(request.Call);
        if (body.Get("query") is not { } query)
            throw Refusal.Missing("query");
        var condition = new SearchQuery(fields, table, request.Api, days).Read(query);
        var pagination = body.Get("pagination") ?? default;
        var order = new PageOrder("search", table, $"{query} {body.Get("sort")} {request.Api.Number}",
            also is null ? condition : (record, version) => also(record, version) && condition(record, version),
            Order(request, table, body), pagination.Text("starting_after"), Body.Number(pagination.Text("per_page"), "per_page", perPage, Most));
        return rendering.Page(request, order, walks.Read(order), type, member);
    }

    private SortOrder Order(Request request, ObjectTable table, JsonElement body)
    {
        if (body.Get("sort") is not { } sort)
            return SortOrder.Arbitrary;
        var word = sort.Text("order");
        // Earlier versions take any word, and do as they please with it.
        if (word is not (null or "ascending" or "descending") && request.Api.Has16)
            throw new Refusal(400, "invalid_sort_order", $"Invalid sort order '{word}'. Must be one of: ascending, descending", "order");
        if (sort.Text("field") is not { Length: > 0 } name)
            return SortOrder.Arbitrary;
        var field = fields.Find(table, name) is { Ids: null } found ? found : throw new Refusal(400, "invalid_field", $"{name} is not a sortable field", "field");
        return SortOrder.By(field, word != "ascending");
    }
}
