using System.Text.Json;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Finds out who speaks.</summary>
internal sealed class Speakers(IntercomWorkspace workspace)
{
    /// <summary>Whoever a reply is from.</summary>
    public Author In(JsonElement body) => body.Text("type") == "admin" ? Admin(body.Required("admin_id")) : Of(Contact(body));

    public Author Admin(string id)
    {
        var admins = workspace.Admins;
        var admin = admins.FindLive(id) ?? throw Refusal.NotFound("Admin Not Found", "admin_not_found");
        return new Author("admin", id, admins.Text(admin.Now, "name"), admins.Text(admin.Now, "email"));
    }

    public Author Of(Record contact)
    {
        var contacts = workspace.Contacts;
        return new Author(workspace.IsUser(contact.Now) ? "user" : "lead", contacts.IdOf(contact), contacts.Text(contact.Now, "name"), contacts.Text(contact.Now, "email"));
    }

    /// <summary>The contact that something names by one of its three keys.</summary>
    public Record Contact(JsonElement named)
    {
        var contacts = workspace.Contacts;
        var found = named.Text("intercom_user_id") is { } id ? contacts.FindLive(id)
            : named.Text("user_id") is { } externalId ? ByKey("external_id", externalId)
            : named.Text("email") is { } email ? ByKey("email", email) : null;
        return found ?? throw Refusal.NotFound("User Not Found");
    }

    public Record? ByKey(string field, string value) =>
        workspace.Contacts.FindBy(workspace.Contacts.Fields[field], value).FirstOrDefault(contact => contact.Now.Life == RecordLife.Live);
}
