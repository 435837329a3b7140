using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Trueup.Bench.HubSpot;

/// <summary>Serves the benchmark's contacts as HubSpot would, from pages rendered beforehand, so that the CRM's side costs next to nothing.</summary>
internal static class Portal
{
    /// <summary>Runs until the process ends. Prints its address once the pages are rendered.</summary>
    public static async Task ServeAsync(int records)
    {
        var source = new Contacts(records);
        var changed = new ConcurrentDictionary<int, DateTimeOffset>();
        var pages = new byte[(records + Contacts.RecordsPerPage - 1) / Contacts.RecordsPerPage][];
        Parallel.For(0, pages.Length, page => pages[page] = source.RenderPage(page, index => StampOf(index, changed)));
        await CrmServer.RunAsync(app => Map(app, source, changed, pages), Name,
        [
            new("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"), new("X-HubSpot-RateLimit-Max", "10000000"), new("X-HubSpot-RateLimit-Remaining", "9999999"),
        ]);
    }

    private static void Map(WebApplication app, Contacts source, ConcurrentDictionary<int, DateTimeOffset> changed, byte[][] pages)
    {
        app.MapGet("/account-info/v3/details", () => CrmServer.Json("""{"portalId":1,"accountType":"STANDARD","timeZone":"Europe/Berlin","uiDomain":"app.hubspot.com"}"""));
        app.MapGet("/crm-object-schemas/v3/schemas", () => CrmServer.Json("""{"results":[]}"""));
        app.MapGet("/crm/v3/owners", () => CrmServer.Json("""{"results":[]}"""));
        app.MapGet("/crm/v3/pipelines/{type}", (string type) => CrmServer.Json("""{"results":[]}"""));
        app.MapGet("/crm/v3/properties/{type}", (string type) => CrmServer.Json(Properties(type)));
        app.MapGet("/crm/v3/limits/records", () => CrmServer.Json($$$"""{"hubspotDefinedObjectTypes":[{"objectTypeId":"0-1","usage":{{{source.Count}}}}],"customObjectTypes":{"byObjectType":[]}}"""));
        app.MapGet("/crm/v3/objects/{type}", async (HttpContext context, string type, string? after, string? archived) =>
        {
            var page = after is null ? 0 : Contacts.IndexOf(long.Parse(after, CultureInfo.InvariantCulture)) / Contacts.RecordsPerPage;
            var isContacts = type is "contacts" or "0-1" && archived != "true";
            await SendAsync(context, isContacts && pages.Length > 0 ? pages[page] : Empty);
        });
        app.MapPost("/crm/v3/objects/{type}/search", async (HttpContext context, string type) =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            await SendAsync(context, type is "contacts" or "0-1" ? Search(body.RootElement, source, changed) : "{\"total\":0,\"results\":[]}"u8.ToArray());
        });
        app.MapPost("/crm/v4/associations/{from}/{to}/batch/read", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.StatusCode = 207;
            await SendAsync(context, NoAssociations(body.GetBuffer().AsSpan(0, (int)body.Length)));
        });
        app.MapPost("/_bench/change", (int count) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            for (var index = 0; index < count; index++)
                changed[(int)((long)index * source.Count / count)] = now;
            foreach (var page in changed.Keys.Select(index => index / Contacts.RecordsPerPage).Distinct())
                pages[page] = source.RenderPage(page, index => StampOf(index, changed));
        });
    }

    private static DateTimeOffset StampOf(int index, ConcurrentDictionary<int, DateTimeOffset> changed) =>
        changed.TryGetValue(index, out var stamp) ? stamp : Contacts.StampOf(index);

    private static readonly byte[] Empty = "{\"results\":[]}"u8.ToArray();

    private static string Name(HttpRequest request) =>
        $"{request.Method} {request.Path.Value}{(request.Query["archived"] == "true" ? "?archived" : "")}";

    private static async Task SendAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json;charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }

    /// <summary>Answers that no source has links, at the cost of copying bytes.</summary>
    private static byte[] NoAssociations(ReadOnlySpan<byte> query)
    {
        var answer = new ArrayBufferWriter<byte>(query.Length * 10);
        answer.Write("{\"status\":\"COMPLETE\",\"results\":[],\"errors\":["u8);
        var reader = new Utf8JsonReader(query);
        var errors = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("id"u8))
                continue;
            reader.Read();
            answer.Write(errors++ == 0 ? ""u8 : ","u8);
            answer.Write("{\"status\":\"error\",\"category\":\"OBJECT_NOT_FOUND\",\"subCategory\":\"crm.associations.NO_ASSOCIATIONS_FOUND\",\"context\":{\"fromObjectId\":[\""u8);
            answer.Write(reader.ValueSpan);
            answer.Write("\"]}}"u8);
        }

        answer.Write("],\"numErrors\":"u8);
        answer.Write(Encoding.UTF8.GetBytes(errors.ToString(CultureInfo.InvariantCulture)));
        answer.Write("}"u8);
        return answer.WrittenSpan.ToArray();
    }

    private static string Properties(string type)
    {
        IEnumerable<string> names = type is "contacts" or "0-1" ? Contacts.PropertyNames : ["hs_object_id", "hs_lastmodifieddate"];
        var definitions = names.Select(name =>
            $$"""{"name":"{{name}}","label":"{{name}}","type":"{{(name is "score" ? "number" : "string")}}","fieldType":"text","options":[],"calculated":false,"archived":false,"hasUniqueValue":false}""");
        return $$"""{"results":[{{string.Join(',', definitions)}}]}""";
    }

    private static byte[] Search(JsonElement query, Contacts source, ConcurrentDictionary<int, DateTimeOffset> changed)
    {
        long since = long.MinValue, until = long.MaxValue, after = 0;
        if (query.TryGetProperty("filterGroups", out var groups) && groups.GetArrayLength() > 0)
        {
            foreach (var filter in groups[0].GetProperty("filters").EnumerateArray())
            {
                var value = long.Parse(filter.GetProperty("value").GetString() ?? "0", CultureInfo.InvariantCulture);
                switch (filter.GetProperty("operator").GetString())
                {
                    case "BETWEEN":
                        (since, until) = (value, long.Parse(filter.GetProperty("highValue").GetString() ?? "0", CultureInfo.InvariantCulture));
                        break;
                    case "GTE":
                        since = value;
                        break;
                    case "LTE":
                        until = value;
                        break;
                    case "GT":
                        after = value;
                        break;
                }
            }
        }

        var limit = query.TryGetProperty("limit", out var most) ? most.GetInt32() : 10;
        var isWindow = since > long.MinValue;
        var all = isWindow
            ? changed.Where(pair => pair.Value.ToUnixTimeMilliseconds() is var stamp && stamp >= since && stamp <= until).Select(pair => pair.Key).Order().ToList()
            : [];
        var matches = all.Where(index => Contacts.IdOf(index) > after).ToList();
        var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("total", isWindow ? matches.Count : source.Count);
            json.WriteStartArray("results");
            foreach (var index in matches.Take(limit))
                Contacts.Write(json, index, changed[index]);
            json.WriteEndArray();
            if (matches.Count > limit)
                json.WritePropertyName("paging");
            if (matches.Count > limit)
                json.WriteRawValue(Encoding.UTF8.GetBytes($$$"""{"next":{"after":"{{{limit}}}"}}"""));
            json.WriteEndObject();
        }

        return output.ToArray();
    }
}
