using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Owners, pipelines and schemas of custom objects (facts, sections 2.3 to 2.5). Used under the portal's lock.</summary>
internal sealed class MetadataCalls(HubSpotPortal portal)
{
    private const int MostOwners = 500;

    public Answer Owners(Call call)
    {
        var limit = call.Number("limit", 100, MostOwners);
        var after = Body.Id(call["after"]) ?? 0;
        var archived = call.Flag("archived");
        var email = call["email"];
        var found = portal.Owners.Where(owner => owner.Archived == archived && owner.Id >= after
            && (string.IsNullOrEmpty(email) || owner.Email.Equals(email, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(owner => owner.Id).Take(limit + 1).ToList();
        var answer = new JsonObject { ["results"] = new JsonArray([.. found.Take(limit).Select(Render)]) };
        if (found.Count > limit)
        {
            var next = found[limit].Id.ToString(CultureInfo.InvariantCulture);
            answer["paging"] = new JsonObject
            {
                ["next"] = new JsonObject { ["after"] = next, ["link"] = $"https://api.hubapi.com/crm/v3/owners/?limit={limit}&after={next}" },
            };
        }
        return Reply.Json(200, answer);
    }

    public Answer Owner(Call call, string id)
    {
        var byUser = call["idProperty"] == "userId";
        var number = Body.Id(id);
        return portal.Owners.Find(owner => owner.Archived == call.Flag("archived") && (byUser ? owner.UserId : owner.Id) == number) is { } found
            ? Reply.Json(200, Render(found)) : throw Refusal.NotFound();
    }

    /// <summary>An owner as the vendor shows it.</summary>
    public static JsonObject Render(Owner owner)
    {
        var json = new JsonObject
        {
            ["id"] = owner.Id.ToString(CultureInfo.InvariantCulture),
            ["email"] = owner.Email,
            ["type"] = owner.Type,
            ["firstName"] = owner.FirstName,
            ["lastName"] = owner.LastName,
            ["userId"] = owner.Archived ? null : owner.UserId,
            ["userIdIncludingInactive"] = owner.UserId,
            ["createdAt"] = JsonBytes.StampText(owner.CreatedAt),
            ["updatedAt"] = JsonBytes.StampText(owner.UpdatedAt),
            ["archived"] = owner.Archived,
        };
        if (owner.Team is { } team)
            json["teams"] = new JsonArray(new JsonObject { ["id"] = "178", ["name"] = team, ["primary"] = true });
        return json;
    }

    public Answer Pipelines(ObjectTable table) =>
        Reply.Json(200, new JsonObject { ["results"] = new JsonArray([.. PipelinesOf(table).Select(Pipeline)]) });

    public Answer Pipeline(ObjectTable table, string id) => Reply.Json(200, Pipeline(Existing(table, id)));

    public Answer Stages(ObjectTable table, string id) =>
        Reply.Json(200, new JsonObject { ["results"] = new JsonArray([.. Existing(table, id).Stages.Select(Stage)]) });

    public Answer CreatePipeline(Call call, ObjectTable table)
    {
        var body = Body.Parse(call);
        var now = portal.Clock.Milliseconds;
        var pipelines = PipelinesOf(table);
        var pipeline = new Pipeline(body.Text("pipelineId") ?? $"{7_000_000 + pipelines.Count}", body.Text("label") ?? "", pipelines.Count, now);
        foreach (var stage in body.Items("stages"))
            pipeline.Stages.Add(new Stage(stage.Text("stageId") ?? $"{pipeline.Id}{pipeline.Stages.Count}", stage.Text("label") ?? "",
                pipeline.Stages.Count, now, Metadata(stage)));
        pipelines.Add(pipeline);
        return Reply.Json(201, Pipeline(pipeline));
    }

    public Answer UpdatePipeline(Call call, ObjectTable table, string id)
    {
        var pipeline = Existing(table, id);
        pipeline.Label = Body.Parse(call).Text("label") ?? pipeline.Label;
        pipeline.UpdatedAt = portal.Clock.Milliseconds;
        return Reply.Json(200, Pipeline(pipeline));
    }

    public Answer CreateStage(Call call, ObjectTable table, string id)
    {
        var pipeline = Existing(table, id);
        var body = Body.Parse(call);
        var stage = new Stage(body.Text("stageId") ?? $"{pipeline.Id}{pipeline.Stages.Count}", body.Text("label") ?? "",
            pipeline.Stages.Count, portal.Clock.Milliseconds, Metadata(body));
        pipeline.Stages.Add(stage);
        return Reply.Json(201, Stage(stage));
    }

    public Answer DeleteStage(ObjectTable table, string id, string stageId)
    {
        var pipeline = Existing(table, id);
        var stage = pipeline.Stages.Find(each => each.Id == stageId) ?? throw Refusal.NotFound();
        var property = table.Properties.Find(table.Type.Name == "deals" ? "dealstage" : "hs_pipeline_stage");
        if (property is not null && table.Records.Any(record =>
            record.Now.Life == RecordLife.Live && RecordBody.Find(record.Now.Body, property.Ordinal) == stageId))
        {
            var body = Refusal.Envelope($"Stage {stageId} is in use", "VALIDATION_ERROR");
            body["subCategory"] = "PipelineError.STAGE_ID_IN_USE";
            throw new Refusal(400, body);
        }
        pipeline.Stages.Remove(stage);
        return Reply.NoContent;
    }

    private static Dictionary<string, string> Metadata(System.Text.Json.JsonElement stage) =>
        stage.Get("metadata") is { } metadata
            ? metadata.EnumerateObject().ToDictionary(member => member.Name, member => Body.Scalar(member.Value)) : [];

    private List<Pipeline> PipelinesOf(ObjectTable table) =>
        portal.PipelinesOf(table) ?? throw Refusal.Invalid($"The object type {table.Type.TypeId} does not support pipelines.");

    private Pipeline Existing(ObjectTable table, string id) =>
        PipelinesOf(table).Find(pipeline => pipeline.Id == id) ?? throw Refusal.NotFound();

    private static JsonObject Pipeline(Pipeline pipeline) => new()
    {
        ["id"] = pipeline.Id,
        ["label"] = pipeline.Label,
        ["displayOrder"] = pipeline.DisplayOrder,
        ["archived"] = pipeline.Archived,
        ["createdAt"] = JsonBytes.StampText(pipeline.CreatedAt),
        ["updatedAt"] = JsonBytes.StampText(pipeline.UpdatedAt),
        ["stages"] = new JsonArray([.. pipeline.Stages.Select(Stage)]),
    };

    private static JsonObject Stage(Stage stage) => new()
    {
        ["id"] = stage.Id,
        ["label"] = stage.Label,
        ["displayOrder"] = stage.DisplayOrder,
        ["metadata"] = new JsonObject([.. stage.Metadata.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value))]),
        ["createdAt"] = JsonBytes.StampText(stage.CreatedAt),
        ["updatedAt"] = JsonBytes.StampText(stage.UpdatedAt),
        ["archived"] = stage.Archived,
        ["writePermissions"] = "CRM_PERMISSIONS_ENFORCEMENT",
    };

    public Answer Schemas(Call call) => Reply.Json(200, new JsonObject
    {
        ["results"] = new JsonArray([.. call.Flag("archived") ? [] : portal.Tables.Where(table => table.Type.IsCustom).Select(Schema)]),
    });

    public Answer Schema(string name) =>
        portal.Find(name) is { Type.IsCustom: true } table ? Reply.Json(200, Schema(table)) : throw Refusal.NotFound();

    public Answer CreateSchema(Call call)
    {
        var body = Body.Parse(call);
        var name = body.Text("name") ?? throw Refusal.Invalid("name is required.");
        if (portal.Find($"p{portal.PortalId}_{name}") is not null)
            throw Refusal.Of(409, $"A schema named {name} exists already.", "OBJECT_ALREADY_EXISTS");
        var number = 3_813_000 + portal.TypesEver;
        var type = ObjectType.Custom(portal.PortalId, name, number, body.Get("labels")?.Text("singular") ?? name,
            body.Get("labels")?.Text("plural") ?? name, body.Text("primaryDisplayProperty") ?? "name") with
        {
            Required = body.Texts("requiredProperties"),
            SearchableProperties = body.Texts("searchableProperties"),
        };
        var now = portal.Clock.Milliseconds;
        var table = portal.Add(type, now);
        foreach (var property in body.Items("properties"))
            StandardProperties.Custom(table, property.Text("name") ?? "", property.Text("label") ?? "", property.Text("type") ?? "string",
                property.Text("fieldType") ?? "text", now, defined => defined.Unique = property.Flag("hasUniqueValue"));
        return Reply.Json(201, Schema(table));
    }

    public Answer DeleteSchema(string name)
    {
        var table = portal.Find(name) is { Type.IsCustom: true } custom ? custom : throw Refusal.UnknownType(name);
        if (table.Records.Any(record => record.Now.Life == RecordLife.Live))
            throw Refusal.Invalid($"{name} still has records; delete them first.");
        portal.Remove(table);
        return Reply.NoContent;
    }

    private JsonObject Schema(ObjectTable table)
    {
        var type = table.Type;
        return new JsonObject
        {
            ["id"] = table.SchemaId.ToString(CultureInfo.InvariantCulture),
            ["objectTypeId"] = type.TypeId,
            ["fullyQualifiedName"] = type.Name,
            ["name"] = type.Singular,
            ["labels"] = new JsonObject { ["singular"] = type.SingularLabel, ["plural"] = type.PluralLabel },
            ["primaryDisplayProperty"] = type.PrimaryDisplayProperty,
            ["secondaryDisplayProperties"] = new JsonArray(),
            ["searchableProperties"] = Names(type.SearchableProperties),
            ["requiredProperties"] = Names(type.Required),
            ["properties"] = new JsonArray([.. table.Properties.All
                .Where(property => property is { Readable: true, Listed: true }).Select(PropertyCalls.Render)]),
            ["associations"] = new JsonArray([.. portal.Tables.Where(other => other != table)
                .SelectMany(other => new[] { portal.Types.Unlabelled(type, other.Type), portal.Types.Unlabelled(other.Type, type) })
                .Select(link => new JsonObject
                {
                    ["id"] = link.TypeId.ToString(CultureInfo.InvariantCulture),
                    ["fromObjectTypeId"] = link.From.TypeId,
                    ["toObjectTypeId"] = link.To.TypeId,
                    ["name"] = link.Name,
                })]),
            ["createdAt"] = JsonBytes.StampText(table.CreatedAt),
            ["updatedAt"] = JsonBytes.StampText(table.CreatedAt),
            ["archived"] = false,
        };
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);
}
