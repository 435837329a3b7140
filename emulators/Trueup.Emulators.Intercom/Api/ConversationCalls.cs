using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Conversations and what is said in them (facts, sections 7 and 10).</summary>
/// <param name="address">Where pages say that the next one is.</param>
internal sealed class ConversationCalls(IntercomWorkspace workspace, Rendering rendering, Difficulties difficulties, Func<string> address)
{
    public const string DeletedEndpoint = "deleted";

    private readonly Speakers speakers = new(workspace);

    private ObjectTable Table => workspace.Conversations;

    public Answer Get(Request request, string id) => rendering.One(request, Table, Known(id), parts: true);

    /// <summary>A contact begins one; the answer is the message.</summary>
    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        if (body.Get("from") is not { } from)
            throw Refusal.Missing("from");
        var contact = workspace.Contacts.FindLive(from.Required("id")) ?? throw Refusal.NotFound("User Not Found");
        var text = body.Required("body");
        var author = speakers.Of(contact);
        var fields = Table.Fields;
        var conversation = workspace.Create(Table,
        [
            new(fields["source.subject"], Stored.Text(body.Text("subject") ?? "")), new(fields["source.body"], Stored.Text($"<p>{text}</p>")),
            new(fields["source.author.type"], Stored.Text(author.Type)), new(fields["source.author.id"], Stored.Text(author.Id)),
            new(fields["source.author.name"], author.Name is null ? null : Stored.Text(author.Name)), new(fields["source.author.email"], author.Email is null ? null : Stored.Text(author.Email)),
            new(fields["waiting_since"], Stored.Number(workspace.Now / 1000)),
        ]);
        workspace.Link(Table, conversation, workspace.Contacts, contact);
        return Reply.Json(200, new JsonObject
        {
            ["type"] = "user_message", ["id"] = Rendering.Text(400_000_000 + conversation.Id), ["created_at"] = conversation.Created / 1000, ["body"] = text,
            ["message_type"] = "inapp", ["conversation_id"] = Table.IdOf(conversation),
        }) with { Written = 1 };
    }

    public Answer Update(Request request, string id)
    {
        var conversation = Known(id);
        var body = Body.Parse(request.Call);
        var values = Writes.Standard(Table, body, "read", "title");
        Writes.Attributes(Table, body, "custom_attributes", values);
        if (body.Text("company_id") is { } company)
            LinkCompany(workspace, Table, conversation, company);
        workspace.Edit(Table, conversation, values);
        return rendering.One(request, Table, conversation, parts: true, written: 1);
    }

    public Answer Delete(Request request, string id)
    {
        workspace.Purge(Table, Known(id), keepsMetrics: request.Call["retain_metrics"] != "false");
        return Reply.Json(200, new JsonObject { ["id"] = id, ["object"] = "conversation", ["deleted"] = true }) with { Written = 1 };
    }

    /// <summary>What was deleted, by page numbers, the last first.</summary>
    public Answer Deleted(Request request)
    {
        if (!request.Api.Has16)
            throw Refusal.NotInVersion();
        var call = request.Call;
        var page = Body.Number(call["page"], "page", 1, int.MaxValue);
        var perPage = Body.Number(call["per_page"], "per_page", 20, 60);
        var ascending = call["order"] switch { null or "" or "desc" => false, "asc" => true, var other => throw Refusal.Invalid($"order must be asc or desc, not {other}", "order") };
        var now = workspace.Clock.Milliseconds;
        var view = difficulties.View(DeletedEndpoint, Table.Name, now);
        // A deletion that lags is one that the view does not see yet.
        var all = workspace.DeletedConversations.Where(deleted => Table.TryGet(deleted.Id, out var record) && view.See(record)?.Life == RecordLife.Gone).ToList();
        if (!ascending)
            all.Reverse();
        var shown = all.Skip((int)Math.Min((long)(page - 1) * perPage, all.Count)).Take(perPage).ToList();
        var pages = Rendering.PagesOf(all.Count, perPage);
        return Reply.Json(200, new JsonObject
        {
            ["type"] = "conversations.list",
            ["conversations"] = new JsonArray([.. shown.Select(deleted => (JsonNode)new JsonObject
            {
                ["type"] = "conversation", ["id"] = Table.IdText(deleted.Id), ["metrics_retained"] = deleted.MetricsRetained, ["deleted_at"] = deleted.At / 1000,
            })]),
            ["total_count"] = all.Count,
            ["pages"] = new JsonObject
            {
                ["type"] = "pages", ["next"] = page < pages ? $"{address()}/conversations/deleted?per_page={perPage}&order={(ascending ? "asc" : "desc")}&page={page + 1}" : null,
                ["page"] = page, ["per_page"] = perPage, ["total_pages"] = pages,
            },
        });
    }

    public Answer Say(Request request, string id)
    {
        var conversation = id == "last" ? throw Refusal.NotFound() : Known(id);
        var body = Body.Parse(request.Call);
        var author = speakers.In(body);
        var text = body.Text("body");
        var kind = body.Text("message_type") ?? "comment";
        if (kind is not ("comment" or "note" or "quick_reply"))
            throw Refusal.Invalid("message_type must be comment, note or quick_reply", "message_type");
        if (kind != "quick_reply" && string.IsNullOrEmpty(text))
            throw Refusal.Missing("body");
        var byAdmin = author.Type == "admin";
        var at = Stored.Number(workspace.Now / 1000);
        var fields = Table.Fields;
        var values = new List<KeyValuePair<FieldDefinition, byte[]?>>();
        if (kind == "comment")
            values.AddRange([new(fields[byAdmin ? "statistics.last_admin_reply_at" : "statistics.last_contact_reply_at"], at), new(fields["waiting_since"], byAdmin ? null : at)]);
        if (!byAdmin && Table.Text(conversation.Now, "state") is ("closed" or "snoozed"))
            values.Add(new(fields["state"], null));
        workspace.Edit(Table, conversation, values);
        workspace.Say(Table, conversation, new Part(kind, text is null ? null : $"<p>{text}</p>", workspace.Now, author, Table.Text(conversation.Now, "state")));
        return rendering.One(request, Table, conversation, parts: true, written: 1);
    }

    /// <summary>Closes, opens, snoozes or assigns a conversation.</summary>
    public Answer Manage(Request request, string id)
    {
        var conversation = Known(id);
        var body = Body.Parse(request.Call);
        var kind = body.Required("message_type");
        var author = speakers.Admin(body.Required("admin_id"));
        var fields = Table.Fields;
        var values = new List<KeyValuePair<FieldDefinition, byte[]?>>();
        string? assignee = null;
        var assigneeType = body.Text("type") ?? "admin";
        switch (kind)
        {
            case "close":
                values.AddRange([new(fields["state"], Stored.Text("closed")), new(fields["statistics.last_close_at"], Stored.Number(workspace.Now / 1000)), new(fields["waiting_since"], null)]);
                break;
            case "open":
                values.AddRange([new(fields["state"], null), new(fields["snoozed_until"], null)]);
                break;
            case "snoozed":
                if (body.Get("snoozed_until") is not { ValueKind: JsonValueKind.Number } until || !until.TryGetInt64(out var seconds))
                    throw Refusal.Missing("snoozed_until");
                values.AddRange([new(fields["state"], Stored.Text("snoozed")), new(fields["snoozed_until"], Stored.Number(seconds))]);
                break;
            case "assignment":
                assignee = body.Required("assignee_id");
                values.Add(new(fields[assigneeType == "team" ? "team_assignee_id" : "admin_assignee_id"], Assignee(assigneeType == "team" ? workspace.Teams : workspace.Admins, assignee)));
                break;
            default:
                throw Refusal.Invalid("message_type must be close, open, snoozed or assignment", "message_type");
        }
        workspace.Edit(Table, conversation, values);
        workspace.Say(Table, conversation, new Part(kind, body.Text("body") is { } text ? $"<p>{text}</p>" : null, workspace.Now, author, Table.Text(conversation.Now, "state"),
            assignee is null ? null : assigneeType, assignee));
        return rendering.One(request, Table, conversation, parts: true, written: 1);
    }

    public Answer Attach(Request request, string id)
    {
        var conversation = Known(id);
        var body = Body.Parse(request.Call);
        if (body.Get("customer") is not { } customer)
            throw Refusal.Missing("customer");
        workspace.Link(Table, conversation, workspace.Contacts, speakers.Contact(customer));
        return rendering.One(request, Table, conversation, parts: true, written: 1);
    }

    public Answer Detach(Request request, string id, string contactId)
    {
        var conversation = Known(id);
        if (workspace.Contacts.Find(contactId) is not { } contact || !workspace.Links.Of(Table.Name, conversation.Id, "contacts").Contains(contact.Id))
            throw Refusal.NotFound();
        if (workspace.Links.Of(Table.Name, conversation.Id, "contacts").Count == 1)
            throw new Refusal(422, "unprocessable_entity", "Removing the last contact is not allowed");
        workspace.Unlink(Table, conversation, workspace.Contacts, contact);
        return rendering.One(request, Table, conversation, parts: true, written: 1);
    }

    /// <exception cref="Refusal">Nobody knows it.</exception>
    public Record Known(string id) => Table.FindLive(id) ?? throw Refusal.NotFound();

    /// <summary>Whoever is assigned, as a number; null for nobody.</summary>
    /// <exception cref="Refusal">There is no such person or team.</exception>
    public static byte[]? Assignee(ObjectTable table, string id) =>
        id is "0" or "" ? null
        : table.FindLive(id) is { } found ? Stored.Raw(found.Id.ToString(CultureInfo.InvariantCulture))
        : throw Refusal.NotFound("Assignee not found", "assignee_not_found");

    /// <summary>Lets a conversation or ticket be about a company.</summary>
    public static void LinkCompany(IntercomWorkspace workspace, ObjectTable table, Record record, string companyId)
    {
        var company = workspace.Companies.FindLive(companyId) ?? throw Refusal.NotFound("Company Not Found", "company_not_found");
        foreach (var before in workspace.Links.Of(table.Name, record.Id, "companies").ToList())
            workspace.Links.Remove(table.Name, record.Id, "companies", before);
        workspace.Link(table, record, workspace.Companies, company);
    }
}
