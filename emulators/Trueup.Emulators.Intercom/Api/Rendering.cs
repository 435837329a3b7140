using System.Globalization;
using System.Text;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Writes records and pages of them.</summary>
internal sealed class Rendering(IntercomWorkspace workspace, Difficulties difficulties)
{
    public Answer One(Request request, ObjectTable table, Record record, bool parts = false, int written = 0)
    {
        var json = new JsonBytes();
        Member.WriteAll(json, new Shown(workspace, table, record, record.Now, request.Api, Parts: parts, Merges: request.Call.Flag("include_merge_history")));
        return Reply.Json(json) with { Written = written };
    }

    /// <summary>A page of a walk by cursors (facts, section 3).</summary>
    public Answer Page(Request request, PageOrder order, Page page, string type, string member)
    {
        var json = new JsonBytes(256 + page.Hits.Count * 1536);
        Records(json, order.Endpoint, order.Table, page.Hits, request, type, member);
        json.Raw(",\"total_count\":"u8).Number(page.Total).Raw(",\"pages\":{\"type\":\"pages\",\"page\":"u8).Number(page.Number).Raw(",\"per_page\":"u8).Number(order.PerPage)
            .Raw(",\"total_pages\":"u8).Number(PagesOf(page.Total, order.PerPage));
        if (page.Next is { } next)
            json.Raw(",\"next\":{\"page\":"u8).Number(page.Number + 1).Raw(",\"per_page\":"u8).Number(order.PerPage).Raw(",\"starting_after\":"u8).Text(next).Raw("}"u8);
        json.Raw("}}"u8);
        var answer = Reply.Json(json);
        return page.Capped ? answer with { Headers = [new("Warning", "199 - \"results are capped\"")] } : answer;
    }

    /// <summary>A page by number, of which the next is an address (facts, section 3).</summary>
    /// <param name="next">The address of the next page; null after the last.</param>
    public Answer Numbered(Request request, string endpoint, ObjectTable table, IReadOnlyList<Hit> hits, int total, int page, int perPage, string? next, bool capped = false)
    {
        var json = new JsonBytes(256 + hits.Count * 1024);
        Records(json, endpoint, table, hits, request, "list", "data");
        json.Raw(",\"pages\":{\"type\":\"pages\",\"next\":"u8).Text(next).Raw(",\"page\":"u8).Number(page).Raw(",\"per_page\":"u8).Number(perPage)
            .Raw(",\"total_pages\":"u8).Number(PagesOf(total, perPage)).Raw("},\"total_count\":"u8).Number(total).Raw("}"u8);
        var answer = Reply.Json(json);
        return capped ? answer with { Headers = [new("Warning", "199 - \"results are capped\"")] } : answer;
    }

    /// <summary>A page of a scroll, which counts nothing.</summary>
    public Answer Scrolled(Request request, string endpoint, ObjectTable table, IReadOnlyList<Hit> hits, string? parameter)
    {
        var json = new JsonBytes(256 + hits.Count * 1024);
        Records(json, endpoint, table, hits, request, "list", "data");
        return Reply.Json(json.Raw(",\"pages\":null,\"total_count\":null,\"scroll_param\":"u8).Text(parameter).Raw("}"u8));
    }

    /// <summary>Every live record of a kind, in one answer.</summary>
    public Answer All(Request request, string endpoint, ObjectTable table, string type, string member, IEnumerable<Record>? records = null)
    {
        var view = difficulties.View(endpoint, table.Name, workspace.Clock.Milliseconds);
        var hits = new List<Hit>();
        foreach (var record in records ?? table.Records)
            if (view.See(record) is { Life: RecordLife.Live } version)
                hits.Add(new Hit(record, version, default, record.Id));
        difficulties.Disturb(endpoint, table.Name, hits, null);
        var json = new JsonBytes(256 + hits.Count * 256);
        Records(json, endpoint, table, hits, request, type, member);
        return Reply.Json(json.Raw("}"u8));
    }

    public static int PagesOf(int total, int perPage) => (total + perPage - 1) / perPage;

    // Leaves the object open.
    private void Records(JsonBytes json, string endpoint, ObjectTable table, IReadOnlyList<Hit> hits, Request request, string type, string member)
    {
        var merges = request.Call.Flag("include_merge_history");
        json.Raw("{\"type\":"u8).Text(type).Raw(",\""u8).Raw(Encoding.ASCII.GetBytes(member)).Raw("\":["u8);
        for (var i = 0; i < hits.Count; i++)
            Member.WriteAll(json.Raw(i > 0 ? ","u8 : ""u8), new Shown(workspace, table, hits[i].Record, hits[i].Version, request.Api, Merges: merges),
                difficulties.Any && difficulties.WithoutId(endpoint, table.Name, hits[i].Record.Id));
        json.Raw("]"u8);
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
