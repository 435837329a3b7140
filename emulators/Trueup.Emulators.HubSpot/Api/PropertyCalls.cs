using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Property definitions and groups (facts, section 6.1). Used under the portal's lock.</summary>
internal sealed class PropertyCalls(HubSpotPortal portal)
{
    private const string User = "71003321";

    public static Answer List(Call call, ObjectTable table)
    {
        var archived = call.Flag("archived");
        var sensitivity = call["dataSensitivity"] is { Length: > 0 } asked ? asked : "non_sensitive";
        return Reply.Json(200, Results(table.Properties.All
            .Where(property => property.Listed && !property.Concealed && property.ArchivedAt > 0 == archived && property.DataSensitivity == sensitivity)
            .Select(Render)));
    }

    public static Answer Get(Call call, ObjectTable table, string name) => Reply.Json(200, Render(Existing(table, name, call.Flag("archived"))));

    public Answer Create(Call call, ObjectTable table) => Reply.Json(201, Render(CreateOne(table, Body.Parse(call))));

    public Answer Update(Call call, ObjectTable table, string name)
    {
        var property = Existing(table, name, archived: false);
        if (property.HubSpotDefined)
            throw Refusal.Invalid($"The property {name} is defined by HubSpot and cannot be changed.", "VALIDATION_ERROR");
        Apply(table, property, Body.Parse(call));
        return Reply.Json(200, Render(property));
    }

    public Answer Archive(ObjectTable table, string name)
    {
        ArchiveOne(table, Existing(table, name, archived: false));
        return Reply.NoContent;
    }

    public Answer BatchRead(Call call, ObjectTable table)
    {
        var body = Body.Parse(call);
        return Batch(200, body, input => Render(Existing(table, input.Text("name") ?? "", body.Flag("archived"))));
    }

    public Answer BatchCreate(Call call, ObjectTable table) => Batch(201, Body.Parse(call), input => Render(CreateOne(table, input)));

    public Answer BatchArchive(Call call, ObjectTable table)
    {
        foreach (var input in Body.Parse(call).Inputs(100))
            if (table.Properties.FindReadable(input.Text("name") ?? "") is { } property)
                ArchiveOne(table, property);
        return Reply.NoContent;
    }

    public static Answer Groups(ObjectTable table) =>
        Reply.Json(200, Results(table.Properties.Groups.Select(group => Group(group.Key, group.Value))));

    public static Answer GetGroup(ObjectTable table, string name) =>
        table.Properties.Groups.TryGetValue(name, out var group) ? Reply.Json(200, Group(name, group))
        : throw Refusal.Of(404, $"Property group {name} does not exist", "OBJECT_NOT_FOUND");

    public static Answer CreateGroup(Call call, ObjectTable table)
    {
        var body = Body.Parse(call);
        var name = body.Text("name") ?? throw Refusal.Invalid("name is required.");
        if (table.Properties.Groups.ContainsKey(name))
            throw Refusal.Of(409, $"Property group {name} already exists", "OBJECT_ALREADY_EXISTS");
        table.Properties.Groups[name] = (body.Text("label") ?? name, -1);
        return Reply.Json(201, Group(name, table.Properties.Groups[name]));
    }

    public static Answer UpdateGroup(Call call, ObjectTable table, string name)
    {
        if (!table.Properties.Groups.TryGetValue(name, out var group))
            throw Refusal.Of(404, $"Property group {name} does not exist", "OBJECT_NOT_FOUND");
        table.Properties.Groups[name] = (Body.Parse(call).Text("label") ?? group.Label, group.DisplayOrder);
        return Reply.Json(200, Group(name, table.Properties.Groups[name]));
    }

    public static Answer ArchiveGroup(ObjectTable table, string name)
    {
        if (table.Properties.All.Any(property => property.ArchivedAt == 0 && property.Group == name))
        {
            var body = Refusal.Envelope($"Property group {name} has active properties", "VALIDATION_ERROR");
            body["subCategory"] = "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES";
            throw new Refusal(400, body);
        }
        table.Properties.Groups.Remove(name);
        return Reply.NoContent;
    }

    /// <summary>Removes a property; its values are hidden, and come back with it.</summary>
    public void ArchiveOne(ObjectTable table, PropertyDefinition property)
    {
        property.ArchivedAt = portal.Clock.Milliseconds;
        table.Properties.Changed();
    }

    private PropertyDefinition CreateOne(ObjectTable table, JsonElement body)
    {
        var name = body.Text("name") ?? throw Refusal.Invalid("name is required.");
        if (table.Properties.Find(name) is { ArchivedAt: 0 })
        {
            var conflict = Refusal.Envelope($"Property \"{name}\" already exists", "OBJECT_ALREADY_EXISTS");
            conflict["subCategory"] = "Properties.PROPERTY_WITH_NAME_EXISTS";
            throw new Refusal(409, conflict);
        }
        var now = portal.Clock.Milliseconds;
        var property = table.Properties.Find(name);
        if (property is null)
            property = StandardProperties.Custom(table, name, name, "string", "text", now);
        else if (now - property.ArchivedAt > HubSpotPortal.BinRetention.TotalMilliseconds)
            property.CreatedAt = now;
        property.ArchivedAt = 0;
        property.Unique = body.Flag("hasUniqueValue");
        Apply(table, property, body);
        return property;
    }

    private void Apply(ObjectTable table, PropertyDefinition property, JsonElement body)
    {
        property.Label = body.Text("label") ?? property.Label;
        property.Type = body.Text("type") ?? property.Type;
        property.FieldType = body.Text("fieldType") ?? property.FieldType;
        property.Description = body.Text("description") ?? property.Description;
        property.Group = body.Text("groupName") ?? property.Group;
        property.Hidden = body.Get("hidden") is null ? property.Hidden : body.Flag("hidden");
        if (body.Get("options") is not null)
            property.Options = [.. body.Items("options").Select(option =>
                new PropertyOption(option.Text("value") ?? "", option.Text("label") ?? "", option.Flag("hidden")))];
        property.UpdatedAt = portal.Clock.Milliseconds;
        table.Properties.Changed();
    }

    private static PropertyDefinition Existing(ObjectTable table, string name, bool archived) =>
        table.Properties.Find(name) is { Concealed: false } property && property.ArchivedAt > 0 == archived
            ? property
            : throw Refusal.Of(404, $"Property {name} does not exist", "OBJECT_NOT_FOUND");

    private Answer Batch(int success, JsonElement body, Func<JsonElement, JsonObject> one)
    {
        var results = new JsonArray();
        var errors = new JsonArray();
        foreach (var input in body.Inputs(100))
        {
            try
            {
                results.Add(one(input));
            }
            catch (Refusal refusal)
            {
                var error = refusal.Body.DeepClone().AsObject();
                error.Remove("correlationId");
                errors.Add(error);
            }
        }
        var answer = new JsonObject { ["status"] = "COMPLETE", ["results"] = results };
        if (errors.Count > 0)
            (answer["numErrors"], answer["errors"]) = (errors.Count, errors);
        answer["startedAt"] = JsonBytes.StampText(portal.Clock.Milliseconds);
        answer["completedAt"] = JsonBytes.StampText(portal.Clock.Milliseconds);
        return Reply.Json(errors.Count > 0 ? 207 : success, answer);
    }

    private static JsonObject Results(IEnumerable<JsonObject> items) => new() { ["results"] = new JsonArray([.. items]) };

    private static JsonObject Group(string name, (string Label, int DisplayOrder) group) =>
        new() { ["name"] = name, ["label"] = group.Label, ["displayOrder"] = group.DisplayOrder, ["archived"] = false };

    /// <summary>A definition as the vendor shows it.</summary>
    public static JsonObject Render(PropertyDefinition property)
    {
        var json = new JsonObject
        {
            ["name"] = property.Name,
            ["label"] = property.Label,
            ["type"] = property.Type,
            ["fieldType"] = property.FieldType,
            ["description"] = property.Description,
            ["groupName"] = property.Group,
            ["options"] = new JsonArray([.. property.Options.Select((option, i) => new JsonObject
            {
                ["label"] = option.Label, ["value"] = option.Value, ["description"] = "", ["displayOrder"] = i, ["hidden"] = option.Hidden,
            })]),
            ["displayOrder"] = property.DisplayOrder,
            ["calculated"] = property.Calculated,
            ["externalOptions"] = property.ExternalOptions,
            ["hasUniqueValue"] = property.Unique,
            ["hidden"] = property.Hidden,
            ["hubspotDefined"] = property.HubSpotDefined,
            ["formField"] = property.FormField,
            ["archived"] = property.ArchivedAt > 0,
            ["createdAt"] = JsonBytes.StampText(property.CreatedAt),
            ["updatedAt"] = JsonBytes.StampText(property.UpdatedAt),
            ["dataSensitivity"] = property.DataSensitivity,
            ["modificationMetadata"] = new JsonObject
            {
                ["archivable"] = !property.HubSpotDefined,
                ["readOnlyDefinition"] = property.HubSpotDefined,
                ["readOnlyOptions"] = property.HubSpotDefined,
                ["readOnlyValue"] = property.ReadOnlyValue || property.Calculated,
            },
        };
        if (!property.HubSpotDefined)
            (json["createdUserId"], json["updatedUserId"]) = (User, User);
        if (property.References is { } references)
            json["referencedObjectType"] = references;
        if (property.ArchivedAt > 0)
            json["archivedAt"] = JsonBytes.StampText(property.ArchivedAt);
        return json;
    }
}
