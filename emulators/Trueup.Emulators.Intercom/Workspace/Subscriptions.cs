using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>What contacts may subscribe to, and what they said of it.</summary>
internal sealed class Subscriptions
{
    public static readonly IReadOnlyList<(string Id, string Name, string Consent)> Types = [("91", "Announcements", "opt_out"), ("93", "Newsletters", "opt_in")];

    private readonly Dictionary<long, List<(string Type, string Consent)>> said = [];

    public IReadOnlyList<(string Type, string Consent)> Of(Record contact) => said.GetValueOrDefault(contact.Id) ?? [];

    public void Set(Record contact, string type, string consent)
    {
        Unset(contact, type);
        if (!said.TryGetValue(contact.Id, out var all))
            said.Add(contact.Id, all = []);
        all.Add((type, consent));
    }

    public bool Unset(Record contact, string type) => said.TryGetValue(contact.Id, out var all) && all.RemoveAll(each => each.Type == type) > 0;

    public static JsonObject Json((string Id, string Name, string Consent) type) => new()
    {
        ["type"] = "subscription", ["id"] = type.Id, ["state"] = "live", ["consent_type"] = type.Consent,
        ["default_translation"] = new JsonObject { ["name"] = type.Name, ["description"] = type.Name, ["locale"] = "en" },
        ["translations"] = new JsonArray(new JsonObject { ["name"] = type.Name, ["description"] = type.Name, ["locale"] = "en" }),
        ["content_types"] = new JsonArray("email"),
    };
}
