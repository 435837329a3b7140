using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Contacts: users and leads (facts, sections 7 and 10).</summary>
internal sealed class ContactCalls(IntercomWorkspace workspace, Rendering rendering, bool hidesArchived)
{
    private static readonly string[] Writable =
        ["role", "external_id", "email", "phone", "name", "avatar", "signed_up_at", "last_seen_at", "owner_id", "unsubscribed_from_emails"];

    private ObjectTable Table => workspace.Contacts;

    public Answer Get(Request request, string id) => rendering.One(request, Table, Known(request, id));

    public Answer ByExternalId(Request request, string externalId) =>
        Table.FindBy(Table.Fields["external_id"], externalId).FirstOrDefault(contact => contact.Now.Life == RecordLife.Live) is { } contact
            ? rendering.One(request, Table, contact) : throw Refusal.NotFound("User Not Found");

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        if (body.Text("email") is null && body.Text("external_id") is null && body.Text("role") is null)
            throw new Refusal(400, "parameter_missing", "One of email, external_id or role is required");
        var values = Values(body, null);
        return rendering.One(request, Table, workspace.Create(Table, values), written: 1);
    }

    public Answer Update(Request request, string id)
    {
        var contact = Known(request, id);
        workspace.Edit(Table, contact, Values(Body.Parse(request.Call), contact));
        return rendering.One(request, Table, contact, written: 1);
    }

    public Answer Delete(Request request, string id)
    {
        var contact = Known(request, id);
        var answer = Done(contact, "deleted", true);
        workspace.Purge(Table, contact);
        return answer;
    }

    public Answer Archive(Request request, string id)
    {
        var contact = Known(request, id);
        workspace.Archive(Table, contact);
        return Done(contact, "archived", true);
    }

    public Answer Unarchive(Request request, string id)
    {
        var contact = Known(request, id, evenHidden: true);
        workspace.Restore(Table, contact);
        return Done(contact, "archived", false);
    }

    public Answer Block(Request request, string id)
    {
        var contact = Known(request, id);
        workspace.Archive(Table, contact);
        return Done(contact, "blocked", true);
    }

    public Answer Merge(Request request)
    {
        var body = Body.Parse(request.Call);
        var source = Known(request, body.Required("from"));
        var target = Known(request, body.Required("into"));
        if (source == target || workspace.IsUser(source.Now))
            throw new Refusal(400, "invalid_merge", "A lead can be merged into a user");
        if (!workspace.IsUser(target.Now))
            throw new Refusal(400, "invalid_merge", "The contact to merge into must be a user");
        if (request.Api.Has16 && body.Flag("skip_duplicate_validation") != true && !AreDuplicates(source, target))
            throw new Refusal(400, "invalid_merge",
                "Contacts can only be merged when they are duplicates (matching email or phone). Pass skip_duplicate_validation=true to override this check.");
        workspace.Merge(source, target);
        return rendering.One(request, Table, target, written: 2);
    }

    /// <summary>What was merged into a contact, by cursors that are positions.</summary>
    public Answer MergeHistory(Request request, string id)
    {
        var call = request.Call;
        var contact = Known(request, id);
        if (!workspace.IsUser(contact.Now))
            throw Refusal.NotFound("Contact not found");
        var perPage = Body.Number(call["per_page"], "per_page", 20, 150);
        var from = call["cursor"] is { Length: > 0 } cursor ? Position(cursor) : 0;
        IEnumerable<Merge> merges = workspace.MergesInto(contact);
        if (call["order"] is not ("asc" or "ascending"))
            merges = merges.Reverse();
        var all = merges.ToList();
        var page = all.Skip(from).Take(perPage).ToList();
        var more = from + page.Count < all.Count;
        return Reply.Json(200, new JsonObject
        {
            ["type"] = "list",
            ["data"] = new JsonArray([.. page.Select(merge => (JsonNode)new JsonObject
            {
                ["type"] = "merge_history", ["source_contact_id"] = Table.IdText(merge.Source), ["source_contact_role"] = merge.Role, ["merged_at"] = merge.At / 1000,
            })]),
            ["next_cursor"] = more ? Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(from + page.Count)) : null,
            ["has_more"] = more,
        });
    }

    /// <summary>A contact that is there.</summary>
    /// <param name="evenHidden">Whether one that is archived is found where the options hide those.</param>
    /// <exception cref="Refusal">Nobody knows it, or it was merged away.</exception>
    public Record Known(Request request, string id, bool evenHidden = false)
    {
        var contact = Table.Find(id);
        if (contact is { MergedInto: not 0 } && request.Api.Has16 && workspace.Heir(contact) is { } heir)
            throw new Refusal(410, "contact_merged", "This contact has been merged. See the 'Link' header for the canonical contact.")
            {
                Headers = [new("Link", $"</contacts/{Table.IdOf(heir)}>; rel=\"canonical\"")],
            };
        return contact is null || contact.Now.Life == RecordLife.Gone || contact.Now.Life == RecordLife.Archived && hidesArchived && !evenHidden
            ? throw Refusal.NotFound("User Not Found") : contact;
    }

    private static int Position(string cursor)
    {
        try
        {
            return JsonSerializer.Deserialize<int>(Convert.FromBase64String(cursor));
        }
        catch (Exception invalid) when (invalid is FormatException or JsonException)
        {
            throw Refusal.Invalid("cursor is not valid", "cursor");
        }
    }

    private List<KeyValuePair<FieldDefinition, byte[]?>> Values(JsonElement body, Record? contact)
    {
        var values = Writes.Standard(Table, body, Writable);
        Writes.Attributes(Table, body, "custom_attributes", values);
        var role = body.Text("role") ?? (contact is null ? "user" : Table.Text(contact.Now, "role") ?? "user");
        if (role is not ("user" or "lead"))
            throw Refusal.Invalid("role must be user or lead", "role");
        if (body.Text("email") is { Length: > 0 } email && !email.Contains('@', StringComparison.Ordinal))
            throw Refusal.Invalid("email is not valid", "email");
        if (body.Text("owner_id") is { } owner && workspace.Admins.FindLive(owner) is null)
            throw Refusal.NotFound("Admin Not Found", "admin_not_found");
        RequireUnique(contact, "external_id", body.Text("external_id"));
        // Leads may share an email.
        if (role == "user")
            RequireUnique(contact, "email", body.Text("email"));
        return values;
    }

    private void RequireUnique(Record? contact, string field, string? value)
    {
        if (value is null || Table.FindBy(Table.Fields[field], value).FirstOrDefault(other => other != contact && workspace.IsUser(other.Now)) is not { } other)
            return;
        throw new Refusal(409, "conflict", other.Now.Life == RecordLife.Archived
            ? $"An archived contact matching those details already exists with id={Table.IdOf(other)}" : $"A contact matching those details already exists with id={Table.IdOf(other)}");
    }

    private bool AreDuplicates(Record source, Record target) =>
        new[] { "email", "phone" }.Any(field => Table.Text(source.Now, field) is { Length: > 0 } value && string.Equals(value, Table.Text(target.Now, field), StringComparison.OrdinalIgnoreCase));

    private Answer Done(Record contact, string what, bool value) => Reply.Json(200, new JsonObject
    {
        ["type"] = "contact", ["id"] = Table.IdOf(contact), ["external_id"] = Table.Text(contact.Now, "external_id"), [what] = value,
    }) with { Written = 1 };
}
