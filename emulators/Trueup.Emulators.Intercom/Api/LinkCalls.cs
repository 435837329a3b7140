using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>What belongs to one record: companies, tags, notes, segments, subscriptions and people (facts, section 2).</summary>
internal sealed class LinkCalls(IntercomWorkspace workspace, Rendering rendering, Difficulties difficulties)
{
    public const string Endpoint = "linked";

    private const int PerPage = 50;
    private const int Most = 60;

    /// <summary>The live records of a stream that a record is linked with, page after page.</summary>
    public Answer Records(Request request, ObjectTable table, Record record, ObjectTable other) => Paged(request, table, other,
        workspace.Links.Of(table.Name, record.Id, other.Name).Select(id => other.TryGet(id, out var found) ? found : null).OfType<Record>(), record);

    /// <summary>Tags or segments, in one answer.</summary>
    public Answer All(Request request, ObjectTable table, Record record, ObjectTable other) => rendering.All(request, Endpoint, other, "list", "data",
        workspace.Links.Of(table.Name, record.Id, other.Name).Select(id => other.TryGet(id, out var found) ? found : null).OfType<Record>());

    public Answer Notes(Request request, ObjectTable table, Record record) => Paged(request, table, workspace.Notes, workspace.NotesOf(table, record), record);

    public Answer Subscribed(Record contact) => Reply.Json(200, new JsonObject
    {
        ["type"] = "list",
        ["data"] = new JsonArray([.. Subscriptions.Types.Where(type => workspace.Subscriptions.Of(contact).Any(said => said.Type == type.Id)).Select(type => (JsonNode)Subscriptions.Json(type))]),
    });

    public static Answer SubscriptionTypes() => Reply.Json(200, new JsonObject
    {
        ["type"] = "list", ["data"] = new JsonArray([.. Subscriptions.Types.Select(type => (JsonNode)Subscriptions.Json(type))]),
    });

    public Answer Subscribe(Request request, Record contact)
    {
        var body = Body.Parse(request.Call);
        var type = SubscriptionType(body.Required("id"));
        if (body.Required("consent_type") is not ("opt_in" or "opt_out") and var other)
            throw Refusal.Invalid($"consent_type must be opt_in or opt_out, not {other}", "consent_type");
        workspace.Subscriptions.Set(contact, type.Id, body.Required("consent_type"));
        workspace.Touch(workspace.Contacts, contact);
        return Reply.Json(200, Subscriptions.Json(type)) with { Written = 1 };
    }

    public Answer Unsubscribe(Record contact, string id)
    {
        var type = SubscriptionType(id);
        if (workspace.Subscriptions.Unset(contact, type.Id))
            workspace.Touch(workspace.Contacts, contact);
        return Reply.Json(200, Subscriptions.Json(type)) with { Written = 1 };
    }

    public Answer AttachCompany(Request request, Record contact)
    {
        var company = workspace.Companies.FindLive(Body.Parse(request.Call).Required("id")) ?? throw Refusal.NotFound("Company Not Found", "company_not_found");
        workspace.Link(workspace.Contacts, contact, workspace.Companies, company);
        return rendering.One(request, workspace.Companies, company, written: 1);
    }

    public Answer DetachCompany(Request request, Record contact, string id)
    {
        if (workspace.Companies.FindLive(id) is not { } company || !workspace.Unlink(workspace.Contacts, contact, workspace.Companies, company))
            throw Refusal.NotFound("Company Not Found", "company_not_found");
        return rendering.One(request, workspace.Companies, company, written: 1);
    }

    /// <summary>Tags a contact, a conversation or a ticket.</summary>
    public Answer Tag(Request request, ObjectTable table, Record record)
    {
        var body = Body.Parse(request.Call);
        var tag = workspace.Tags.FindLive(body.Required("id")) ?? throw Refusal.NotFound();
        workspace.Link(table, record, workspace.Tags, tag);
        return Tagged(tag, body.Text("admin_id"));
    }

    public Answer Untag(ObjectTable table, Record record, string id)
    {
        if (workspace.Tags.FindLive(id) is not { } tag || !workspace.Unlink(table, record, workspace.Tags, tag))
            throw Refusal.NotFound();
        return Tagged(tag, null);
    }

    public Answer Annotate(Request request, ObjectTable table, Record record)
    {
        var body = Body.Parse(request.Call);
        var admin = body.Text("admin_id");
        if (admin is not null && workspace.Admins.FindLive(admin) is null)
            throw Refusal.NotFound("Admin Not Found", "admin_not_found");
        return rendering.One(request, workspace.Notes, workspace.Annotate(table, record, $"<p>{body.Required("body")}</p>", admin ?? workspace.Admins.IdText(DirectoryCalls.ConnectedAdmin)), written: 1);
    }

    public Answer Note(Request request, string id) =>
        workspace.Notes.FindLive(id) is { } note ? rendering.One(request, workspace.Notes, note) : throw Refusal.NotFound();

    private Answer Tagged(Record tag, string? admin) => Reply.Json(200, new JsonObject
    {
        ["type"] = "tag", ["id"] = workspace.Tags.IdOf(tag), ["name"] = workspace.Tags.Text(tag.Now, "name"), ["applied_at"] = workspace.Now / 1000,
        ["applied_by"] = new JsonObject { ["type"] = "admin", ["id"] = admin ?? workspace.Admins.IdText(DirectoryCalls.ConnectedAdmin) },
    }) with { Written = 1 };

    private static (string Id, string Name, string Consent) SubscriptionType(string id) =>
        Subscriptions.Types.FirstOrDefault(type => type.Id == id) is { Id: not null } type ? type : throw Refusal.NotFound();

    private Answer Paged(Request request, ObjectTable table, ObjectTable other, IEnumerable<Record> records, Record owner)
    {
        var call = request.Call;
        var page = Body.Number(call["page"], "page", 1, int.MaxValue);
        var perPage = Body.Number(call["per_page"], "per_page", PerPage, Most);
        var all = records.Where(record => record.Now.Life == RecordLife.Live).Select(record => new Hit(record, record.Now, default, record.Id)).ToList();
        difficulties.Disturb(Endpoint, table.Name, all, static (left, right) => left.Record.Id.CompareTo(right.Record.Id));
        var from = (int)Math.Min((long)(page - 1) * perPage, all.Count);
        var hits = all.GetRange(from, Math.Min(perPage, all.Count - from));
        var next = from + hits.Count < all.Count ? $"/{table.Name}/{table.IdOf(owner)}/{other.Name}?per_page={perPage}&page={page + 1}" : null;
        return rendering.Numbered(request, Endpoint, other, hits, all.Count, page, perPage, next);
    }
}
