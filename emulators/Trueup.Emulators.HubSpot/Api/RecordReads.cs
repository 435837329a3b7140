using System.Globalization;
using System.Text;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>List, get and batch read (facts, sections 3.1, 3.3, 3.4). Used under the portal's lock.</summary>
internal sealed class RecordReads(HubSpotPortal portal, Difficulties difficulties, bool preRenderPages)
{
    public const int MostPerPage = 100;
    private const int MostWithHistory = 50;
    private const int MostInBatch = 100;
    private const int InlineLinks = 100;
    private const int BlockBytes = 64 * 1024 * 1024;

    private readonly Dictionary<string, (long Records, int Properties, ReadOnlyMemory<byte> Body)> rendered = [];

    private Memory<byte> block;

    public Answer List(Call call, ObjectTable table, string endpoint)
    {
        var cacheable = preRenderPages && !difficulties.Any;
        if (cacheable && rendered.TryGetValue(call.Path + call.QueryText, out var page)
            && page.Records == table.Version && page.Properties == table.Properties.Version)
            return new Answer(200, page.Body, Refusal.Json);
        var answer = RenderList(call, table, endpoint);
        if (cacheable)
            rendered[call.Path + call.QueryText] = (table.Version, table.Properties.Version, Kept(answer.Body.Span));
        return answer;
    }

    // Kept pages lie in few large blocks: thousands of large arrays would each cost the collector a look at every record.
    private ReadOnlyMemory<byte> Kept(ReadOnlySpan<byte> page)
    {
        if (block.Length < page.Length)
            block = new byte[Math.Max(BlockBytes, page.Length)];
        var kept = block[..page.Length];
        page.CopyTo(kept.Span);
        block = block[page.Length..];
        return kept;
    }

    private Answer RenderList(Call call, ObjectTable table, string endpoint)
    {
        var history = call.List("propertiesWithHistory");
        var asked = call.Number("limit", 10, history.Count > 0 ? MostWithHistory : MostPerPage);
        var limit = difficulties.PageSize(endpoint, table.Stream, asked);
        var after = call["after"] is { Length: > 0 } text
            ? Body.Id(text) ?? throw Refusal.Invalid($"Invalid value '{text}' for parameter after.")
            : 0;
        var selection = RecordWriter.Select(table, call.List("properties"));
        var inline = InlineTables(call);
        var view = difficulties.View(endpoint, table.Stream, portal.Clock.Milliseconds);
        var wanted = call.Flag("archived") ? RecordLife.Archived : RecordLife.Live;

        var twice = after > 0 && difficulties.Twice(endpoint, table.Stream);
        var found = new List<(Record Record, RecordVersion Version)>(limit + 1);
        foreach (var record in From(table, after, wanted, view.IsCurrent, twice))
        {
            if (view.See(record) is { } version && version.Life == wanted)
                found.Add((record, version));
            if (found.Count > limit)
                break;
        }
        var next = found.Count > limit ? found[limit].Record.Id.ToString(CultureInfo.InvariantCulture) : null;
        if (next is not null)
            found.RemoveAt(limit);
        if (next is not null && found.Count == 0)
            next = "0" + (call["after"] ?? "0");
        if (difficulties.Any && next is not null && difficulties.Repeats(endpoint, table.Stream))
            next = call["after"] ?? (found.Count == 0 ? "0" : found[0].Record.Id.ToString(CultureInfo.InvariantCulture));
        var warned = false;
        if (difficulties.Cap(endpoint, table.Stream) is { } cap && after > 0 && table.PositionOf(after) + limit >= cap.Limit)
        {
            if (cap.Manner == CapManner.Error)
                throw Refusal.Invalid($"Paging past {cap.Limit} records is not supported.");
            (next, warned) = (null, cap.Manner == CapManner.Header);
        }
        difficulties.Disturb(endpoint, table.Stream, found, static (left, right) => left.Record.Id.CompareTo(right.Record.Id));

        var json = new JsonBytes(256 + found.Count * 1024);
        json.Raw("{\"results\":["u8);
        for (var i = 0; i < found.Count; i++)
        {
            var (record, version) = found[i];
            if (i > 0)
                json.Raw(","u8);
            RecordWriter.Write(json, portal, table, record, version, selection,
                difficulties.Any && difficulties.WithoutId(endpoint, table.Stream, record.Id), More(table, record, version, history, inline));
        }
        json.Raw("]"u8);
        WritePaging(json, call, next);
        json.Raw("}"u8);
        var answer = Reply.Json(200, json);
        return warned ? answer with { Headers = [new("Warning", "199 - \"results are capped\"")] } : answer;
    }

    private static IEnumerable<Record> From(ObjectTable table, long after, RecordLife wanted, bool current, bool twice)
    {
        if (wanted == RecordLife.Archived && current)
        {
            foreach (var id in table.ArchivedFrom(after))
                if (table.TryGet(id, out var record))
                    yield return record;
            yield break;
        }
        var start = after == 0 ? 0 : table.PositionOf(after);
        if (twice)
            while (start > 0 && table.Records[--start].Now.Life != wanted)
            {
                // Back to the last record of the page before.
            }
        for (var i = start; i < table.Records.Count; i++)
            yield return table.Records[i];
    }

    public Answer Get(Call call, ObjectTable table, string id)
    {
        var idProperty = call["idProperty"];
        var record = idProperty is { Length: > 0 } and not "hs_object_id"
            ? table.FindUnique(UniqueProperty(table, idProperty), id)
            : Body.Id(id) is { } number ? HubSpotPortal.Resolve(table, number)
            : throw Refusal.Of(404, "Object not found.  objectId are usually numeric.", "OBJECT_NOT_FOUND");
        var wanted = call.Flag("archived") ? RecordLife.Archived : RecordLife.Live;
        if (record is null || record.Now.Life != wanted)
            throw Refusal.NotFound();
        var json = new JsonBytes();
        RecordWriter.Write(json, portal, table, record, record.Now, RecordWriter.Select(table, call.List("properties")),
            more: More(table, record, record.Now, call.List("propertiesWithHistory"), InlineTables(call)));
        return Reply.Json(200, json);
    }

    public Answer BatchRead(Call call, ObjectTable table)
    {
        var started = portal.Clock.Milliseconds;
        var body = Body.Parse(call);
        var inputs = body.Inputs(MostInBatch);
        var history = body.Texts("propertiesWithHistory");
        if (history.Length > 0 && inputs.Count > MostWithHistory)
            throw Refusal.Invalid($"The maximum number of inputs with property history is {MostWithHistory}. The request has {inputs.Count}.");
        var property = body.Text("idProperty") is { Length: > 0 } name && name != "hs_object_id" ? UniqueProperty(table, name) : null;
        var wanted = call.Flag("archived") ? RecordLife.Archived : RecordLife.Live;
        var selection = RecordWriter.Select(table, body.Texts("properties"));
        var (missing, failed) = (new List<string>(), new List<string>());
        var json = new JsonBytes(256 + inputs.Count * 1024);
        json.Raw("{\"status\":\"COMPLETE\",\"results\":["u8);
        var seen = new HashSet<long>();
        foreach (var id in inputs.Select(input => input.Text("id") ?? ""))
        {
            if (difficulties.Any && difficulties.Fails("batch-read", table.Stream))
            {
                failed.Add(id);
                continue;
            }
            Record? record = null;
            if (property is not null)
                record = table.FindUnique(property, id);
            else if (Body.Id(id) is { } number)
                table.TryGet(number, out record);
            if (record is null || record.Now.Life != wanted)
            {
                missing.Add(id);
                continue;
            }
            if (!seen.Add(record.Id))
                continue;
            if (seen.Count > 1)
                json.Raw(","u8);
            RecordWriter.Write(json, portal, table, record, record.Now, selection,
                difficulties.Any && difficulties.WithoutId("batch-read", table.Stream, record.Id), More(table, record, record.Now, history, []));
        }
        json.Raw("]"u8);
        WriteErrors(json, table, missing, failed);
        json.Raw(",\"startedAt\":"u8).Stamp(started).Raw(",\"completedAt\":"u8).Stamp(portal.Clock.Milliseconds).Raw("}"u8);
        return Reply.Json(missing.Count + failed.Count > 0 ? 207 : 200, json);
    }

    private static void WriteErrors(JsonBytes json, ObjectTable table, List<string> missing, List<string> failed)
    {
        var errors = new List<(string Category, string Message, List<string> Ids)>();
        if (missing.Count > 0)
            errors.Add(("OBJECT_NOT_FOUND", $"Could not get some {table.Type.ErrorName} objects, they may be deleted or not exist. Check that ids are valid.", missing));
        if (failed.Count > 0)
            errors.Add(("INTERNAL_ERROR", $"There was an internal error while reading some {table.Type.ErrorName} objects.", failed));
        if (errors.Count == 0)
            return;
        json.Raw(",\"numErrors\":"u8).Number(errors.Count).Raw(",\"errors\":["u8);
        for (var error = 0; error < errors.Count; error++)
        {
            var (category, message, ids) = errors[error];
            json.Raw(error > 0 ? ","u8 : ""u8).Raw("{\"status\":\"error\",\"category\":"u8).Text(category).Raw(",\"message\":"u8).Text(message)
                .Raw(",\"context\":{\"ids\":["u8);
            for (var id = 0; id < ids.Count; id++)
                json.Raw(id > 0 ? ","u8 : ""u8).Text(ids[id]);
            json.Raw("]}}"u8);
        }
        json.Raw("]"u8);
    }

    internal static PropertyDefinition UniqueProperty(ObjectTable table, string name) =>
        table.Properties.FindReadable(name) is { Unique: true } property
            ? property
            : throw Refusal.Invalid($"Unable to perform read by non-unique {table.Type.TypeId} property {name}");

    internal static void WritePaging(JsonBytes json, Call call, string? next)
    {
        if (next is null)
            return;
        var link = new StringBuilder("https://api.hubapi.com").Append(call.Path).Append('?');
        foreach (var pair in call.Query.Where(pair => pair.Key != "after"))
            link.Append(Uri.EscapeDataString(pair.Key)).Append('=').Append(Uri.EscapeDataString(pair.Value)).Append('&');
        json.Raw(",\"paging\":{\"next\":{\"after\":"u8).Text(next).Raw(",\"link\":"u8).Text($"{link}after={next}").Raw("}}"u8);
    }

    private List<ObjectTable> InlineTables(Call call) =>
        [.. call.List("associations").Select(name => portal.Find(name) ?? throw Refusal.UnknownType(name))];

    private Action<JsonBytes>? More(
        ObjectTable table, Record record, RecordVersion version, IReadOnlyList<string> history, List<ObjectTable> inline) =>
        history.Count == 0 && inline.Count == 0 ? null : json =>
        {
            if (history.Count > 0)
                WriteHistory(json, table, record, version, history);
            if (inline.Count > 0)
                WriteInline(json, table, record, inline);
        };

    // The emulator keeps no history: the present value stands as its only entry.
    private static void WriteHistory(JsonBytes json, ObjectTable table, Record record, RecordVersion version, IReadOnlyList<string> names)
    {
        json.Raw(",\"propertiesWithHistory\":{"u8);
        var first = true;
        foreach (var property in names.Select(table.Properties.FindReadable).OfType<PropertyDefinition>())
        {
            json.Raw(first ? ""u8 : ","u8).Raw(property.Key).Raw("["u8);
            first = false;
            if (RecordWriter.Value(record, version, property) is { } value)
                json.Raw("{\"value\":"u8).Text(value).Raw(",\"timestamp\":"u8).Stamp(version.Modified)
                    .Raw(",\"sourceType\":\"CRM_UI\",\"sourceId\":\"userId:71003321\",\"updatedByUserId\":71003321}"u8);
            json.Raw("]"u8);
        }
        json.Raw("}"u8);
    }

    private void WriteInline(JsonBytes json, ObjectTable table, Record record, List<ObjectTable> inline)
    {
        var any = false;
        foreach (var to in inline)
        {
            var links = portal.Links.From(table.Type, record.Id, to.Type)
                .Where(link => to.TryGet(link.To, out var target) && target.Now.Life == RecordLife.Live).ToList();
            if (links.Count == 0)
                continue;
            json.Raw(any ? ","u8 : ",\"associations\":{"u8).Text(to.Type.Name).Raw(":{\"results\":["u8);
            any = true;
            for (var i = 0; i < Math.Min(InlineLinks, links.Count); i++)
                json.Raw(i > 0 ? ","u8 : ""u8).Raw("{\"id\":\""u8).Number(links[i].To).Raw("\",\"type\":"u8).Text(NameOf(links[i].Type)).Raw("}"u8);
            json.Raw("]"u8);
            if (links.Count > InlineLinks)
                json.Raw(",\"paging\":{\"next\":{\"after\":\""u8).Number(links[InlineLinks].To).Raw("\"}}"u8);
            json.Raw("}"u8);
        }
        if (any)
            json.Raw("}"u8);
    }

    private string NameOf(AssociationType type)
    {
        var name = $"{type.From.Singular}_to_{type.To.Singular}";
        return type == portal.Types.Unlabelled(type.From, type.To) ? $"{name}_unlabeled" : type.ShownLabel == "Primary" ? name : type.Name;
    }
}
