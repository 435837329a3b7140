using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Trueup.Bench.Salesforce;

/// <summary>Serves the benchmark's contacts as Salesforce would, from a bulk result rendered beforehand.</summary>
/// <remarks>A bulk job is done when it is first asked about: what Salesforce takes to make its result is not ours to measure.</remarks>
internal sealed class Org
{
    private const string Data = "/services/data/v67.0";
    private const string Job = "7505e00000XyZabAAF";
    private const string Token = "00D5e000000HEcP!AQEAQ.benchmark";

    // What fits one answer to a query.
    private const int MostChanges = 2_000;

    private readonly ConcurrentDictionary<int, DateTimeOffset> changed = new();
    private readonly int records;
    private readonly BulkResult result;

    private Org(int records)
    {
        this.records = records;
        result = new BulkResult(records, StampOf);
    }

    /// <summary>Runs until the process ends. Prints its address once the result is rendered.</summary>
    public static Task ServeAsync(int records)
    {
        var org = new Org(records);
        return CrmServer.RunAsync(org.Map, Name, [new("Sforce-Limit-Info", "api-usage=1/10000000")]);
    }

    private void Map(WebApplication app)
    {
        app.MapPost("/services/oauth2/token", (HttpRequest request) => CrmServer.Json(
            $$"""{"access_token":"{{Token}}","instance_url":"http://{{request.Host}}","id":"http://{{request.Host}}/id/00D5e000000HEcPEAW/0055e000008VbYtAAK","token_type":"Bearer"}"""));
        app.MapGet($"{Data}/sobjects", (HttpRequest request) => IsConditional(request) ? Results.StatusCode(304) : CrmServer.Json(Descriptions.All));
        app.MapGet($"{Data}/sobjects/{{name}}/describe", (HttpRequest request, string name) =>
            IsConditional(request) ? Results.StatusCode(304) : CrmServer.Json(Descriptions.Of(name).ToJsonString()));
        app.MapGet($"{Data}/sobjects/{{name}}/deleted", (string end) => CrmServer.Json(
            $$"""{"deletedRecords":[],"earliestDateAvailable":"2025-01-01T00:00:00.000+0000","latestDateCovered":"{{end.Replace("+00:00", ".000+0000", StringComparison.Ordinal)}}"}"""));
        app.MapPost($"{Data}/composite", async (HttpRequest request) =>
            CrmServer.Json(Described(await JsonNode.ParseAsync(request.Body) ?? throw new BadHttpRequestException("no body")).ToJsonString()));
        app.MapGet($"{Data}/limits/recordCount", () => CrmServer.Json(
            $$"""{"sObjects":[{{string.Join(',', Descriptions.Names.Select(name => $$"""{"count":{{(name == "Contact" ? records : 0)}},"name":"{{name}}"}"""))}}]}"""));
        app.MapGet($"{Data}/query", (string q) => Answer(Query.Parse(q)));
        app.MapGet($"{Data}/queryAll", (string q) => Answer(Query.Parse(q)));
        app.MapPost($"{Data}/jobs/query", async (HttpRequest request) => CreateJob(await JsonDocument.ParseAsync(request.Body)));
        app.MapGet($"{Data}/jobs/query/{Job}", () => CrmServer.Json(JobInfo("JobComplete")));
        app.MapGet($"{Data}/jobs/query/{Job}/results", (HttpContext context, int maxRecords, string? locator) => result.SendAsync(context, maxRecords, locator));
        app.MapPost("/_bench/change", (int count) =>
        {
            if (count > MostChanges)
                return Results.BadRequest();
            // Stamps have whole seconds.
            var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
            for (var index = 0; index < count; index++)
                changed[(int)((long)index * records / count)] = now;
            return Results.Ok();
        });
    }

    private static string Name(HttpRequest request) => request.Query["q"] is [{ } soql]
        ? $"{request.Method} query {Query.Parse(soql).Object}"
        : $"{request.Method} {request.Path.Value}";

    private static bool IsConditional(HttpRequest request) => request.Headers.IfModifiedSince.Count > 0;

    private static JsonNode Described(JsonNode composite)
    {
        var answers = new JsonArray();
        foreach (var part in composite["compositeRequest"]!.AsArray())
        {
            var isKnown = part!["httpHeaders"]?["If-Modified-Since"] is not null;
            var name = part["url"]!.GetValue<string>().Split('/')[^2];
            answers.Add(new JsonObject
            {
                ["body"] = isKnown ? null : Descriptions.Of(name), ["httpHeaders"] = new JsonObject(), ["httpStatusCode"] = isKnown ? 304 : 200,
                ["referenceId"] = part["referenceId"]!.GetValue<string>(),
            });
        }

        return new JsonObject { ["compositeResponse"] = answers };
    }

    private DateTimeOffset StampOf(int index) => changed.TryGetValue(index, out var stamp) ? stamp : Contacts.Stamp(index);

    private IResult Answer(Query query)
    {
        if (query.Object == "Organization")
            return CrmServer.Json($$"""{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Organization"},"Id":"00D5e000000HEcPEAW","Name":"Benchmark","TimeZoneSidKey":"Europe/Berlin"}]}""");
        if (query.Counts)
            return CrmServer.Json($$"""{"totalSize":{{(query.Object == "Contact" ? records : 0)}},"done":true,"records":[]}""");
        if (query.Object != "Contact" || query.AsksForDeleted)
            return CrmServer.Json("""{"totalSize":0,"done":true,"records":[]}""");
        if (query is not { SelectsWholeContacts: true, Window: var (from, to) })
            throw new FormatException($"The benchmark's org does not know this query: {query}");
        int[] within = [.. changed.Where(each => each.Value >= from && each.Value <= to).Select(each => each.Key).Order()];
        return Results.Bytes(Contacts.Answer(within, StampOf), "application/json;charset=utf-8");
    }

    private IResult CreateJob(JsonDocument asked)
    {
        using var document = asked;
        var query = Query.Parse(document.RootElement.GetProperty("query").GetString()!);
        if (query is not { SelectsWholeContacts: true, Condition: "" })
            throw new FormatException($"The benchmark's org does not know this query: {query}");

        // A result is that of the moment in which its job was made.
        result.Refresh(changed.Keys, StampOf);
        return CrmServer.Json(JobInfo("UploadComplete"));
    }

    private string JobInfo(string state) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"id":"{{Job}}","operation":"query","object":"Contact","state":"{{state}}","contentType":"CSV","apiVersion":67.0,"jobType":"V2Query","lineEnding":"LF","columnDelimiter":"COMMA","numberRecordsProcessed":{{records}}}""");
}
