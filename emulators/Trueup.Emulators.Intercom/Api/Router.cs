using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>A request as the answering code sees it.</summary>
/// <param name="Version">The API version that it names, or the app's usual one.</param>
internal sealed record Request(Call Call, Version Version);

/// <summary>Where a request goes: the endpoint's stable name, the stream it is about, and what answers it.</summary>
internal sealed record Route(string Endpoint, string? Stream, Func<Request, Answer> Reply)
{
    /// <summary>Whether it needs no bearer token and costs no call.</summary>
    public bool Open { get; init; }
}

/// <summary>Finds the endpoint of a path. A wrong method is an unknown path (facts, section 1).</summary>
internal sealed class Router(
    IntercomWorkspace workspace, Tokens tokens, ContactCalls contacts, CompanyCalls companies, ConversationCalls conversations, MetadataCalls metadata)
{
    /// <summary>Every endpoint name that controls may use.</summary>
    public static readonly string[] Endpoints =
    [
        "me", "list", "search", "get", "create", "update", "delete", "archive", "merge", "merge-history", "linked", "link", "company-list", "scroll", "upsert", "company-contacts",
        "deleted", "reply", "admins", "teams", "tags", "segments", "tags-write", "data-attributes", "data-attributes-write", "conversation-attributes", "ticket-types", "ticket-states",
        "authorize", "token",
    ];

    public Route? Find(Call call) => (call.Method, call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)) switch
    {
        ("GET", ["me"]) => new("me", null, _ => metadata.Me()),
        ("GET", ["oauth"]) => new("authorize", null, request => tokens.Authorize(request.Call)) { Open = true },
        ("POST", ["auth", "eagle", "token"]) => new("token", null, request => tokens.Exchange(request.Call)) { Open = true },
        (_, ["contacts", .. var rest]) => Contacts(call.Method, rest),
        (_, ["companies", .. var rest]) => Companies(call.Method, rest),
        (_, ["conversations", .. var rest]) => Conversations(call.Method, rest),
        (_, ["tickets", .. var rest]) => Tickets(call.Method, rest),
        ("GET", ["admins"]) => new("admins", "admins", _ => metadata.All(Table("admins"), "admin.list", "admins")),
        ("GET", ["teams"]) => new("teams", "teams", _ => metadata.All(Table("teams"), "team.list", "teams")),
        ("GET", ["tags"]) => new("tags", "tags", _ => metadata.All(Table("tags"), "list", "data")),
        ("GET", ["segments"]) => new("segments", "segments", _ => metadata.All(Table("segments"), "segment.list", "segments")),
        ("GET", [("admins" or "teams" or "tags" or "segments") and var stream, var id]) => new("get", stream, _ => metadata.One(Table(stream), id)),
        ("POST", ["tags"]) => new("tags-write", "tags", metadata.SaveTag),
        ("DELETE", ["tags", var id]) => new("tags-write", "tags", _ => metadata.DeleteTag(id)),
        ("GET", ["data_attributes"]) => new("data-attributes", null, metadata.DataAttributes),
        ("POST", ["data_attributes"]) => new("data-attributes-write", null, metadata.CreateAttribute),
        ("PUT", ["data_attributes", var id]) => new("data-attributes-write", null, request => metadata.UpdateAttribute(request, id)),
        ("GET", ["ticket_types"]) => new("ticket-types", "tickets", _ => metadata.TicketTypes()),
        ("GET", ["ticket_states"]) => new("ticket-states", "tickets", _ => MetadataCalls.TicketStates()),
        _ => null,
    };

    private Route? Contacts(string method, string[] rest) => (method, rest) switch
    {
        ("GET", []) => new("list", "contacts", contacts.List),
        ("POST", []) => new("create", "contacts", contacts.Create),
        ("POST", ["search"]) => new("search", "contacts", contacts.Search),
        ("POST", ["merge"]) => new("merge", "contacts", contacts.Merge),
        ("GET", ["find_by_external_id", var id]) => new("get", "contacts", request => contacts.ByExternalId(request, id)),
        ("GET", [var id]) => new("get", "contacts", request => contacts.Get(request, id)),
        ("PUT", [var id]) => new("update", "contacts", request => contacts.Update(request, id)),
        ("DELETE", [var id]) => new("delete", "contacts", _ => contacts.Delete(id)),
        ("POST", [var id, "archive"]) => new("archive", "contacts", _ => contacts.Archive(id, true)),
        ("POST", [var id, "unarchive"]) => new("archive", "contacts", _ => contacts.Archive(id, false)),
        ("GET", [var id, "merge_history"]) => new("merge-history", "contacts", _ => contacts.MergeHistory(id)),
        ("GET", [var id, ("companies" or "tags" or "notes" or "segments" or "subscriptions") and var member]) => new("linked", "contacts", request => contacts.Linked(request, id, member)),
        ("POST", [var id, ("companies" or "tags") and var member]) => new("link", "contacts", request => contacts.Attach(request, id, member, Table(member))),
        ("DELETE", [var id, ("companies" or "tags") and var member, var target]) => new("link", "contacts", _ => contacts.Detach(id, member, Table(member), target)),
        _ => null,
    };

    private Route? Companies(string method, string[] rest) => (method, rest) switch
    {
        ("POST", ["list"]) => new("company-list", "companies", companies.List),
        ("GET", ["scroll"]) => new("scroll", "companies", companies.Scroll),
        ("POST", ["search"]) => new("search", "companies", companies.Search),
        ("GET", []) => new("get", "companies", companies.ByKey),
        ("POST", []) => new("upsert", "companies", companies.Upsert),
        ("GET", [var id]) => new("get", "companies", _ => companies.Get(id)),
        ("PUT", [var id]) => new("update", "companies", request => companies.Update(request, id)),
        ("DELETE", [var id]) => new("delete", "companies", _ => companies.Delete(id)),
        ("GET", [var id, "contacts"]) => new("company-contacts", "companies", _ => companies.Contacts(id)),
        _ => null,
    };

    private Route? Conversations(string method, string[] rest) => (method, rest) switch
    {
        ("GET", []) => new("list", "conversations", conversations.List),
        ("POST", []) => new("create", "conversations", conversations.Create),
        ("POST", ["search"]) => new("search", "conversations", conversations.Search),
        ("GET", ["deleted"]) => new("deleted", "conversations", conversations.Deleted),
        ("GET", ["attributes"]) => new("conversation-attributes", "conversations", metadata.ConversationAttributes),
        ("GET", [var id]) => new("get", "conversations", _ => conversations.Get(id)),
        ("PUT", [var id]) => new("update", "conversations", request => conversations.Update(request, id)),
        ("POST", [var id, "reply"]) => new("reply", "conversations", request => conversations.AddPart(request, id, "comment")),
        ("POST", [var id, "parts"]) => new("reply", "conversations", request => conversations.AddPart(request, id, "note")),
        ("DELETE", [var id]) => new("delete", "conversations", _ => conversations.Delete(id)),
        _ => null,
    };

    private Route? Tickets(string method, string[] rest) => (method, rest) switch
    {
        ("POST", []) => new("create", "tickets", conversations.CreateTicket),
        ("POST", ["search"]) => new("search", "tickets", conversations.SearchTickets),
        ("GET", [var id]) => new("get", "tickets", _ => conversations.GetTicket(id)),
        ("PUT", [var id]) => new("update", "tickets", request => conversations.UpdateTicket(request, id)),
        ("DELETE", [var id]) => new("delete", "tickets", _ => conversations.DeleteTicket(id)),
        _ => null,
    };

    private ObjectTable Table(string name) => workspace.Find(name)!;
}
