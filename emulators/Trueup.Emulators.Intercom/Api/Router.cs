using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>A request as the answering code sees it.</summary>
/// <param name="Api">The version that it names, or the app's usual one.</param>
internal sealed record Request(Call Call, ApiVersion Api);

/// <summary>Where a request goes: the endpoint's stable name, the stream it is about, and what answers it.</summary>
internal sealed record Route(string Endpoint, string? Stream, Func<Request, Answer> Reply)
{
    /// <summary>Whether it needs no bearer token and costs no call.</summary>
    public bool Open { get; init; }
}

/// <summary>What answers requests.</summary>
internal sealed record Answering(
    Searching Searching, ContactCalls Contacts, CompanyCalls Companies, CompanyScroll Scroll, ConversationCalls Conversations, TicketCalls Tickets, LinkCalls Links,
    DirectoryCalls Directory, DataAttributeCalls Attributes, ConversationAttributeCalls ConversationAttributes, TicketTypeCalls TicketTypes);

/// <summary>Finds the endpoint of a path. A wrong method is an unknown path (facts, section 1).</summary>
internal sealed class Router(IntercomWorkspace workspace, Tokens tokens, Answering answering)
{
    /// <summary>Every endpoint name that controls may use.</summary>
    public static readonly string[] Endpoints =
    [
        "me", "list", "search", "get", "create", "update", "delete", "archive", "merge", "merge-history", LinkCalls.Endpoint, "link", CompanyCalls.ListEndpoint, CompanyScroll.Endpoint, "upsert",
        "company-contacts", ConversationCalls.DeletedEndpoint, "reply", "manage", "admins", "teams", "tags", "segments", "tags-write", "admins-write", "data-attributes", "data-attributes-write",
        "conversation-attributes", "conversation-attributes-write", "ticket-types", "ticket-types-write", "ticket-states", "notes", "notes-write", "subscription-types", "authorize", "token",
    ];

    private readonly Answering to = answering;

    public Route? Find(Call call) => (call.Method, call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)) switch
    {
        ("GET", ["me"]) => new("me", null, to.Directory.Me),
        ("GET", ["oauth"]) => new("authorize", null, request => tokens.Authorize(request.Call)) { Open = true },
        ("POST", ["auth", "eagle", "token"]) => new("token", null, request => tokens.Exchange(request.Call)) { Open = true },
        (_, ["contacts", .. var rest]) => Contacts(call.Method, rest),
        (_, ["companies", .. var rest]) => Companies(call.Method, rest),
        (_, ["conversations", "attributes", .. var rest]) => ConversationAttributes(call.Method, rest),
        (_, ["conversations", .. var rest]) => Conversations(call.Method, rest),
        (_, ["tickets", .. var rest]) => Tickets(call.Method, rest),
        (_, ["ticket_types", .. var rest]) => TicketTypes(call.Method, rest),
        ("GET", ["ticket_states"]) => new("ticket-states", "tickets", _ => to.TicketTypes.States()),
        ("GET", ["data_attributes"]) => new("data-attributes", StreamOfModel(call["model"]), to.Attributes.List),
        ("POST", ["data_attributes"]) => new("data-attributes-write", null, to.Attributes.Create),
        ("PUT", ["data_attributes", var id]) => new("data-attributes-write", null, request => to.Attributes.Update(request, id)),
        ("GET", ["notes", var id]) => new("notes", "notes", request => to.Links.Note(request, id)),
        ("GET", ["subscription_types"]) => new("subscription-types", null, _ => LinkCalls.SubscriptionTypes()),
        _ => Directory(call.Method, call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)),
    };

    private Route? Contacts(string method, string[] rest) => (method, rest) switch
    {
        ("GET", []) => new("list", "contacts", request => to.Searching.List(request, workspace.Contacts, 10, "list", "data")),
        ("POST", []) => new("create", "contacts", to.Contacts.Create),
        ("POST", ["search"]) => new("search", "contacts", request => to.Searching.Search(request, workspace.Contacts, 50, "list", "data")),
        ("POST", ["merge"]) => new("merge", "contacts", to.Contacts.Merge),
        ("GET", ["find_by_external_id", var id]) => new("get", "contacts", request => to.Contacts.ByExternalId(request, id)),
        ("GET", [var id]) => new("get", "contacts", request => to.Contacts.Get(request, id)),
        ("PUT", [var id]) => new("update", "contacts", request => to.Contacts.Update(request, id)),
        ("DELETE", [var id]) => new("delete", "contacts", request => to.Contacts.Delete(request, id)),
        ("POST", [var id, "archive"]) => new("archive", "contacts", request => to.Contacts.Archive(request, id)),
        ("POST", [var id, "unarchive"]) => new("archive", "contacts", request => to.Contacts.Unarchive(request, id)),
        ("POST", [var id, "block"]) => new("archive", "contacts", request => to.Contacts.Block(request, id)),
        ("GET", [var id, "merge_history"]) => new("merge-history", "contacts", request => request.Api.Has16 ? to.Contacts.MergeHistory(request, id) : throw Refusal.NotInVersion()),
        ("GET", [var id, "companies"]) => OfContact(LinkCalls.Endpoint, id, (request, contact) => to.Links.Records(request, workspace.Contacts, contact, workspace.Companies)),
        ("GET", [var id, ("tags" or "segments") and var stream]) => OfContact(LinkCalls.Endpoint, id, (request, contact) => to.Links.All(request, workspace.Contacts, contact, workspace[stream])),
        ("GET", [var id, "notes"]) => OfContact(LinkCalls.Endpoint, id, (request, contact) => to.Links.Notes(request, workspace.Contacts, contact)),
        ("GET", [var id, "subscriptions"]) => OfContact(LinkCalls.Endpoint, id, (_, contact) => to.Links.Subscribed(contact)),
        ("POST", [var id, "companies"]) => OfContact("link", id, to.Links.AttachCompany),
        ("DELETE", [var id, "companies", var company]) => OfContact("link", id, (request, contact) => to.Links.DetachCompany(request, contact, company)),
        ("POST", [var id, "tags"]) => OfContact("link", id, (request, contact) => to.Links.Tag(request, workspace.Contacts, contact)),
        ("DELETE", [var id, "tags", var tag]) => OfContact("link", id, (_, contact) => to.Links.Untag(workspace.Contacts, contact, tag)),
        ("POST", [var id, "subscriptions"]) => OfContact("link", id, to.Links.Subscribe),
        ("DELETE", [var id, "subscriptions", var type]) => OfContact("link", id, (_, contact) => to.Links.Unsubscribe(contact, type)),
        ("POST", [var id, "notes"]) => OfContact("notes-write", id, (request, contact) => to.Links.Annotate(request, workspace.Contacts, contact)),
        _ => null,
    };

    private Route? Companies(string method, string[] rest) => (method, rest) switch
    {
        ("POST", ["list"]) => new(CompanyCalls.ListEndpoint, "companies", to.Companies.List),
        ("GET", ["scroll"]) => new(CompanyScroll.Endpoint, "companies", to.Scroll.Read),
        ("POST", ["search"]) => new("search", "companies", to.Companies.Search),
        ("GET", []) => new("get", "companies", to.Companies.ByKey),
        ("POST", []) => new("upsert", "companies", to.Companies.Upsert),
        ("GET", [var id]) => new("get", "companies", request => to.Companies.Get(request, id)),
        ("PUT", [var id]) => new("update", "companies", request => to.Companies.Update(request, id)),
        ("DELETE", [var id]) => new("delete", "companies", _ => to.Companies.Delete(id)),
        ("GET", [var id, "contacts"]) => new("company-contacts", "companies", request => to.Links.Records(request, workspace.Companies, to.Companies.Known(id), workspace.Contacts)),
        ("GET", [var id, "segments"]) => new(LinkCalls.Endpoint, "companies", request => to.Links.All(request, workspace.Companies, to.Companies.Known(id), workspace.Segments)),
        ("GET", [var id, "notes"]) => new(LinkCalls.Endpoint, "companies", request => to.Links.Notes(request, workspace.Companies, to.Companies.Known(id))),
        ("POST", [var id, "notes"]) => new("notes-write", "companies", request => to.Links.Annotate(request, workspace.Companies, to.Companies.Known(id))),
        _ => null,
    };

    private Route? Conversations(string method, string[] rest) => (method, rest) switch
    {
        ("GET", []) => new("list", "conversations", request => to.Searching.List(request, workspace.Conversations, 20, "conversation.list", "conversations")),
        ("POST", []) => new("create", "conversations", to.Conversations.Create),
        ("POST", ["search"]) => new("search", "conversations", request => to.Searching.Search(request, workspace.Conversations, 20, "conversation.list", "conversations")),
        ("GET", ["deleted"]) => new(ConversationCalls.DeletedEndpoint, "conversations", to.Conversations.Deleted),
        ("GET", [var id]) => new("get", "conversations", request => to.Conversations.Get(request, id)),
        ("PUT", [var id]) => new("update", "conversations", request => to.Conversations.Update(request, id)),
        ("DELETE", [var id]) => new("delete", "conversations", request => to.Conversations.Delete(request, id)),
        ("POST", [var id, "reply"]) => new("reply", "conversations", request => to.Conversations.Say(request, id)),
        ("POST", [var id, "parts"]) => new("manage", "conversations", request => to.Conversations.Manage(request, id)),
        ("POST", [var id, "customers"]) => new("link", "conversations", request => to.Conversations.Attach(request, id)),
        ("DELETE", [var id, "customers", var contact]) => new("link", "conversations", request => to.Conversations.Detach(request, id, contact)),
        ("POST", [var id, "tags"]) => new("link", "conversations", request => to.Links.Tag(request, workspace.Conversations, to.Conversations.Known(id))),
        ("DELETE", [var id, "tags", var tag]) => new("link", "conversations", _ => to.Links.Untag(workspace.Conversations, to.Conversations.Known(id), tag)),
        _ => null,
    };

    private Route? ConversationAttributes(string method, string[] rest)
    {
        var attributes = to.ConversationAttributes;
        Route Write(Func<Request, Answer> reply) => new("conversation-attributes-write", "conversations", reply);
        return (method, rest) switch
        {
            ("GET", []) => new("conversation-attributes", "conversations", attributes.List),
            ("GET", [var id]) => new("conversation-attributes", "conversations", request => attributes.Get(request, id)),
            ("POST", []) => Write(attributes.Create),
            ("PUT", [var id]) => Write(request => attributes.Update(request, id)),
            ("DELETE", [var id]) => Write(request => attributes.Delete(request, id)),
            ("POST", [var id, "options"]) => Write(request => attributes.AddOption(request, id)),
            ("PUT", [var id, "options", var option]) => Write(request => attributes.UpdateOption(request, id, option)),
            ("DELETE", [var id, "options", var option]) => Write(request => attributes.DeleteOption(request, id, option)),
            _ => null,
        };
    }

    private Route? Tickets(string method, string[] rest) => (method, rest) switch
    {
        ("POST", []) => new("create", "tickets", to.Tickets.Create),
        ("POST", ["search"]) => new("search", "tickets", request => to.Searching.Search(request, workspace.Tickets, 20, "ticket.list", "tickets")),
        ("GET", [var id]) => new("get", "tickets", request => to.Tickets.Get(request, id)),
        ("PUT", [var id]) => new("update", "tickets", request => to.Tickets.Update(request, id)),
        ("DELETE", [var id]) => new("delete", "tickets", _ => to.Tickets.Delete(id)),
        ("POST", [var id, "reply"]) => new("reply", "tickets", request => to.Tickets.Say(request, id)),
        ("POST", [var id, "change_type"]) => new("update", "tickets", request => to.Tickets.ChangeType(request, id)),
        _ => null,
    };

    private Route? TicketTypes(string method, string[] rest) => (method, rest) switch
    {
        ("GET", []) => new("ticket-types", "tickets", _ => to.TicketTypes.List()),
        ("GET", [var id]) => new("ticket-types", "tickets", _ => to.TicketTypes.Get(id)),
        ("POST", []) => new("ticket-types-write", "tickets", to.TicketTypes.Create),
        ("PUT", [var id]) => new("ticket-types-write", "tickets", request => to.TicketTypes.Update(request, id)),
        ("POST", [var id, "attributes"]) => new("ticket-types-write", "tickets", request => to.TicketTypes.AddAttribute(request, id)),
        ("PUT", [var id, "attributes", var attribute]) => new("ticket-types-write", "tickets", request => to.TicketTypes.UpdateAttribute(request, id, attribute)),
        _ => null,
    };

    private Route? Directory(string method, string[] path) => (method, path) switch
    {
        ("GET", ["admins"]) => new("admins", "admins", request => to.Directory.All(request, workspace.Admins, "admin.list", "admins")),
        ("PUT", ["admins", var id, "away"]) => new("admins-write", "admins", request => to.Directory.SetAway(request, id)),
        ("GET", ["teams"]) => new("teams", "teams", request => to.Directory.All(request, workspace.Teams, "team.list", "teams")),
        ("GET", ["tags"]) => new("tags", "tags", request => to.Directory.All(request, workspace.Tags, "list", "data")),
        ("GET", ["segments"]) => new("segments", "segments", to.Directory.Segments),
        ("GET", [("admins" or "teams" or "tags" or "segments") and var stream, var id]) => new("get", stream, request => to.Directory.One(request, workspace[stream], id)),
        ("POST", ["tags"]) => new("tags-write", "tags", to.Directory.SaveTag),
        ("DELETE", ["tags", var id]) => new("tags-write", "tags", _ => to.Directory.DeleteTag(id)),
        _ => null,
    };

    private Route OfContact(string endpoint, string id, Func<Request, Record, Answer> reply) => new(endpoint, "contacts", request => reply(request, to.Contacts.Known(request, id)));

    private static string? StreamOfModel(string? model) => model switch { "contact" => "contacts", "company" => "companies", "conversation" => "conversations", _ => null };
}
