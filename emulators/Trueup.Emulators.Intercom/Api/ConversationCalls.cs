using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Conversations and tickets.</summary>
internal sealed class ConversationCalls(IntercomWorkspace workspace, Rendering rendering, Searches searches, Writes writes)
{
    private ObjectTable Conversations => workspace.Conversations;

    private ObjectTable Tickets => workspace.Tickets;

    public Answer List(Request request) =>
        Reply.Json(searches.List(request, Conversations, 20, "conversations", "conversation.list", row => rendering.Show(Conversations, row.Record, row.Version)));

    public Answer Search(Request request) =>
        Reply.Json(searches.Search(request, Conversations, 20, "conversations", "conversation.list", row => rendering.Show(Conversations, row.Record, row.Version)));

    public Answer Get(string id) => Reply.Json(Shown(Existing(Conversations, id)));

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        var contact = writes.Contact((body["from"] as JsonObject ?? throw new Refusal(400, "parameter_missing", "from is missing")).Needed("id"));
        var stored = new JsonObject
        {
            ["source"] = new JsonObject
            {
                ["type"] = "conversation", ["id"] = workspace.NextNumber().ToString(System.Globalization.CultureInfo.InvariantCulture), ["delivered_as"] = "customer_initiated", ["subject"] = "",
                ["body"] = body.Needed("body"), ["author"] = new JsonObject { ["type"] = "user", ["id"] = workspace.Contacts.IdOf(contact), ["name"] = null, ["email"] = null },
                ["attachments"] = new JsonArray(), ["url"] = null, ["redacted"] = false,
            },
        };
        ObjectTable.SetLinks(stored, "contacts", [contact.Id]);
        return Reply.Json(Shown(workspace.Create(Conversations, stored)));
    }

    public Answer Update(Request request, string id)
    {
        var conversation = Existing(Conversations, id);
        var body = Body.Parse(request.Call);
        workspace.Edit(Conversations, conversation, stored => Writes.Apply(Conversations, stored, body), workspace.Stamp);
        return Reply.Json(Shown(conversation));
    }

    /// <summary>A reply, or a part that closes, opens or assigns.</summary>
    public Answer AddPart(Request request, string id, string usual)
    {
        var conversation = Existing(Conversations, id);
        var body = Body.Parse(request.Call);
        var kind = body.Text("message_type") ?? usual;
        workspace.Edit(
            Conversations, conversation, stored => AddPart(workspace, stored, kind, body.Text("body"), body.Text("type") ?? "admin", body.Text("admin_id") ?? "0"), workspace.Stamp);
        return Reply.Json(Shown(conversation));
    }

    /// <summary>Adds a part to a stored conversation.</summary>
    public static void AddPart(IntercomWorkspace workspace, JsonObject stored, string kind, string? text, string by, string author)
    {
        if (stored["~parts"] is not JsonArray parts)
            stored["~parts"] = parts = [];
        parts.Add(new JsonObject
        {
            ["id"] = workspace.NextNumber().ToString(System.Globalization.CultureInfo.InvariantCulture), ["kind"] = kind, ["body"] = text, ["at"] = workspace.Stamp / 1000, ["by"] = by, ["author"] = author,
        });
        if (kind is "close" or "open")
            (stored["open"], stored["state"]) = (kind == "open", kind == "open" ? "open" : "closed");
    }

    public Answer Delete(string id)
    {
        workspace.Delete(Conversations, Existing(Conversations, id));
        return Reply.Json(new JsonObject { ["id"] = id, ["object"] = "conversation", ["deleted"] = true });
    }

    /// <summary>Deleted conversations, newest first unless asked otherwise (facts, section 7).</summary>
    public Answer Deleted(Request request)
    {
        if (request.Version < Versions.StrictOrder)
            throw Refusal.WrongVersion();
        var size = Body.Number(request.Call["per_page"], "per_page", 20, 60);
        var page = Body.Number(request.Call["page"], "page", 1, int.MaxValue);
        var all = request.Call["order"] == "asc" ? workspace.DeletedConversations : [.. Enumerable.Reverse(workspace.DeletedConversations)];
        var pages = (all.Count + size - 1) / size;
        return Reply.Json(new JsonObject
        {
            ["type"] = "conversations.list",
            ["conversations"] = new JsonArray([.. all.Skip((page - 1) * size).Take(size).Select(gone => new JsonObject
            {
                ["type"] = "conversation", ["id"] = Conversations.IdOf(gone.Record), ["metrics_retained"] = false, ["deleted_at"] = gone.At,
            })]),
            ["total_count"] = all.Count,
            ["pages"] = new JsonObject
            {
                ["type"] = "pages", ["next"] = page < pages ? $"https://api.intercom.io/conversations/deleted?per_page={size}&page={page + 1}" : null,
                ["page"] = page, ["per_page"] = size, ["total_pages"] = pages,
            },
        });
    }

    public Answer SearchTickets(Request request) =>
        Reply.Json(searches.Search(request, Tickets, 20, "tickets", "ticket.list", row => rendering.Show(Tickets, row.Record, row.Version)));

    public Answer GetTicket(string id) => Reply.Json(ShownTicket(Existing(Tickets, id)));

    public Answer CreateTicket(Request request)
    {
        var body = Body.Parse(request.Call);
        if (body.Needed("ticket_type_id") != "100")
            throw Refusal.NotFound(message: "Ticket type not found");
        var stored = Writes.Apply(Tickets, [], body);
        ObjectTable.SetLinks(stored, "contacts", [.. (body["contacts"] as JsonArray ?? []).Select(contact => writes.Contact(contact!.AsObject().Needed("id")).Id)]);
        return Reply.Json(ShownTicket(workspace.Create(Tickets, stored)));
    }

    public Answer UpdateTicket(Request request, string id)
    {
        var ticket = Existing(Tickets, id);
        var body = Body.Parse(request.Call);
        workspace.Edit(Tickets, ticket, stored => Writes.Apply(Tickets, stored, body), workspace.Stamp);
        return Reply.Json(ShownTicket(ticket));
    }

    public Answer DeleteTicket(string id)
    {
        workspace.Delete(Tickets, Existing(Tickets, id));
        return Reply.Json(new JsonObject { ["id"] = id, ["object"] = "ticket", ["deleted"] = true });
    }

    private JsonObject Shown(Record conversation) => rendering.ShowWithParts(conversation, conversation.Now);

    private JsonObject ShownTicket(Record ticket) => rendering.Show(Tickets, ticket, ticket.Now);

    private static Record Existing(ObjectTable table, string id) => table.Find(id) is { Now.Life: RecordLife.Live } record
        ? record : throw Refusal.NotFound(table.Name == "tickets" ? "ticket_not_found" : "not_found", "Resource Not Found");
}
