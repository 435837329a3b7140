using System.Globalization;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>A kind of ticket.</summary>
internal sealed class TicketType
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    public string Description { get; set; } = "";
    public string Icon { get; set; } = "🎟️";
    public required string Category { get; set; }
    public bool IsInternal { get; set; }
    public bool Archived { get; set; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; set; }

    /// <summary>Its attributes; several types may have one.</summary>
    public List<TypeAttribute> Attributes { get; } = [];

    public bool Has(FieldDefinition field) => Attributes.Exists(attribute => attribute.Field == field);
}

/// <summary>An attribute of a ticket type.</summary>
/// <param name="Id">Its id within all types.</param>
internal sealed record TypeAttribute(string Id, FieldDefinition Field);

/// <summary>A state that tickets go through.</summary>
internal sealed record TicketState(string Id, string Category, string Internal, string External);

/// <summary>The kinds of tickets, their attributes and their states.</summary>
/// <param name="workspaceCode">The workspace's code.</param>
internal sealed class TicketTypes(string workspaceCode)
{
    private static readonly string[] Builtin = ["_default_title_", "_default_description_"];

    private long lastAttribute = 200;

    public List<TicketType> All { get; } = [];

    public static IReadOnlyList<TicketState> States { get; } =
    [
        new("8577", "submitted", "Submitted", "Submitted"), new("8578", "in_progress", "In progress", "In progress"),
        new("8579", "waiting_on_customer", "Waiting on customer", "Waiting on you"), new("8580", "resolved", "Resolved", "Resolved"),
    ];

    public TicketType? Find(string? id) => All.Find(type => type.Id == id);

    public static TicketState? StateOf(string? id) => States.FirstOrDefault(state => state.Id == id);

    public TicketType Add(string name, string category, long now)
    {
        var type = new TicketType { Id = (100 + All.Count).ToString(CultureInfo.InvariantCulture), Name = name, Category = category, CreatedAt = now, UpdatedAt = now };
        All.Add(type);
        return type;
    }

    public TypeAttribute AddAttribute(TicketType type, FieldDefinition field)
    {
        var attribute = new TypeAttribute((++lastAttribute).ToString(CultureInfo.InvariantCulture), field);
        type.Attributes.Add(attribute);
        return attribute;
    }

    public static JsonObject? State(string? id) => StateOf(id) is { } state ? Json(state) : null;

    public static JsonObject Json(TicketState state) => new()
    {
        ["type"] = "ticket_state", ["id"] = state.Id, ["category"] = state.Category, ["internal_label"] = state.Internal, ["external_label"] = state.External,
    };

    public JsonObject? Json(string? id) => Find(id) is { } type ? Json(type) : null;

    public JsonObject Json(TicketType type) => new()
    {
        ["type"] = "ticket_type", ["id"] = type.Id, ["name"] = type.Name, ["description"] = type.Description, ["icon"] = type.Icon, ["workspace_id"] = workspaceCode,
        ["archived"] = type.Archived, ["created_at"] = type.CreatedAt / 1000, ["updated_at"] = type.UpdatedAt / 1000, ["is_internal"] = type.IsInternal,
        ["ticket_type_attributes"] = new JsonObject
        {
            ["type"] = "list", ["data"] = new JsonArray([.. type.Attributes.Where(attribute => !attribute.Field.Removed).Select((attribute, order) => (JsonNode)Json(type, attribute, order))]),
        },
        ["category"] = type.Category,
    };

    public JsonObject Json(TicketType type, TypeAttribute attribute, int order)
    {
        var field = attribute.Field;
        var builtin = Builtin.Contains(field.Name);
        return new JsonObject
        {
            ["type"] = "ticket_type_attribute", ["id"] = attribute.Id, ["workspace_id"] = workspaceCode, ["name"] = field.Name, ["description"] = field.Description,
            ["data_type"] = field.Type, ["input_options"] = Input(field), ["order"] = order, ["required_to_create"] = field.Required, ["required_to_create_for_contacts"] = false,
            ["visible_on_create"] = true, ["visible_to_contacts"] = builtin, ["default"] = builtin, ["ticket_type_id"] = long.Parse(type.Id, CultureInfo.InvariantCulture),
            ["archived"] = field.Archived, ["created_at"] = field.CreatedAt / 1000, ["updated_at"] = field.UpdatedAt / 1000,
        };
    }

    // The description knows an object there, and no null.
    private static JsonObject Input(FieldDefinition field) => field.Type == "list"
        ? new JsonObject { ["list_options"] = new JsonArray([.. field.Options.Select(option => (JsonNode)new JsonObject { ["id"] = option.Id, ["label"] = option.Label, ["archived"] = option.Archived })]), ["allow_multiple_values"] = false }
        : new JsonObject { ["multiline"] = field.Multiline };
}
