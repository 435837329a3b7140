using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>People: lists, single ones, writes, merges, and what they are linked to.</summary>
internal sealed class ContactCalls(IntercomWorkspace workspace, Rendering rendering, Searches searches)
{
    private ObjectTable Contacts => workspace.Contacts;

    public Answer List(Request request) => Reply.Json(searches.List(request, Contacts, 10, "data", "list", row => Show(request, row)));

    public Answer Search(Request request) => Reply.Json(searches.Search(request, Contacts, 50, "data", "list", row => Show(request, row)));

    public Answer Get(Request request, string id) => Reply.Json(Show(request, Readable(request, id)));

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        if (body.Text("email") is null && body.Text("external_id") is null && body.Text("role") is null)
            throw new Refusal(400, "parameter_missing", "One of email, external_id or role is needed");
        var duplicate = Contacts.Records.FirstOrDefault(record => record.Now.Life != RecordLife.Gone && IsSame(ObjectTable.Read(record.Now), body));
        if (duplicate is not null)
            throw new Refusal(409, "conflict", duplicate.Now.Life == RecordLife.Archived
                ? $"An archived contact matching those details already exists with id={Contacts.IdOf(duplicate)}"
                : $"A contact matching those details already exists with id={Contacts.IdOf(duplicate)}");
        return Reply.Json(Show(request, workspace.Create(Contacts, Writes.Apply(Contacts, [], body))));
    }

    public Answer Update(Request request, string id)
    {
        var contact = Existing(id);
        var body = Body.Parse(request.Call);
        workspace.Edit(Contacts, contact, stored => Writes.Apply(Contacts, stored, body), workspace.Stamp);
        return Reply.Json(Show(request, contact));
    }

    public Answer Delete(string id)
    {
        var contact = Existing(id);
        workspace.Purge(Contacts, contact);
        return Outcome(contact, "deleted", true);
    }

    public Answer Archive(string id, bool archived)
    {
        var contact = Contacts.Find(id) is { Now.Life: not RecordLife.Gone } found ? found : throw Refusal.NotFound(message: "User Not Found");
        if (archived && contact.Now.Life == RecordLife.Live)
            workspace.Delete(Contacts, contact);
        else if (!archived && contact.Now.Life == RecordLife.Archived)
            workspace.Restore(Contacts, contact);
        return Outcome(contact, "archived", archived);
    }

    public Answer Merge(Request request)
    {
        var body = Body.Parse(request.Call);
        var (from, into) = (Existing(body.Needed("from")), Existing(body.Needed("into")));
        if (from == into)
            throw Refusal.Invalid("A contact cannot be merged with itself", "invalid_merge");
        if (request.Version >= Versions.StrictOrder && body["skip_duplicate_validation"]?.GetValue<bool>() != true
            && ObjectTable.Read(from.Now)["email"]?.ToString() != ObjectTable.Read(into.Now)["email"]?.ToString())
            throw Refusal.Invalid("Contacts must be duplicates", "invalid_merge");
        workspace.Merge(into, from);
        return Reply.Json(Show(request, into));
    }

    public Answer MergeHistory(string id)
    {
        var history = rendering.MergeHistory(Existing(id));
        return Reply.Json(new JsonObject { ["type"] = "list", ["data"] = history, ["next_cursor"] = null, ["has_more"] = false });
    }

    /// <summary>One of the lists that a contact shows only the beginning of.</summary>
    public Answer Linked(Request request, string id, string member)
    {
        var contact = Existing(id);
        var body = ObjectTable.Read(contact.Now);
        var size = Body.Number(request.Call["per_page"], "per_page", 50, 60);
        var page = Body.Number(request.Call["page"], "page", 1, int.MaxValue);
        var (table, all) = member switch
        {
            "companies" => (workspace.Companies, Rendering.Live(body, member, workspace.Companies)),
            "tags" => (workspace.Tags, Rendering.Live(body, member, workspace.Tags)),
            _ => (workspace.Tags, (IReadOnlyList<Record>)[]),
        };
        var shown = all.Skip((page - 1) * size).Take(size).Select(record => (JsonNode)rendering.Show(table, record, record.Now));
        var list = new JsonObject { ["type"] = "list", ["data"] = new JsonArray([.. shown]) };
        if (member == "tags")
            return Reply.Json(list);
        list["total_count"] = all.Count;
        var pages = (all.Count + size - 1) / size;
        list["pages"] = new JsonObject
        {
            ["type"] = "pages", ["next"] = page < pages ? $"https://api.intercom.io/contacts/{id}/{member}?per_page={size}&page={page + 1}" : null,
            ["page"] = page, ["per_page"] = size, ["total_pages"] = pages,
        };
        return Reply.Json(list);
    }

    public Answer Attach(Request request, string id, string member, ObjectTable targets)
    {
        var contact = Existing(id);
        var target = Target(targets, Body.Parse(request.Call).Needed("id"));
        workspace.Link(Contacts, contact, member, target, set: true);
        return Reply.Json(rendering.Show(targets, target, target.Now));
    }

    public Answer Detach(string id, string member, ObjectTable targets, string targetId)
    {
        var target = Target(targets, targetId);
        workspace.Link(Contacts, Existing(id), member, target, set: false);
        return Reply.Json(rendering.Show(targets, target, target.Now));
    }

    public Answer ByExternalId(Request request, string externalId) =>
        Contacts.Records.FirstOrDefault(record => record.Now.Life == RecordLife.Live && ObjectTable.Read(record.Now)["external_id"]?.ToString() == externalId) is { } found
            ? Reply.Json(Show(request, found)) : throw Refusal.NotFound(message: "User Not Found");

    private Record Existing(string id) => Contacts.Find(id) is { Now.Life: RecordLife.Live } contact ? contact : throw Refusal.NotFound(message: "User Not Found");

    // A contact that was merged away names its survivor from 2.16; an archived one answers as before.
    private Record Readable(Request request, string id)
    {
        var contact = Contacts.Find(id);
        if (contact is { MergedInto: > 0 } && request.Version >= Versions.StrictOrder)
        {
            for (var hops = 0; contact is { MergedInto: > 0 } && hops < 3; hops++)
                Contacts.TryGet(contact.MergedInto, out contact);
            if (contact is not null)
                throw new Refusal(410, "contact_merged", "This contact was merged into another") { Headers = [new("Link", $"</contacts/{Contacts.IdOf(contact)}>; rel=\"canonical\"")] };
        }

        return contact is { Now.Life: not RecordLife.Gone } ? contact : throw Refusal.NotFound(message: "User Not Found");
    }

    private static Record Target(ObjectTable table, string id) =>
        table.Find(id) is { Now.Life: RecordLife.Live } target ? target : throw Refusal.NotFound(table.Name == "companies" ? "company_not_found" : "not_found", "Resource Not Found");

    private static bool IsSame(JsonObject stored, JsonObject created) =>
        created.Text("external_id") is { } external ? stored.Text("external_id") == external
        : created.Text("role") != "lead" && created.Text("email") is { } email && stored.Text("email") == email && stored.Text("role") != "lead";

    private JsonObject Show(Request request, SearchRow row) => rendering.Show(Contacts, row.Record, row.Version, withMerges: request.Call["include_merge_history"] == "true");

    private JsonObject Show(Request request, Record record) => rendering.Show(Contacts, record, record.Now, withMerges: request.Call["include_merge_history"] == "true");

    private Answer Outcome(Record contact, string what, bool done) => Reply.Json(new JsonObject
    {
        ["type"] = "contact", ["id"] = Contacts.IdOf(contact), ["external_id"] = ObjectTable.Read(contact.Now)["external_id"]?.DeepClone(), [what] = done,
    });
}
