using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Attributes of conversations, from version 2.16 on (facts, section 8).</summary>
internal sealed class ConversationAttributeCalls(IntercomWorkspace workspace)
{
    private static readonly string[] Types = ["string", "integer", "list", "decimal", "boolean", "datetime", "relationship", "files"];

    private FieldTable Fields => workspace.Conversations.Fields;

    public Answer List(Request request)
    {
        Require(request);
        var all = request.Call.Flag("include_archived");
        return Reply.Json(200, new JsonObject
        {
            ["type"] = "list", ["data"] = new JsonArray([.. Fields.Attributes.Where(field => all || !field.Archived).Select(field => (JsonNode)Json(field))]),
        });
    }

    public Answer Get(Request request, string id) => Reply.Json(200, Json(Known(request, id)));

    public Answer Create(Request request)
    {
        Require(request);
        var body = Body.Parse(request.Call);
        var name = body.Required("name");
        if (body.Text("data_type") is not { } type || !Types.Contains(type))
            throw new Refusal(422, "parameter_invalid", $"data_type must be one of {string.Join(", ", Types)}", "data_type");
        if (Fields.FindAttribute(name) is not null)
            throw new Refusal(422, "parameter_invalid", "name has already been taken", "name");
        var now = workspace.Now;
        var field = Fields.Define(ordinal => new FieldDefinition(ordinal, name, type)
        {
            Custom = true, Id = workspace.NextNumber(), CreatedAt = now, UpdatedAt = now, Description = body.Text("description") ?? "", Required = body.Flag("required") == true,
            Multiline = body.Flag("multiline") == true, Options = [.. body.Items("options").Select(option => NewOption(option.Text("label") ?? option.ToString()))],
        });
        return Reply.Json(200, Json(field)) with { Written = 1 };
    }

    public Answer Update(Request request, string id)
    {
        var field = Known(request, id);
        var body = Body.Parse(request.Call);
        if (body.Text("name") is { Length: > 0 } name && name != field.Name)
        {
            if (Fields.FindAttribute(name) is not null)
                throw new Refusal(422, "parameter_invalid", "name has already been taken", "name");
            field.Name = name;
        }
        field.Description = body.Text("description") ?? field.Description;
        field.Required = body.Flag("required") ?? field.Required;
        field.Multiline = body.Flag("multiline") ?? field.Multiline;
        return Changed(field);
    }

    public Answer Delete(Request request, string id)
    {
        var field = Known(request, id);
        field.Archived = true;
        return Changed(field);
    }

    public Answer AddOption(Request request, string id)
    {
        var field = Listed(request, id);
        field.Options.Add(NewOption(Label(request, field)));
        return Changed(field);
    }

    public Answer UpdateOption(Request request, string id, string optionId)
    {
        var (field, at) = Option(request, id, optionId);
        field.Options[at] = field.Options[at] with { Label = Label(request, field) };
        return Changed(field);
    }

    public Answer DeleteOption(Request request, string id, string optionId)
    {
        var (field, at) = Option(request, id, optionId);
        field.Options[at] = field.Options[at] with { Archived = true };
        return Changed(field);
    }

    private Answer Changed(FieldDefinition field)
    {
        field.UpdatedAt = workspace.Now;
        return Reply.Json(200, Json(field)) with { Written = 1 };
    }

    private AttributeOption NewOption(string label) => new(workspace.NextOptionId(), label);

    private static string Label(Request request, FieldDefinition field)
    {
        var label = Body.Parse(request.Call).Text("label");
        return string.IsNullOrEmpty(label) || field.Options.Exists(option => option.Label == label && !option.Archived)
            ? throw new Refusal(422, "parameter_invalid", "label is missing or has already been taken", "label") : label;
    }

    private (FieldDefinition Field, int At) Option(Request request, string id, string optionId)
    {
        var field = Listed(request, id);
        return field.Options.FindIndex(option => option.Id == optionId) is >= 0 and var at ? (field, at) : throw Refusal.NotFound("Option not found");
    }

    private FieldDefinition Listed(Request request, string id) =>
        Known(request, id) is { Type: "list" } field ? field : throw new Refusal(422, "parameter_invalid", "only list attributes have options");

    private FieldDefinition Known(Request request, string id)
    {
        Require(request);
        return Fields.Attributes.FirstOrDefault(field => Rendering.Text(field.Id) == id) ?? throw Refusal.NotFound("Conversation attribute not found");
    }

    private static void Require(Request request)
    {
        if (!request.Api.Has16)
            throw Refusal.NotInVersion();
    }

    private static JsonObject Json(FieldDefinition field)
    {
        var json = new JsonObject
        {
            ["type"] = "conversation_attribute", ["id"] = field.Id, ["name"] = field.Name, ["description"] = field.Description, ["data_type"] = field.Type, ["required"] = field.Required,
            ["visible_to_team_ids"] = new JsonArray(), ["archived"] = field.Archived, ["created_at"] = field.CreatedAt / 1000, ["updated_at"] = field.UpdatedAt / 1000,
            ["admin_id"] = Rendering.Text(DirectoryCalls.ConnectedAdmin),
        };
        if (field.Type == "string")
            json["multiline"] = field.Multiline;
        if (field.Type == "list")
            json["options"] = new JsonArray([.. field.Options.Select(option => (JsonNode)new JsonObject { ["id"] = option.Id, ["label"] = option.Label, ["archived"] = option.Archived })]);
        return json;
    }
}
