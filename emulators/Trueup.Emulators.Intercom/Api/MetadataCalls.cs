using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>What describes the workspace: who is asked, attributes, and the short lists of admins, teams, tags and segments.</summary>
internal sealed class MetadataCalls(IntercomWorkspace workspace, Rendering rendering, Difficulties difficulties)
{
    private static readonly string[] Types = ["string", "integer", "float", "boolean", "date"];

    public Answer Me() => Reply.Json(new JsonObject
    {
        ["type"] = "admin", ["id"] = "7001", ["email"] = "ops@acme.test", ["name"] = "Op Erator", ["email_verified"] = true, ["has_inbox_seat"] = true,
        ["avatar"] = new JsonObject { ["type"] = "avatar", ["image_url"] = "https://img.acme.test/a.png" },
        ["app"] = new JsonObject
        {
            ["type"] = "app", ["id_code"] = workspace.Options.WorkspaceCode, ["name"] = "Acme", ["created_at"] = 1_609_459_200, ["secure"] = false, ["identity_verification"] = false,
            ["timezone"] = workspace.Options.TimeZone, ["region"] = workspace.Options.Region,
        },
    });

    /// <summary>A list that comes whole.</summary>
    public Answer All(ObjectTable table, string listType, string listMember) => Reply.Json(new JsonObject
    {
        ["type"] = listType,
        [listMember] = new JsonArray([.. table.Records.Where(record => record.Now.Life == RecordLife.Live).Select(record => Shown(table, record))]),
    });

    public Answer One(ObjectTable table, string id) =>
        table.Find(id) is { Now.Life: RecordLife.Live } record ? Reply.Json(rendering.Show(table, record, record.Now)) : throw Refusal.NotFound(table.Name == "admins" ? "admin_not_found" : "not_found");

    public Answer SaveTag(Request request)
    {
        var body = Body.Parse(request.Call);
        var tags = workspace.Tags;
        if (body.Text("id") is { } id)
        {
            var known = tags.Find(id) is { Now.Life: RecordLife.Live } record ? record : throw Refusal.NotFound();
            workspace.Edit(tags, known, stored => stored["name"] = body.Needed("name"), workspace.Stamp);
            return One(tags, id);
        }

        return One(tags, tags.IdOf(workspace.Create(tags, new JsonObject { ["name"] = body.Needed("name") })));
    }

    public Answer DeleteTag(string id)
    {
        workspace.Purge(workspace.Tags, workspace.Tags.Find(id) is { Now.Life: RecordLife.Live } tag ? tag : throw Refusal.NotFound());
        return new Answer(200, default, null);
    }

    /// <summary>The vendor's own attributes, and what people defined for contacts and companies.</summary>
    public Answer DataAttributes(Request request)
    {
        var model = request.Call["model"];
        if (model == "conversation" && request.Version >= Search.Versions.StrictOrder)
            throw new Refusal(422, "parameter_invalid", "Use /conversations/attributes");
        var withArchived = request.Call["include_archived"] == "true";
        var shown = new JsonArray();
        foreach (var (name, table) in new[] { ("contact", workspace.Contacts), ("company", workspace.Companies) })
        {
            if (model is not null && model != name)
                continue;
            foreach (var member in table.Kind.Template.Select(pair => pair.Key).Where(member => member is not ("type" or "custom_attributes")))
                shown.Add(Standard(name, member, table.Kind.Writable.Contains(member)));
            foreach (var attribute in table.Attributes.Where(attribute => !attribute.Removed && (withArchived || !attribute.Archived)))
                shown.Add(Show(name, attribute));
        }

        return Reply.Json(new JsonObject { ["type"] = "list", ["data"] = shown });
    }

    public Answer CreateAttribute(Request request)
    {
        var body = Body.Parse(request.Call);
        var table = body.Needed("model") switch
        {
            "contact" => workspace.Contacts,
            "company" => workspace.Companies,
            var other => throw Refusal.Invalid($"model {other} is not known"),
        };
        var (name, type) = (body.Needed("name"), body.Needed("data_type"));
        if (workspace.Contacts.AttributeNamed(name) is not null || workspace.Companies.AttributeNamed(name) is not null)
            throw Refusal.Invalid($"You already have '{name}' in your data");
        if (!Types.Contains(type))
            throw Refusal.Invalid($"data_type {type} is not known");
        var attribute = Define(table, name, type);
        attribute.Options = Options(body);
        return Reply.Json(Show(body.Needed("model"), attribute));
    }

    public Answer UpdateAttribute(Request request, string id)
    {
        var body = Body.Parse(request.Call);
        foreach (var (name, table) in new[] { ("contact", workspace.Contacts), ("company", workspace.Companies) })
        {
            if (table.Attributes.FirstOrDefault(attribute => !attribute.Removed && attribute.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == id) is not { } found)
                continue;
            found.Archived = body["archived"]?.GetValue<bool>() ?? found.Archived;
            if (body["options"] is not null)
                found.Options = Options(body);
            found.UpdatedAt = workspace.Stamp / 1000;
            return Reply.Json(Show(name, found));
        }

        throw Refusal.NotFound("field_not_found", "Field not found");
    }

    public Answer ConversationAttributes(Request request)
    {
        if (request.Version < Search.Versions.StrictOrder)
            throw Refusal.WrongVersion();
        var withArchived = request.Call["include_archived"] == "true";
        return Reply.Json(new JsonObject
        {
            ["type"] = "list",
            ["data"] = new JsonArray([.. workspace.Conversations.Attributes.Where(attribute => !attribute.Removed && (withArchived || !attribute.Archived)).Select(attribute => new JsonObject
            {
                ["type"] = "conversation_attribute", ["id"] = attribute.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), ["name"] = attribute.Name, ["description"] = "",
                ["data_type"] = ConversationType(attribute.DataType), ["archived"] = attribute.Archived, ["required"] = false, ["visible_to_team_ids"] = new JsonArray(),
                ["options"] = new JsonArray([.. attribute.Options.Select((option, place) => new JsonObject
                {
                    ["id"] = $"00000000-0000-4000-8000-{(attribute.Id * 100) + place:x12}", ["label"] = option, ["archived"] = false,
                })]),
                ["created_at"] = attribute.CreatedAt, ["updated_at"] = attribute.UpdatedAt,
            })]),
        });
    }

    public Answer TicketTypes() => Reply.Json(new JsonObject { ["type"] = "list", ["data"] = new JsonArray(Rendering.TicketType(workspace)) });

    public static Answer TicketStates() => Reply.Json(new JsonObject
    {
        ["type"] = "list",
        ["data"] = new JsonArray(ObjectKind.Ticket.Template["ticket_state"]!.DeepClone()),
    });

    public static JsonNode ShowTicketAttribute(CustomAttribute attribute) => new JsonObject
    {
        ["type"] = "ticket_type_attribute", ["id"] = attribute.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), ["workspace_id"] = null, ["name"] = attribute.Name, ["description"] = "",
        ["data_type"] = ConversationType(attribute.DataType), ["input_options"] = attribute.Options.Count == 0 ? null
            : new JsonObject { ["list_options"] = new JsonArray([.. attribute.Options.Select((option, place) => new JsonObject { ["id"] = $"{place}", ["label"] = option })]) },
        ["order"] = 0, ["required_to_create"] = false, ["visible_on_create"] = true, ["archived"] = attribute.Archived, ["created_at"] = attribute.CreatedAt, ["updated_at"] = attribute.UpdatedAt,
    };

    /// <summary>Defines an attribute.</summary>
    public CustomAttribute Define(ObjectTable table, string name, string type)
    {
        var attribute = new CustomAttribute(workspace.NextNumber(), name, type, workspace.Stamp / 1000);
        table.Attributes.Add(attribute);
        return attribute;
    }

    private static string ConversationType(string type) => type switch { "float" => "decimal", "date" => "datetime", _ => type };

    private JsonNode Shown(ObjectTable table, Record record)
    {
        var shown = rendering.Show(table, record, record.Now);
        if (difficulties.Any && difficulties.WithoutId(table.Name, table.Name, record.Id))
            shown.Remove("id");
        return shown;
    }

    private static List<string> Options(JsonObject body) => [.. (body["options"] as JsonArray ?? []).Select(option => option is JsonObject one ? one.Needed("value") : option!.ToString())];

    // Standard attributes have no id and no times (facts, section 8).
    private static JsonNode Standard(string model, string member, bool writable) => new JsonObject
    {
        ["type"] = "data_attribute", ["name"] = member, ["full_name"] = member, ["label"] = Label(member), ["description"] = "",
        ["data_type"] = member.EndsWith("_at", StringComparison.Ordinal) ? "date"
            : member is "monthly_spend" or "session_count" or "user_count" or "size" ? "integer"
            : member is "has_hard_bounced" or "marked_email_as_spam" or "unsubscribed_from_emails" ? "boolean" : "string",
        ["api_writable"] = writable, ["ui_writable"] = writable, ["messenger_writable"] = false, ["custom"] = false, ["archived"] = false, ["model"] = model,
    };

    private static JsonNode Show(string model, CustomAttribute attribute)
    {
        var shown = new JsonObject
        {
            ["type"] = "data_attribute", ["id"] = attribute.Id, ["name"] = attribute.Name, ["full_name"] = $"custom_attributes.{attribute.Name}", ["label"] = attribute.Label, ["description"] = "",
            ["data_type"] = attribute.DataType, ["api_writable"] = true, ["ui_writable"] = true, ["messenger_writable"] = false, ["custom"] = true, ["archived"] = attribute.Archived,
            ["admin_id"] = "7001", ["created_at"] = attribute.CreatedAt, ["updated_at"] = attribute.UpdatedAt, ["model"] = model,
        };
        if (attribute.Options.Count > 0)
            shown["options"] = new JsonArray([.. attribute.Options.Select(option => (JsonNode)option)]);
        return shown;
    }

    private static string Label(string member) => $"{char.ToUpperInvariant(member[0])}{member[1..].Replace('_', ' ')}";
}
