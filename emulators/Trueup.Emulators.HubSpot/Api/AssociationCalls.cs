using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Associations v4 (facts, section 7). Used under the portal's lock.</summary>
internal sealed class AssociationCalls(HubSpotPortal portal, Difficulties difficulties)
{
    private const int TargetsPerBatchPage = 100;
    private const int MostTargetsPerPage = 500;
    private const int MostSources = 1_000;
    private const int MostWrites = 2_000;

    private readonly record struct Target(long Id, IReadOnlyList<AssociationType> Types, bool HasId);

    /// <summary>Targets of one source, and the token for the rest; without either the source has no links.</summary>
    private readonly record struct TargetPage(List<Target> Targets, string? Next)
    {
        public static TargetPage None { get; } = new([], null);

        public bool IsNone => Targets.Count == 0 && Next is null;
    }

    public Answer List(Call call, ObjectTable from, string id, ObjectTable to)
    {
        var limit = call.Number("limit", MostTargetsPerPage, MostTargetsPerPage);
        if (Body.Id(id) is not { } source || !from.TryGet(source, out var record) || record.Now.Life == RecordLife.Archived)
            throw Refusal.NotFound();
        var page = Page("associations-list", from, source, to, call["after"], limit);
        var json = new JsonBytes().Raw("{\"results\":["u8);
        WriteTargets(json, page.Targets);
        json.Raw("]"u8);
        RecordReads.WritePaging(json, call, page.Next);
        return Reply.Json(200, json.Raw("}"u8));
    }

    public Answer BatchRead(Call call, ObjectTable from, ObjectTable to)
    {
        var started = portal.Clock.Milliseconds;
        var inputs = Body.Parse(call).Inputs(MostSources);
        var json = new JsonBytes(256 * (inputs.Count + 1)).Raw("{\"status\":\"COMPLETE\",\"results\":["u8);
        var errors = new JsonArray();
        var first = true;
        var hasSource = !difficulties.Any || !difficulties.WithoutSource("associations", from.Stream);
        foreach (var input in inputs)
        {
            var id = input.Text("id") ?? "";
            var after = input.Text("after");
            var page = Body.Id(id) is { } source ? Page("associations", from, source, to, after, TargetsPerBatchPage) : TargetPage.None;
            if (difficulties.Any && difficulties.Fails("associations", from.Stream))
            {
                errors.Add(Failed(from, id, to));
                continue;
            }
            if (page.IsNone)
            {
                errors.Add(NoAssociations(from, id, to));
                continue;
            }
            WriteResult(json.Raw(first ? ""u8 : ","u8), hasSource || !first ? id : null, page);
            first = false;
            if (after is null && difficulties.Any && difficulties.Twice("associations", from.Stream))
                WriteResult(json.Raw(","u8), id, page);
        }
        json.Raw("]"u8);
        if (errors.Count > 0)
            json.Raw(",\"numErrors\":"u8).Number(errors.Count).Raw(",\"errors\":"u8)
                .Raw(JsonSerializer.SerializeToUtf8Bytes(errors, Refusal.Relaxed));
        json.Raw(",\"startedAt\":"u8).Stamp(started).Raw(",\"completedAt\":"u8).Stamp(portal.Clock.Milliseconds).Raw("}"u8);
        return Reply.Json(errors.Count > 0 ? 207 : 200, json);
    }

    public Answer Put(Call call, ObjectTable from, string id, ObjectTable to, string toId)
    {
        var (source, target) = Ends(from, id, to, toId);
        var types = TypesIn(from, to, Body.Parse(call).EnumerateArray());
        foreach (var type in types)
            portal.Links.Add(type, source, target);
        return Reply.Json(201, Linked(from, source, to, target, types)) with { Written = 1 };
    }

    public Answer PutDefault(ObjectTable from, string id, ObjectTable to, string toId)
    {
        var (source, target) = Ends(from, id, to, toId);
        portal.Links.Add(portal.Types.Unlabelled(from.Type, to.Type), source, target);
        return Reply.Json(200, new JsonObject
        {
            ["status"] = "COMPLETE",
            ["results"] = new JsonArray(DefaultLink(from, source, to, target), DefaultLink(to, target, from, source)),
            ["startedAt"] = JsonBytes.StampText(portal.Clock.Milliseconds),
            ["completedAt"] = JsonBytes.StampText(portal.Clock.Milliseconds),
        }) with { Written = 1 };
    }

    public Answer Delete(ObjectTable from, string id, ObjectTable to, string toId)
    {
        if (Body.Id(id) is { } source && Body.Id(toId) is { } target)
            portal.Links.Remove(portal.Types.Unlabelled(from.Type, to.Type), source, target);
        return Reply.NoContent with { Written = 1 };
    }

    public Answer BatchCreate(Call call, ObjectTable from, ObjectTable to, int success) => Batch(call, success, input =>
    {
        var (source, target) = EndsOf(from, to, input);
        var types = TypesIn(from, to, input.Items("types"));
        return () =>
        {
            foreach (var type in types)
                portal.Links.Add(type, source, target);
            return Linked(from, source, to, target, types);
        };
    });

    public Answer BatchDefault(Call call, ObjectTable from, ObjectTable to) => Batch(call, 200, input =>
    {
        var (source, target) = EndsOf(from, to, input);
        return () =>
        {
            portal.Links.Add(portal.Types.Unlabelled(from.Type, to.Type), source, target);
            return DefaultLink(from, source, to, target);
        };
    });

    public Answer BatchArchive(Call call, ObjectTable from, ObjectTable to)
    {
        var removed = 0;
        foreach (var input in Body.Parse(call).Inputs(MostWrites))
            foreach (var target in input.Items("to"))
                if (Body.Id(input.Get("from")?.Text("id")) is { } source && Body.Id(target.Text("id")) is { } id
                    && portal.Links.Remove(portal.Types.Unlabelled(from.Type, to.Type), source, id))
                    removed++;
        return Reply.NoContent with { Written = removed };
    }

    public Answer BatchArchiveLabels(Call call, ObjectTable from, ObjectTable to)
    {
        var removed = 0;
        foreach (var input in Body.Parse(call).Inputs(MostWrites))
        {
            var (source, target) = EndsOf(from, to, input);
            removed += TypesIn(from, to, input.Items("types")).Count(type => portal.Links.Remove(type, source, target));
        }
        return Reply.NoContent with { Written = removed };
    }

    public Answer Labels(ObjectTable from, ObjectTable to) => Reply.Json(200, new JsonObject
    {
        ["results"] = new JsonArray([.. portal.Types.Between(from.Type, to.Type).Select(TypeOf)]),
    });

    public Answer CreateLabel(Call call, ObjectTable from, ObjectTable to)
    {
        var body = Body.Parse(call);
        var label = body.Text("label") ?? throw Refusal.Invalid("label is required.");
        if (portal.Types.Between(from.Type, to.Type).Any(each => each.ShownLabel == label))
            throw Refusal.Of(409, $"An association label {label} exists already.", "CONFLICT");
        var type = portal.Types.Add(from.Type, to.Type, label, body.Text("inverseLabel"), body.Text("name"));
        JsonNode[] both = type.Inverse == type ? [TypeOf(type)] : [TypeOf(type), TypeOf(type.Inverse)];
        return Reply.Json(200, new JsonObject { ["results"] = new JsonArray(both) });
    }

    public Answer UpdateLabel(Call call, ObjectTable from, ObjectTable to)
    {
        var body = Body.Parse(call);
        var type = CustomerType(from, to, body.Text("associationTypeId"));
        type.ShownLabel = body.Text("label") ?? type.ShownLabel;
        type.Inverse.ShownLabel = body.Text("inverseLabel") ?? type.Inverse.ShownLabel;
        return Reply.NoContent;
    }

    public Answer DeleteLabel(ObjectTable from, ObjectTable to, string typeId)
    {
        portal.Types.Remove(CustomerType(from, to, typeId));
        return Reply.NoContent;
    }

    private AssociationType CustomerType(ObjectTable from, ObjectTable to, string? typeId) =>
        portal.Types.Find(from.Type, to.Type, AssociationTypes.Customer, (int)(Body.Id(typeId) ?? 0)) ?? throw Refusal.NotFound();

    private TargetPage Page(string endpoint, ObjectTable from, long source, ObjectTable to, string? after, int limit)
    {
        if (!from.TryGet(source, out var record) || record.Now.Life != RecordLife.Live)
            return TargetPage.None;
        var view = difficulties.View(endpoint, from.Stream, portal.Clock.Milliseconds);
        if (view.See(record) is not { Life: RecordLife.Live })
            return TargetPage.None;
        var least = Body.Id(after) ?? 0;
        var linked = portal.Links.From(from.Type, source, to.Type)
            .Where(link => to.TryGet(link.To, out var target) && target.Now.Life == RecordLife.Live)
            .GroupBy(link => link.To, link => link.Type);
        var targets = linked.Where(target => target.Key >= least).Take(limit + 1)
            .Select(target => new Target(target.Key, [.. target], !difficulties.Any || !difficulties.WithoutId(endpoint, from.Stream, target.Key))).ToList();
        if (targets.Count == 0)
            return TargetPage.None;

        var size = difficulties.Any ? difficulties.PageSize(endpoint, from.Stream, limit) : limit;
        if (size == 0)
            return new TargetPage([], $"0{after ?? Number(targets[0].Id)}");
        if (size > 1 && least > 0 && difficulties.Any && difficulties.Twice(endpoint, from.Stream)
            && linked.LastOrDefault(target => target.Key < least) is { } again)
            targets.Insert(0, new Target(again.Key, [.. again], HasId: true));
        if (targets.Count <= size)
            return new TargetPage(targets, null);
        var next = Number(targets[size].Id);
        targets.RemoveRange(size, targets.Count - size);
        if (difficulties.Any && difficulties.Repeats(endpoint, from.Stream))
            next = after ?? Number(targets[0].Id);
        return new TargetPage(targets, next);
    }

    private static void WriteResult(JsonBytes json, string? id, TargetPage page)
    {
        json.Raw("{\"from\":{"u8);
        if (id is not null)
            json.Raw("\"id\":"u8).Text(id);
        json.Raw("},\"to\":["u8);
        WriteTargets(json, page.Targets);
        json.Raw("]"u8);
        if (page.Next is { } next)
            json.Raw(",\"paging\":{\"next\":{\"after\":"u8).Text(next).Raw(",\"link\":\"?after="u8).Raw(System.Text.Encoding.ASCII.GetBytes(next)).Raw("\"}}"u8);
        json.Raw("}"u8);
    }

    private static void WriteTargets(JsonBytes json, List<Target> targets)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            json.Raw(i > 0 ? ",{"u8 : "{"u8);
            if (targets[i].HasId)
                json.Raw("\"toObjectId\":"u8).Number(targets[i].Id).Raw(","u8);
            json.Raw("\"associationTypes\":["u8);
            for (var j = 0; j < targets[i].Types.Count; j++)
            {
                var type = targets[i].Types[j];
                json.Raw(j > 0 ? ",{\"category\":"u8 : "{\"category\":"u8).Text(type.Category)
                    .Raw(",\"typeId\":"u8).Number(type.TypeId).Raw(",\"label\":"u8).Text(type.ShownLabel).Raw("}"u8);
            }
            json.Raw("]}"u8);
        }
    }

    private Answer Batch(Call call, int success, Func<JsonElement, Func<JsonObject>> prepare)
    {
        var started = JsonBytes.StampText(portal.Clock.Milliseconds);
        var results = new JsonArray();
        var errors = new JsonArray();
        foreach (var input in Body.Parse(call).Inputs(MostWrites))
        {
            try
            {
                results.Add(prepare(input)());
            }
            catch (Refusal refusal)
            {
                var error = refusal.Body.DeepClone().AsObject();
                error.Remove("correlationId");
                error["category"] ??= "OBJECT_NOT_FOUND";
                errors.Add(error);
            }
        }
        var answer = new JsonObject { ["status"] = "COMPLETE", ["results"] = results };
        if (errors.Count > 0)
            (answer["numErrors"], answer["errors"]) = (errors.Count, errors);
        answer["startedAt"] = started;
        answer["completedAt"] = JsonBytes.StampText(portal.Clock.Milliseconds);
        return Reply.Json(errors.Count > 0 ? 207 : success, answer) with { Written = results.Count };
    }

    private static (long, long) EndsOf(ObjectTable from, ObjectTable to, JsonElement input) =>
        Ends(from, input.Get("from")?.Text("id"), to, input.Get("to")?.Text("id"));

    private static (long Source, long Target) Ends(ObjectTable from, string? id, ObjectTable to, string? toId) =>
        Live(from, id) is { } source && Live(to, toId) is { } target
            ? (source, target)
            : throw Refusal.Of(404, $"Cannot associate {from.Type.Singular} {id} and {to.Type.Singular} {toId}: at least one does not exist.", "OBJECT_NOT_FOUND");

    private static long? Live(ObjectTable table, string? id) =>
        Body.Id(id) is { } number && table.TryGet(number, out var record) && record.Now.Life == RecordLife.Live ? number : null;

    private List<AssociationType> TypesIn(ObjectTable from, ObjectTable to, IEnumerable<JsonElement> given) =>
        [.. given.Select(type => portal.Types.Find(
            from.Type, to.Type, type.Text("associationCategory") ?? "", (int)(Body.Id(type.Text("associationTypeId")) ?? 0))
            ?? throw Refusal.Invalid($"There is no association type {type.Text("associationTypeId")} from {from.Type.TypeId} to {to.Type.TypeId}."))];

    private static JsonObject TypeOf(AssociationType type) =>
        new() { ["category"] = type.Category, ["typeId"] = type.TypeId, ["label"] = type.ShownLabel };

    private static JsonObject Linked(ObjectTable from, long source, ObjectTable to, long target, List<AssociationType> types) => new()
    {
        ["fromObjectTypeId"] = from.Type.TypeId,
        ["fromObjectId"] = source.ToString(CultureInfo.InvariantCulture),
        ["toObjectTypeId"] = to.Type.TypeId,
        ["toObjectId"] = target.ToString(CultureInfo.InvariantCulture),
        ["labels"] = new JsonArray([.. types.Select(type => type.ShownLabel).OfType<string>().Select(label => JsonValue.Create(label))]),
    };

    private JsonObject DefaultLink(ObjectTable from, long source, ObjectTable to, long target)
    {
        var type = portal.Types.Unlabelled(from.Type, to.Type);
        return new JsonObject
        {
            ["from"] = new JsonObject { ["id"] = source.ToString(CultureInfo.InvariantCulture) },
            ["to"] = new JsonObject { ["id"] = target.ToString(CultureInfo.InvariantCulture) },
            ["associationSpec"] = new JsonObject { ["associationCategory"] = type.Category, ["associationTypeId"] = type.TypeId },
        };
    }

    private static JsonObject NoAssociations(ObjectTable from, string id, ObjectTable to) => new()
    {
        ["status"] = "error",
        ["category"] = "OBJECT_NOT_FOUND",
        ["subCategory"] = "crm.associations.NO_ASSOCIATIONS_FOUND",
        ["message"] = $"No {to.Type.Singular} is associated with {from.Type.Singular} {id}.",
        ["context"] = ContextOf(from, id, to),
    };

    private static JsonObject Failed(ObjectTable from, string id, ObjectTable to) => new()
    {
        ["status"] = "error",
        ["category"] = "INTERNAL_ERROR",
        ["message"] = "There was an internal error while reading associations.",
        ["context"] = ContextOf(from, id, to),
    };

    private static JsonObject ContextOf(ObjectTable from, string id, ObjectTable to) => new()
    {
        ["fromObjectId"] = new JsonArray(id),
        ["fromObjectType"] = new JsonArray(from.Type.Singular),
        ["toObjectType"] = new JsonArray(to.Type.Singular),
    };

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
