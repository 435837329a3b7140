using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Queries and their pages (facts, section 3.1). Used under the org's lock.</summary>
internal sealed class QueryCalls(SalesforceOrg org, QueryEngine engine, Locators locators, Difficulties difficulties)
{
    public const string QueryEndpoint = "query";
    public const string QueryAllEndpoint = "query-all";
    public const string MoreEndpoint = "query-more";

    private const int UsualPage = 2_000;
    private const int LeastPage = 200;
    private const int PageOfLongTexts = 200;

    private readonly RowWriter writer = new(org, engine);

    /// <summary>Answers a query with its first page.</summary>
    /// <param name="session">Whose it is.</param>
    /// <param name="version">The API version as it stands in paths, such as <c>v67.0</c>.</param>
    public Answer Query(Call call, string session, string version, bool all)
    {
        if (call["explain"] is { Length: > 0 } explained)
            return Explain(engine.Prepare(explained));
        if (call["q"] is not { Length: > 0 } soql)
            throw Refusal.Bad("MALFORMED_QUERY", "A query string has to be specified");
        var query = engine.Prepare(soql);
        if (string.Equals(call["columns"], "true", StringComparison.OrdinalIgnoreCase))
            return ColumnMetadata.Of(query);
        var endpoint = all ? QueryAllEndpoint : QueryEndpoint;
        var view = View(query, endpoint);
        var cap = difficulties.Cap(endpoint, query.Table.Name);
        if (query.CountsOnly)
            return Counted(Capped(cap, engine.Count(query, view, all)));
        var rows = engine.Rows(query, view, all, difficulties.DisturbsOrder(endpoint, query.Table.Name)
            ? (list, order) => difficulties.Disturb(endpoint, query.Table.Name, list, order) : null);
        if (query.IsAggregate)
            return Aggregated(query, rows);
        var found = rows.ToList();
        Capped(cap, found.Count);
        var warned = cap is { Manner: CapManner.Header } && found.Count > cap.Limit;
        if (cap is { Manner: not CapManner.Error } && found.Count > cap.Limit)
            found.RemoveRange(cap.Limit, found.Count - cap.Limit);
        var size = PageSize(call, query, endpoint);
        if (found.Count <= size)
            return Warned(Page(query, found, found.Count, null, version, endpoint), warned);
        var opened = locators.Open(session, query, all, endpoint, found.ConvertAll(row => row.Record));
        var next = difficulties.Any && difficulties.Repeats(endpoint, query.Table.Name) ? 0 : size;
        return Warned(Page(query, found.Take(size), found.Count, $"{opened.Id}-{next}", version, endpoint), warned);
    }

    /// <summary>What is visible to a query: late writes are late where records are looked for, and there where their ids are named.</summary>
    private RecordView View(BoundQuery query, string endpoint) =>
        query.Where?.Ids is null ? difficulties.View(endpoint, query.Table.Name, org.Clock.Milliseconds) : default;

    private static Answer Warned(Answer answer, bool warned) =>
        warned ? answer with { Headers = [new("Warning", "199 - \"results are capped\"")] } : answer;

    /// <summary>Answers the page that a locator stands for.</summary>
    public Answer More(Call call, string session, string version, string locator)
    {
        var (open, from) = locators.Find(locator, session);
        var query = open.Query;
        var view = View(query, open.Endpoint);
        var size = PageSize(call, query, MoreEndpoint);
        var first = from > 0 && difficulties.Any && difficulties.Twice(MoreEndpoint, query.Table.Name) ? from - 1 : from;
        var until = Math.Min(from + size, open.Records.Count);
        var next = until < open.Records.Count ? $"{open.Id}-{until.ToString(CultureInfo.InvariantCulture)}" : null;
        if (next is not null && difficulties.Any && difficulties.Repeats(MoreEndpoint, query.Table.Name))
            next = locator;
        var rows = open.Records.Skip(first).Take(until - first)
            .Select(record => (Record: record, Version: view.See(record))).Where(each => each.Version is { } seen && QueryEngine.Shows(seen, open.All))
            .Select(each => new Row(query.Table, each.Record, each.Version!));
        return Page(query, rows, open.Records.Count, next, version, MoreEndpoint);
    }

    private Answer Page(BoundQuery query, IEnumerable<Row> rows, int total, string? next, string version, string endpoint)
    {
        var json = new JsonBytes(64 * 1024);
        json.Raw("{\"totalSize\":"u8).Number(total).Raw(next is null ? ",\"done\":true"u8 : ",\"done\":false"u8);
        if (next is not null)
            json.Raw(",\"nextRecordsUrl\":"u8).Text($"/services/data/{version}/query/{next}");
        json.Raw(",\"records\":["u8);
        var any = false;
        foreach (var row in rows)
        {
            json.Raw(any ? ","u8 : ""u8);
            any = true;
            writer.Write(json, row, query.Columns, version, difficulties.Any && difficulties.WithoutId(endpoint, query.Table.Name, row.Record.Id));
        }
        json.Raw("]}"u8);
        return Reply.Json(200, json);
    }

    private static Answer Counted(int count)
    {
        var json = new JsonBytes();
        json.Raw("{\"totalSize\":"u8).Number(count).Raw(",\"done\":true,\"records\":[]}"u8);
        return Reply.Json(200, json);
    }

    private Answer Aggregated(BoundQuery query, IEnumerable<Row> rows)
    {
        var groups = Aggregation.Of(org, query, rows);
        var json = new JsonBytes();
        json.Raw("{\"totalSize\":"u8).Number(groups.Count).Raw(",\"done\":true,\"records\":["u8);
        for (var i = 0; i < groups.Count; i++)
        {
            json.Raw(i > 0 ? ","u8 : ""u8).Raw("{\"attributes\":{\"type\":\"AggregateResult\"}"u8);
            for (var column = 0; column < query.Aggregates.Count; column++)
                json.Raw(","u8).Text(query.Aggregates[column].Name).Raw(":"u8).Raw(groups[i][column]);
            json.Raw("}"u8);
        }
        json.Raw("]}"u8);
        return Reply.Json(200, json);
    }

    private static int Capped(CapControl? cap, int count) => cap is { Manner: CapManner.Error } && count > cap.Limit
        ? throw Refusal.Bad("QUERY_TIMEOUT", "Your query request was running for too long.") : count;

    private int PageSize(Call call, BoundQuery query, string endpoint)
    {
        var size = UsualPage;
        if (call.Headers.GetValueOrDefault("Sforce-Query-Options") is { } options)
            foreach (var option in options.Split([',', ';'], StringSplitOptions.TrimEntries))
                if (option.StartsWith("batchSize=", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(option["batchSize=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
                    size = Math.Clamp(asked, LeastPage, UsualPage);
        if (query.LongTexts >= 2)
            size = Math.Min(size, PageOfLongTexts);
        return difficulties.PageSize(endpoint, query.Table.Name, size);
    }

    private static Answer Explain(BoundQuery query) => Reply.Json(200, new JsonObject
    {
        ["plans"] = new JsonArray(new JsonObject
        {
            ["cardinality"] = query.Table.LiveCount,
            ["fields"] = new JsonArray(),
            ["leadingOperationType"] = query.Where is null ? "TableScan" : "Index",
            ["notes"] = new JsonArray(),
            ["relativeCost"] = 1.0,
            ["sobjectCardinality"] = query.Table.LiveCount,
            ["sobjectType"] = query.Table.Name,
        }),
    });
}
