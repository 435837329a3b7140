using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Kinds of tickets, their attributes and states (facts, section 8).</summary>
internal sealed class TicketTypeCalls(IntercomWorkspace workspace)
{
    private static readonly string[] Types = ["string", "list", "integer", "decimal", "boolean", "datetime", "files"];
    private static readonly string[] Categories = ["Customer", "Back-office", "Tracker"];

    private TicketTypes All => workspace.TicketTypes;

    public Answer List() => Reply.Json(200, new JsonObject { ["type"] = "list", ["data"] = new JsonArray([.. All.All.Select(type => (JsonNode)All.Json(type))]) });

    public Answer Get(string id) => Reply.Json(200, All.Json(Known(id)));

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        var category = body.Text("category") ?? "Customer";
        if (!Categories.Contains(category))
            throw Refusal.Invalid($"category must be one of {string.Join(", ", Categories)}", "category");
        var type = All.Add(body.Required("name"), category, workspace.Now);
        type.Description = body.Text("description") ?? "";
        type.Icon = body.Text("icon") ?? type.Icon;
        type.IsInternal = body.Flag("is_internal") == true;
        foreach (var name in new[] { "_default_title_", "_default_description_" })
            All.AddAttribute(type, workspace.TicketAttribute(name, "string"));
        return Reply.Json(200, All.Json(type)) with { Written = 1 };
    }

    public Answer Update(Request request, string id)
    {
        var type = Known(id);
        var body = Body.Parse(request.Call);
        type.Name = body.Text("name") ?? type.Name;
        type.Description = body.Text("description") ?? type.Description;
        type.Icon = body.Text("icon") ?? type.Icon;
        type.Archived = body.Flag("archived") ?? type.Archived;
        type.UpdatedAt = workspace.Now;
        return Reply.Json(200, All.Json(type)) with { Written = 1 };
    }

    public Answer AddAttribute(Request request, string id)
    {
        var type = Known(id);
        var body = Body.Parse(request.Call);
        var name = body.Required("name");
        var dataType = body.Required("data_type");
        if (!Types.Contains(dataType))
            throw Refusal.Invalid($"data_type must be one of {string.Join(", ", Types)}", "data_type");
        if (type.Attributes.Exists(each => each.Field.Name == name && !each.Field.Removed))
            throw Refusal.Invalid("name has already been taken", "name");
        var field = workspace.TicketAttribute(name, dataType);
        Set(field, body);
        return Answered(type, All.AddAttribute(type, field));
    }

    public Answer UpdateAttribute(Request request, string id, string attributeId)
    {
        var type = Known(id);
        var attribute = type.Attributes.Find(each => each.Id == attributeId && !each.Field.Removed) ?? throw Refusal.NotFound();
        var body = Body.Parse(request.Call);
        attribute.Field.Name = body.Text("name") ?? attribute.Field.Name;
        attribute.Field.Archived = body.Flag("archived") ?? attribute.Field.Archived;
        Set(attribute.Field, body);
        return Answered(type, attribute);
    }

    public Answer States() => Reply.Json(200, new JsonObject
    {
        ["type"] = "list",
        ["data"] = new JsonArray([.. TicketTypes.States.Select(state =>
        {
            var json = TicketTypes.Json(state);
            json["archived"] = false;
            json["ticket_types"] = new JsonObject { ["type"] = "list", ["data"] = new JsonArray([.. All.All.Select(type => (JsonNode)All.Json(type))]) };
            return (JsonNode)json;
        })]),
    });

    private void Set(FieldDefinition field, JsonElement body)
    {
        field.Description = body.Text("description") ?? field.Description;
        field.Required = body.Flag("required_to_create") ?? field.Required;
        field.Multiline = body.Flag("multiline") ?? field.Multiline;
        field.UpdatedAt = workspace.Now;
        if (body.Text("list_items") is { } items)
            field.Options = [.. items.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(label => new AttributeOption(workspace.NextOptionId(), label))];
    }

    private Answer Answered(TicketType type, TypeAttribute attribute) => Reply.Json(200, All.Json(type, attribute, type.Attributes.IndexOf(attribute))) with { Written = 1 };

    private TicketType Known(string id) => All.Find(id) ?? throw Refusal.NotFound();
}
