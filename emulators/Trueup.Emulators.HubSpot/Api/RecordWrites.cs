using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Portal;
using Trueup.Emulators.HubSpot.Webhooks;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Create, update, archive, merge, erase, one by one and in batches (facts, sections 5 and 8). Used under the portal's lock.</summary>
internal sealed class RecordWrites(HubSpotPortal portal)
{
    private const int MostInBatch = 100;
    private const int MostMerges = 250;

    private readonly WriteRules rules = new(portal);

    /// <summary>A write that was found valid and waits to be carried out.</summary>
    private sealed record Prepared(Dictionary<string, string?> Values, Func<Record> Write, bool? IsNew = null);

    public Answer Create(Call call, ObjectTable table)
    {
        var prepared = PrepareCreate(table, Body.Parse(call));
        return Single(201, table, prepared.Write(), prepared.Values);
    }

    public Answer Update(Call call, ObjectTable table, string id)
    {
        var prepared = PrepareUpdate(table, Existing(table, id, call["idProperty"], resolveMerged: true), Body.Parse(call));
        return Single(200, table, prepared.Write(), prepared.Values);
    }

    public Answer Archive(ObjectTable table, string id)
    {
        if (Body.Id(id) is not { } number)
            throw Refusal.Of(404, "Object not found.  objectId are usually numeric.", "OBJECT_NOT_FOUND");
        if (!table.TryGet(number, out var record) || record.Now.Life != RecordLife.Live)
            return Reply.NoContent;
        portal.Archive(table, record);
        return Reply.NoContent with { Written = 1 };
    }

    public Answer BatchArchive(Call call, ObjectTable table)
    {
        var archived = 0;
        foreach (var input in Body.Parse(call).Inputs(MostInBatch))
            if (Body.Id(input.Text("id")) is { } id && table.TryGet(id, out var record) && record.Now.Life == RecordLife.Live)
            {
                portal.Archive(table, record);
                archived++;
            }
        return Reply.NoContent with { Written = archived };
    }

    public Answer Erase(Call call, ObjectTable table)
    {
        var body = Body.Parse(call);
        var asked = body.Text("objectId") ?? throw Refusal.Invalid("objectId is required.");
        var record = body.Text("idProperty") is { Length: > 0 } property && property != "hs_object_id"
            ? table.FindUnique(RecordReads.UniqueProperty(table, property), asked)
            : Body.Id(asked) is { } id && table.TryGet(id, out var found) ? found : null;
        if (record is null || record.Now.Life == RecordLife.Gone)
            return Reply.NoContent;
        portal.Purge(table, record);
        portal.Happened?.Invoke(WebhookEvent.Of(table.Type, record.Id, "privacyDeletion"));
        return Reply.NoContent with { Written = 1 };
    }

    public Answer Merge(Call call, ObjectTable table)
    {
        var body = Body.Parse(call);
        var winner = Existing(table, body.Text("primaryObjectId"), null, resolveMerged: true);
        var loser = Existing(table, body.Text("objectIdToMerge"), null, resolveMerged: true);
        if (winner == loser)
            throw Refusal.Invalid("A record cannot be merged with itself.");
        if (HubSpotPortal.MergesOf(table, winner) + HubSpotPortal.MergesOf(table, loser) + 2 > MostMerges)
            throw Refusal.Of(414, $"Cannot have more than {MostMerges} identities on a profile", "VALIDATION_ERROR");
        var survivor = portal.Merge(table, winner, loser);
        return Single(200, table, survivor, []) with { Written = 3 };
    }

    public Answer BatchCreate(Call call, ObjectTable table) => Batch(call, table, 201, input => PrepareCreate(table, input));

    public Answer BatchUpdate(Call call, ObjectTable table)
    {
        RefuseDuplicates(Body.Parse(call).Inputs(MostInBatch));
        return Batch(call, table, 200, input =>
        {
            var property = input.Text("idProperty");
            if (table.Type.Name == "contacts" && property == "email")
                throw Refusal.Invalid("Unable to perform update/upsert by non-unique 0-1 property");
            return PrepareUpdate(table, Existing(table, input.Text("id"), property, resolveMerged: false), input);
        });
    }

    public Answer BatchUpsert(Call call, ObjectTable table)
    {
        RefuseDuplicates(Body.Parse(call).Inputs(MostInBatch));
        return Batch(call, table, 200, input =>
        {
            var name = input.Text("idProperty") ?? throw Refusal.Invalid("idProperty is required for an upsert.");
            var key = input.Text("id") ?? throw Refusal.Invalid("id is required for an upsert.");
            return name != "hs_object_id" && table.FindUnique(RecordReads.UniqueProperty(table, name), key) is null
                ? PrepareCreate(table, input, new(name, key)) with { IsNew = true }
                : PrepareUpdate(table, Existing(table, key, name, resolveMerged: false), input) with { IsNew = false };
        });
    }

    private Prepared PrepareCreate(ObjectTable table, JsonElement body, KeyValuePair<string, string>? key = null)
    {
        var values = rules.Values(table, body.Get("properties"), null);
        if (key is { } unique)
            values[unique.Key] = unique.Value;
        rules.RequireForCreate(table, values);
        WriteRules.RequireUnique(table, values, null);
        var links = body.Items("associations").SelectMany(association => LinksOf(table, association)).ToList();
        return new Prepared(values, () =>
        {
            WriteRules.RequireUnique(table, values, null);
            var record = portal.Create(table, values);
            foreach (var (type, to) in links)
                portal.Links.Add(type, record.Id, to);
            return record;
        });
    }

    private Prepared PrepareUpdate(ObjectTable table, Record record, JsonElement body)
    {
        var values = rules.Values(table, body.Get("properties"), record);
        WriteRules.RequireUnique(table, values, record);
        return new Prepared(values, () =>
        {
            WriteRules.RequireUnique(table, values, record);
            portal.Edit(table, record, values);
            return record;
        });
    }

    private IEnumerable<(AssociationType, long)> LinksOf(ObjectTable table, JsonElement association)
    {
        var to = Body.Id(association.Get("to")?.Text("id")) ?? throw Refusal.Invalid("An association needs a numeric target id.");
        foreach (var type in association.Items("types"))
        {
            var id = (int)(Body.Id(type.Text("associationTypeId")) ?? 0);
            var known = portal.Tables
                .Where(target => target.TryGet(to, out var record) && record.Now.Life == RecordLife.Live)
                .Select(target => portal.Types.Find(table.Type, target.Type, type.Text("associationCategory") ?? "", id))
                .FirstOrDefault(found => found is not null);
            yield return (known ?? throw Refusal.Invalid($"One or more associations are invalid: association type {id} to {to}."), to);
        }
    }

    private static Record Existing(ObjectTable table, string? id, string? idProperty, bool resolveMerged)
    {
        var record = idProperty is { Length: > 0 } and not "hs_object_id"
            ? table.FindUnique(RecordReads.UniqueProperty(table, idProperty), id ?? "")
            : Body.Id(id) is not { } number ? null
            : resolveMerged ? HubSpotPortal.Resolve(table, number)
            : table.TryGet(number, out var found) ? found : null;
        return record is { Now.Life: RecordLife.Live } ? record : throw Refusal.NotFound();
    }

    private static void RefuseDuplicates(List<JsonElement> inputs)
    {
        string[] twice = [.. inputs.GroupBy(input => input.Text("id")).Where(group => group.Count() > 1).Select(group => group.Key ?? "")];
        if (twice.Length == 0)
            return;
        var body = Refusal.Envelope(
            $"Duplicate IDs found in batch input: [{string.Join(", ", twice)}]. IDs must be unique", "VALIDATION_ERROR");
        body["context"] = new JsonObject { ["ids"] = new JsonArray([.. twice.Select(id => JsonValue.Create(id))]) };
        throw new Refusal(400, body);
    }

    /// <summary>Carries out a batch. One bad input refuses it whole, unless every input has a trace id of its own.</summary>
    private Answer Batch(Call call, ObjectTable table, int success, Func<JsonElement, Prepared> prepare)
    {
        var started = portal.Clock.Milliseconds;
        var inputs = Body.Parse(call).Inputs(MostInBatch);
        var traces = inputs.Select(input => input.Text("objectWriteTraceId")).ToList();
        var partial = inputs.Count > 0 && traces.TrueForAll(trace => trace is not null) && traces.Distinct().Count() == traces.Count;
        if (!partial)
            return Whole(table, [.. inputs.Select(prepare)], traces, success, started);

        var json = new JsonBytes(1024 * inputs.Count + 256).Raw("{\"status\":\"COMPLETE\",\"results\":["u8);
        var errors = new JsonArray();
        var written = 0;
        for (var i = 0; i < inputs.Count; i++)
        {
            try
            {
                var prepared = prepare(inputs[i]);
                WriteResult(json, table, prepared.Write(), prepared, traces[i], first: written++ == 0);
            }
            catch (Refusal refusal)
            {
                errors.Add(ErrorOf(refusal, traces[i]!));
            }
        }
        json.Raw("]"u8);
        if (errors.Count > 0)
            json.Raw(",\"numErrors\":"u8).Number(errors.Count).Raw(",\"errors\":"u8)
                .Raw(JsonSerializer.SerializeToUtf8Bytes(errors, Refusal.Relaxed));
        Finish(json, started);
        return Reply.Json(errors.Count > 0 ? 207 : success, json) with { Written = written };
    }

    private Answer Whole(ObjectTable table, List<Prepared> prepared, List<string?> traces, int success, long started)
    {
        var twice = prepared
            .SelectMany(each => each.Values.Where(value => value.Value is { Length: > 0 } && table.Properties.Find(value.Key) is { Unique: true }))
            .GroupBy(value => (value.Key, value.Value!.ToUpperInvariant())).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw Refusal.Of(409, $"{table.Type.SingularLabel} already exists. The batch holds {twice.Key.Key} {twice.First().Value} twice.", "CONFLICT");
        var json = new JsonBytes(1024 * prepared.Count + 256).Raw("{\"status\":\"COMPLETE\",\"results\":["u8);
        for (var i = 0; i < prepared.Count; i++)
            WriteResult(json, table, prepared[i].Write(), prepared[i], traces[i], first: i == 0);
        json.Raw("]"u8);
        Finish(json, started);
        return Reply.Json(success, json) with { Written = prepared.Count };
    }

    private void WriteResult(JsonBytes json, ObjectTable table, Record record, Prepared prepared, string? trace, bool first) =>
        RecordWriter.Write(first ? json : json.Raw(","u8), portal, table, record, record.Now, Touched(table, prepared.Values), more: more =>
        {
            if (prepared.IsNew is { } created)
                more.Raw(created ? ",\"new\":true"u8 : ",\"new\":false"u8);
            if (trace is not null)
                more.Raw(",\"objectWriteTraceId\":"u8).Text(trace);
        });

    private void Finish(JsonBytes json, long started) =>
        json.Raw(",\"startedAt\":"u8).Stamp(started).Raw(",\"completedAt\":"u8).Stamp(portal.Clock.Milliseconds).Raw("}"u8);

    private static JsonObject ErrorOf(Refusal refusal, string trace)
    {
        var error = refusal.Body.DeepClone().AsObject();
        error.Remove("correlationId");
        error["category"] ??= refusal.Status == 404 ? "OBJECT_NOT_FOUND" : "VALIDATION_ERROR";
        error["context"] = new JsonObject { ["objectWriteTraceId"] = new JsonArray(trace) };
        return error;
    }

    private static Selection Touched(ObjectTable table, Dictionary<string, string?> values) =>
        RecordWriter.Select(table, [.. table.Type.Defaults, .. values.Keys]);

    private Answer Single(int status, ObjectTable table, Record record, Dictionary<string, string?> values)
    {
        var json = new JsonBytes();
        RecordWriter.Write(json, portal, table, record, record.Now, Touched(table, values));
        return Reply.Json(status, json) with { Written = 1 };
    }
}
