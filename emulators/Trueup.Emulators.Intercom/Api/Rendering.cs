using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Turns stored versions into what the API shows.</summary>
internal sealed class Rendering(IntercomWorkspace workspace)
{
    /// <summary>Entries of a list within a contact; the rest is at its address (facts, section 3).</summary>
    private const int MostNested = 10;

    /// <summary>Parts that a conversation shows: the latest (facts, section 3).</summary>
    private const int MostParts = 500;

    /// <summary>A record in the form of lists and searches.</summary>
    /// <param name="whole">Whether lists within it are whole, as nobody sees them but the state.</param>
    /// <param name="withMerges">Whether a contact tells who was merged into it.</param>
    public JsonObject Show(ObjectTable table, Record record, RecordVersion version, bool whole = false, bool withMerges = false)
    {
        var body = ObjectTable.Read(version);
        var shown = new JsonObject();
        foreach (var (member, usual) in table.Kind.Template)
            shown[member] = Member(table, record, version, body, member, usual, whole);
        if (withMerges && table == workspace.Contacts && shown["role"]?.ToString() == "user")
            shown["merge_history"] = MergeHistory(record);
        return shown;
    }

    /// <summary>A conversation with its parts, as a read by id shows it.</summary>
    public JsonObject ShowWithParts(Record record, RecordVersion version)
    {
        var shown = Show(workspace.Conversations, record, version);
        shown["conversation_parts"] = Parts(ObjectTable.Read(version), MostParts);
        return shown;
    }

    /// <summary>A record as another names it.</summary>
    public static JsonObject Reference(ObjectTable table, long number) =>
        new() { ["id"] = table.Kind.IdText(number), ["type"] = table.Kind.Type, ["url"] = $"/{table.Name}/{table.Kind.IdText(number)}" };

    public JsonArray MergeHistory(Record target) => new([.. workspace.Merges.Where(merge => merge.Target == target).Select(Show)]);

    private JsonNode Show((Record Source, Record Target, string SourceRole, long At) merge) => new JsonObject
    {
        ["type"] = "merge_history", ["source_contact_id"] = workspace.Contacts.IdOf(merge.Source), ["source_contact_role"] = merge.SourceRole, ["merged_at"] = merge.At,
    };

    private JsonNode? Member(ObjectTable table, Record record, RecordVersion version, JsonObject body, string member, JsonNode? usual, bool whole)
    {
        switch (table.Name, member)
        {
            case (_, "id"): return table.IdOf(record);
            case (_, "created_at"): return record.Created / 1000;
            case (_, "updated_at"): return version.Modified / 1000;
            case ("contacts", "workspace_id") or ("companies", "app_id"): return workspace.Options.WorkspaceCode;
            case ("contacts", "email_domain"): return body["email"]?.ToString() is { } email && email.Contains('@') ? email[(email.LastIndexOf('@') + 1)..] : null;
            case ("contacts", "companies"): return Nested(record, body, member, workspace.Companies, whole);
            case ("contacts", "tags"): return Nested(record, body, member, workspace.Tags, whole);
            case ("contacts", "notes"): return List([], $"/contacts/{table.IdOf(record)}/notes", 0);
            case ("contacts", "opted_out_subscription_types" or "opted_in_subscription_types"): return List([], $"/contacts/{table.IdOf(record)}/subscriptions", 0);
            case ("companies", "user_count"): return workspace.UsersOf(record);
            case ("tickets", "ticket_id"): return (record.Id - 1_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case ("tickets", "ticket_type"): return TicketType(workspace);
            case ("companies" or "conversations", "tags"): return new JsonObject { ["type"] = "tag.list", ["tags"] = new JsonArray([.. Live(body, member, workspace.Tags).Select(tag => Tag(tag))]) };
            case ("conversations" or "tickets", "contacts"): return new JsonObject { ["type"] = "contact.list", ["contacts"] = new JsonArray([.. ObjectTable.Links(body, member).Select(Person)]) };
            case (_, "custom_attributes" or "ticket_attributes"): return Attributes(table, body, member);
            default: return body.TryGetPropertyValue(member, out var value) ? value?.DeepClone() : usual?.DeepClone();
        }
    }

    /// <summary>The one type that tickets here have.</summary>
    public static JsonObject TicketType(IntercomWorkspace workspace) => new()
    {
        ["type"] = "ticket_type", ["id"] = "100", ["name"] = "Bug", ["description"] = "", ["icon"] = "🎟️", ["workspace_id"] = workspace.Options.WorkspaceCode, ["archived"] = false,
        ["created_at"] = 1_734_537_989, ["updated_at"] = 1_734_537_989, ["is_internal"] = false, ["category"] = "Back-office",
        ["ticket_type_attributes"] = new JsonObject { ["type"] = "list", ["data"] = new JsonArray([.. workspace.Tickets.Attributes.Where(attribute => !attribute.Removed).Select(MetadataCalls.ShowTicketAttribute)]) },
    };

    private static JsonObject Attributes(ObjectTable table, JsonObject body, string member)
    {
        var shown = new JsonObject();
        var values = body[member]?.AsObject();
        foreach (var attribute in table.Attributes.Where(attribute => attribute.IsVisible))
            shown[attribute.Name] = values?[attribute.Name]?.DeepClone();
        return shown;
    }

    private JsonObject Nested(Record record, JsonObject body, string member, ObjectTable targets, bool whole)
    {
        var live = Live(body, member, targets);
        return List([.. live.Take(whole ? int.MaxValue : MostNested).Select(target => Reference(targets, target.Id))],
            $"/contacts/{workspace.Contacts.IdOf(record)}/{member}", live.Count);
    }

    private static JsonObject List(IReadOnlyList<JsonNode> items, string address, int total) => new()
    {
        ["type"] = "list", ["data"] = new JsonArray([.. items]), ["url"] = address, ["total_count"] = total, ["has_more"] = total > items.Count,
    };

    /// <summary>The live records that a body links to.</summary>
    public static IReadOnlyList<Record> Live(JsonObject body, string member, ObjectTable targets) =>
        [.. ObjectTable.Links(body, member).Select(number => targets.TryGet(number, out var target) ? target : null).OfType<Record>().Where(target => target.Now.Life == RecordLife.Live)];

    private JsonNode Tag(Record tag) => new JsonObject { ["type"] = "tag", ["id"] = workspace.Tags.IdOf(tag), ["name"] = ObjectTable.Read(tag.Now)["name"]?.ToString() };

    private JsonNode Person(long number) => new JsonObject
    {
        ["type"] = "contact", ["id"] = workspace.Contacts.Kind.IdText(number),
        ["external_id"] = workspace.Contacts.TryGet(number, out var contact) ? ObjectTable.Read(contact.Now)["external_id"]?.DeepClone() : null,
    };

    private static JsonObject Parts(JsonObject body, int most)
    {
        var parts = body["~parts"]?.AsArray() ?? [];
        return new JsonObject
        {
            ["type"] = "conversation_part.list",
            ["conversation_parts"] = new JsonArray([.. parts.Skip(Math.Max(0, parts.Count - most)).Select(part => new JsonObject
            {
                ["type"] = "conversation_part", ["id"] = part!["id"]!.DeepClone(), ["part_type"] = part["kind"]!.DeepClone(), ["body"] = part["body"]?.DeepClone(),
                ["created_at"] = part["at"]!.DeepClone(), ["updated_at"] = part["at"]!.DeepClone(), ["notified_at"] = part["at"]!.DeepClone(), ["assigned_to"] = null,
                ["author"] = new JsonObject { ["type"] = part["by"]!.DeepClone(), ["id"] = part["author"]!.DeepClone(), ["name"] = null, ["email"] = null },
                ["attachments"] = new JsonArray(), ["external_id"] = null, ["redacted"] = false, ["state"] = "open", ["tags"] = new JsonArray(),
            })]),
            ["total_count"] = parts.Count,
        };
    }
}
