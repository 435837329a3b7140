using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Data attributes of contacts and companies (facts, section 8).</summary>
internal sealed class DataAttributeCalls(IntercomWorkspace workspace)
{
    private static readonly string[] Types = ["string", "integer", "float", "boolean", "date"];
    private static readonly string[] NotDescribed = ["avatar.image_url", "plan"];
    private static readonly string[] NotWritable = ["created_at", "updated_at", "last_request_at", "session_count", "company_id"];

    public Answer List(Request request)
    {
        var model = request.Call["model"];
        if (model == "conversation")
            return request.Api.Has16
                ? throw new Refusal(422, "parameter_invalid", "model=conversation is no longer supported. Use /conversations/attributes instead.", "model")
                : Listed(request, [(workspace.Conversations, "conversation")]);
        return Listed(request, model switch
        {
            null or "" => [(workspace.Contacts, "contact"), (workspace.Companies, "company")],
            "contact" => [(workspace.Contacts, "contact")],
            "company" => [(workspace.Companies, "company")],
            _ => throw Refusal.Invalid($"model must be contact or company, not {model}", "model"),
        });
    }

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        var name = body.Required("name");
        var model = body.Required("model");
        var table = model switch { "contact" => workspace.Contacts, "company" => workspace.Companies, _ => throw Refusal.Invalid("model must be contact or company", "model") };
        var type = body.Required("data_type");
        var options = Options(body);
        if (type == "options")
            type = "string";
        if (!Types.Contains(type))
            throw Refusal.Invalid($"data_type must be one of {string.Join(", ", Types)} or options", "data_type");
        if ((body.Text("data_type") == "options" || body.Get("options") is not null) && options.Count < 2)
            throw Refusal.Invalid("The Data Attribute model field must have at least 2 options", "options");
        if (name.Any(character => char.IsControl(character) || character is '.' or '$'))
            throw Refusal.Invalid("Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens", "name");
        // A name belongs to one model alone.
        if (workspace.Contacts.Fields.FindAttribute(name) is not null || workspace.Companies.Fields.FindAttribute(name) is not null || table.Fields.FindStandard(name) is not null)
            throw Refusal.Invalid($"You already have '{name}' in your company data. To save this as new people data, use a different name.", "name");
        var now = workspace.Now;
        var field = table.Fields.Define(ordinal => new FieldDefinition(ordinal, name, type)
        {
            Custom = true, Id = workspace.NextNumber(), CreatedAt = now, UpdatedAt = now, Description = body.Text("description") ?? "",
            MessengerWritable = body.Flag("messenger_writable") == true, Options = options,
        });
        return Reply.Json(200, Json(field, model, request.Api)) with { Written = 1 };
    }

    public Answer Update(Request request, string id)
    {
        var body = Body.Parse(request.Call);
        foreach (var (table, model) in new[] { (workspace.Contacts, "contact"), (workspace.Companies, "company") })
            if (table.Fields.Attributes.FirstOrDefault(each => Rendering.Text(each.Id) == id) is { } field)
            {
                if (body.Get("options") is not null)
                {
                    if (Options(body) is not { Count: >= 2 } options)
                        throw Refusal.Invalid("Options isn't an array", "options");
                    field.Options = options;
                }
                if (body.Flag("archived") is { } archived)
                {
                    if (archived && workspace.AttributesInUse.Contains(field))
                        throw new Refusal(422, "data_invalid", "The Data Attribute you are trying to archive has a dependency that prevents archiving");
                    field.Archived = archived;
                }
                field.Description = body.Text("description") ?? field.Description;
                field.MessengerWritable = body.Flag("messenger_writable") ?? field.MessengerWritable;
                field.UpdatedAt = workspace.Now;
                return Reply.Json(200, Json(field, model, request.Api)) with { Written = 1 };
            }
        throw Refusal.NotFound("We couldn't find that data attribute to update", "field_not_found");
    }

    private static List<AttributeOption> Options(JsonElement body) =>
        [.. body.Items("options").Select(option => option.Text("value") ?? option.ToString()).Select(value => new AttributeOption(value, value))];

    private static Answer Listed(Request request, IReadOnlyList<(ObjectTable Table, string Model)> models)
    {
        var all = request.Call.Flag("include_archived");
        return Reply.Json(200, new JsonObject
        {
            ["type"] = "list",
            ["data"] = new JsonArray([.. models.SelectMany(each => Described(each.Table).Where(field => !field.Removed && (all || !field.Archived)).Select(field => (JsonNode)Json(field, each.Model, request.Api)))]),
        });
    }

    private static IEnumerable<FieldDefinition> Described(ObjectTable table)
    {
        foreach (var field in table.Fields.All)
            if (field.Custom || !NotDescribed.Contains(field.Name) && !field.Name.StartsWith('(') && table.Name != "conversations")
                yield return field;
        if (table.Name == "conversations")
            yield break;
        foreach (var name in new[] { "created_at", "updated_at" })
            yield return new FieldDefinition(-1, name, "date");
        if (table.Name == "companies")
            yield return new FieldDefinition(-1, "user_count", "integer");
    }

    private static JsonObject Json(FieldDefinition field, string model, ApiVersion api)
    {
        var json = new JsonObject { ["type"] = "data_attribute" };
        // Standard attributes have neither an id nor stamps.
        if (field.Custom)
            json["id"] = field.Id;
        json["name"] = field.Name.Contains('.', StringComparison.Ordinal) && !field.Custom ? field.Name[(field.Name.LastIndexOf('.') + 1)..] : field.Name;
        json["full_name"] = field.Custom ? $"custom_attributes.{field.Name}" : field.Name;
        json["label"] = field.Label;
        json["description"] = field.Description;
        json["data_type"] = field is { Custom: false, IsTime: true } && api.Has17 ? "datetime" : field.Type;
        if (field.Options.Count > 0)
            json["options"] = new JsonArray([.. field.Options.Select(option => JsonValue.Create(option.Label))]);
        json["api_writable"] = field.Custom || !NotWritable.Contains(field.Name);
        json["ui_writable"] = field.Custom;
        json["messenger_writable"] = field.Custom && field.MessengerWritable;
        json["custom"] = field.Custom;
        json["archived"] = field.Archived;
        if (field.Custom)
            (json["admin_id"], json["created_at"], json["updated_at"]) = (Rendering.Text(DirectoryCalls.ConnectedAdmin), field.CreatedAt / 1000, field.UpdatedAt / 1000);
        json["model"] = model;
        return json;
    }
}
