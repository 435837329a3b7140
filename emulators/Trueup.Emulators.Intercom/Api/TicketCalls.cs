using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Tickets (facts, section 10).</summary>
internal sealed class TicketCalls(IntercomWorkspace workspace, Rendering rendering)
{
    private readonly Speakers speakers = new(workspace);

    private ObjectTable Table => workspace.Tickets;

    public Answer Get(Request request, string id) => rendering.One(request, Table, Known(id));

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        var type = TypeIn(body);
        var contacts = body.Items("contacts").Select(Contact).ToList();
        if (contacts.Count == 0)
            throw Refusal.Missing("contacts");
        var values = new List<KeyValuePair<FieldDefinition, byte[]?>>
        {
            new(Table.Fields["ticket_type_id"], Stored.Text(type.Id)), new(Table.Fields["ticket_state_id"], Stored.Text(TicketTypes.States[0].Id)),
        };
        Writes.Attributes(Table, body, "ticket_attributes", values, type.Has);
        if (body.Get("assignment") is { } assignment)
            foreach (var (member, table) in new[] { ("admin_assignee_id", workspace.Admins), ("team_assignee_id", workspace.Teams) })
                if (assignment.Text(member) is { } assignee)
                    values.Add(new(Table.Fields[member], ConversationCalls.Assignee(table, assignee)));
        var ticket = workspace.Create(Table, values, body.Get("created_at") is { ValueKind: JsonValueKind.Number } at && at.TryGetInt64(out var seconds) ? seconds * 1000 : null);
        foreach (var contact in contacts)
            workspace.Link(Table, ticket, workspace.Contacts, contact);
        if (body.Text("conversation_to_link_id") is { } conversation)
            workspace.Link(Table, ticket, workspace.Conversations, workspace.Conversations.FindLive(conversation) ?? throw Refusal.NotFound());
        return rendering.One(request, Table, ticket, written: 1);
    }

    public Answer Update(Request request, string id)
    {
        var ticket = Known(id);
        var body = Body.Parse(request.Call);
        var type = workspace.TicketTypes.Find(Table.Text(ticket.Now, "ticket_type_id"));
        var values = Writes.Standard(Table, body, "open", "is_shared", "snoozed_until");
        Writes.Attributes(Table, body, "ticket_attributes", values, field => type?.Has(field) == true);
        if (body.Text("ticket_state_id") is { } state)
            values.Add(new(Table.Fields["ticket_state_id"], State(state)));
        if (body.Text("admin_id") is { } by && workspace.Admins.FindLive(by) is null)
            throw Refusal.NotFound("Assignee not found", "assignee_not_found");
        if (body.Text("assignee_id") is { } assignee)
            values.Add(workspace.Teams.FindLive(assignee) is null
                ? new(Table.Fields["admin_assignee_id"], ConversationCalls.Assignee(workspace.Admins, assignee))
                : new(Table.Fields["team_assignee_id"], ConversationCalls.Assignee(workspace.Teams, assignee)));
        workspace.Edit(Table, ticket, values);
        return rendering.One(request, Table, ticket, written: 1);
    }

    public Answer Delete(string id)
    {
        workspace.Purge(Table, Known(id));
        return Reply.Json(200, new JsonObject { ["id"] = id, ["object"] = "ticket", ["deleted"] = true }) with { Written = 1 };
    }

    /// <summary>Adds what somebody says; the answer is that part alone.</summary>
    public Answer Say(Request request, string id)
    {
        var ticket = Known(id);
        var body = Body.Parse(request.Call);
        var kind = body.Text("message_type") ?? "comment";
        if (kind is not ("comment" or "note" or "quick_reply"))
            throw Refusal.Invalid("message_type must be comment, note or quick_reply", "message_type");
        var part = new Part(kind, body.Text("body") is { } text ? $"<p>{text}</p>" : null, workspace.Now, speakers.In(body));
        workspace.Say(Table, ticket, part);
        var json = new JsonBytes();
        var shown = new Shown(workspace, Table, ticket, ticket.Now, request.Api);
        PartLog.Write(json, shown, workspace.Parts.LastId(shown), part);
        return Reply.Json(json) with { Written = 1 };
    }

    public Answer ChangeType(Request request, string id)
    {
        var ticket = Known(id);
        var body = Body.Parse(request.Call);
        var type = TypeIn(body);
        var values = new List<KeyValuePair<FieldDefinition, byte[]?>>
        {
            new(Table.Fields["ticket_type_id"], Stored.Text(type.Id)), new(Table.Fields["ticket_state_id"], State(body.Required("ticket_state_id"))),
        };
        Writes.Attributes(Table, body, "ticket_attributes", values, type.Has);
        workspace.Edit(Table, ticket, values);
        return rendering.One(request, Table, ticket, written: 1);
    }

    /// <exception cref="Refusal">Nobody knows it.</exception>
    public Record Known(string id) => Table.FindLive(id) ?? throw Refusal.NotFound("Ticket not found", "ticket_not_found");

    private TicketType TypeIn(JsonElement body) =>
        workspace.TicketTypes.Find(body.Required("ticket_type_id")) is { Archived: false } type ? type : throw new Refusal(400, "parameter_invalid", "Ticket type is not valid", "ticket_type_id");

    private static byte[] State(string id) => TicketTypes.StateOf(id) is not null ? Stored.Text(id)
        : throw new Refusal(400, "ticket_state_id_invalid", "Ticket state id is not valid or is not associated with the ticket type");

    private Record Contact(JsonElement named) =>
        (named.Text("id") is { } id ? workspace.Contacts.FindLive(id)
        : named.Text("external_id") is { } externalId ? speakers.ByKey("external_id", externalId)
        : named.Text("email") is { } email ? speakers.ByKey("email", email) : null) ?? throw Refusal.NotFound("User Not Found");
}
