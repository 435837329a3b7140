using System.Globalization;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Data;

/// <summary>What every workspace has: admins, teams, tags, segments, attributes of every type, and kinds of tickets.</summary>
internal static class WorkspaceFurniture
{
    public const int AdminCount = 8;

    private static readonly long Since = new DateTimeOffset(2024, 3, 4, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private static readonly string[] TagNames =
        ["vip", "trial", "churned", "beta", "press", "partner", "newsletter", "refund", "bug report", "feature idea", "escalated", "EMEA", "APAC", "migrated", "quiet", "Größe: L", "🚀 launch", "d'accord", "internal", "spam"];

    public static void Add(IntercomWorkspace workspace)
    {
        var admins = workspace.Admins;
        for (var i = 0; i < AdminCount; i++)
            Create(workspace, admins, ("name", $"{Words.FirstNames[i]} {Words.LastNames[i]}"), ("email", string.Create(CultureInfo.InvariantCulture, $"admin{i + 1}@example.com")),
                ("job_title", Words.Titles[i % Words.Titles.Length]), ("has_inbox_seat", i % 4 == 3 ? "false" : "true"));
        foreach (var name in new[] { "Support", "Sales", "Success" })
        {
            var team = Create(workspace, workspace.Teams, ("name", name));
            foreach (var admin in admins.Records.Where(admin => (admin.Id + team.Id) % 3 == 0))
                workspace.Links.Add("teams", team.Id, "admins", admin.Id);
        }
        foreach (var name in TagNames)
            Create(workspace, workspace.Tags, ("name", name));
        foreach (var name in new[] { "Active", "New", "Slipping away", "VIP" })
            Create(workspace, workspace.Segments, ("name", name), ("person_type", name == "VIP" ? "contact" : "user"));
        workspace.SegmentsByTag[workspace.Tags.Records[0].Id] = workspace.Segments.Records[^1].Id;

        Define(workspace, workspace.Contacts, "plan_tier", "string", "silver", "gold", "platinum");
        foreach (var (name, type) in new[] { ("seats", "integer"), ("score", "float"), ("is_champion", "boolean"), ("renews_on", "date"), ("remark", "string") })
            Define(workspace, workspace.Contacts, name, type);
        Define(workspace, workspace.Companies, "region", "string", "north", "south");
        foreach (var (name, type) in new[] { ("branches", "integer"), ("margin", "float"), ("is_listed", "boolean"), ("contract_ends", "date"), ("motto", "string") })
            Define(workspace, workspace.Companies, name, type);
        workspace.AttributesInUse.Add(workspace.Contacts.Fields.FindAttribute("plan_tier")!);
        Define(workspace, workspace.Conversations, "topic", "list", "billing", "bug", "other");
        foreach (var (name, type) in new[] { ("effort", "integer"), ("cost", "decimal"), ("is_angry", "boolean"), ("promised_at", "datetime"), ("summary", "string") })
            Define(workspace, workspace.Conversations, name, type);
        foreach (var (name, category) in new[] { ("Question", "Customer"), ("Bug", "Back-office"), ("Outage", "Tracker") })
        {
            var type = workspace.TicketTypes.Add(name, category, Math.Min(Since, workspace.Now));
            type.IsInternal = category != "Customer";
            foreach (var (attribute, dataType) in new[] { ("_default_title_", "string"), ("_default_description_", "string"), ("severity", "list"), ("estimate", "decimal"), ("affected", "integer"), ("is_blocking", "boolean"), ("due", "datetime") })
            {
                if (name == "Question" && attribute is ("affected" or "is_blocking"))
                    continue;
                var field = workspace.TicketAttribute(attribute, dataType, Math.Min(Since, workspace.Now));
                if (attribute == "severity" && field.Options.Count == 0)
                    field.Options = [.. new[] { "low", "high", "critical" }.Select(label => new AttributeOption(workspace.NextOptionId(), label))];
                workspace.TicketTypes.AddAttribute(type, field);
            }
        }
    }

    private static void Define(IntercomWorkspace workspace, ObjectTable table, string name, string type, params string[] options)
    {
        var at = Math.Min(Since, workspace.Now);
        table.Fields.Define(ordinal => new FieldDefinition(ordinal, name, type)
        {
            Custom = true, Id = workspace.NextNumber(), CreatedAt = at, UpdatedAt = at, Options = [.. options.Select(label => new AttributeOption(workspace.NextOptionId(), label))],
        });
    }

    private static Record Create(IntercomWorkspace workspace, ObjectTable table, params (string Field, string Value)[] values) =>
        workspace.Create(table, values.Select(value => KeyValuePair.Create(table.Fields[value.Field], Stored.Of(table.Fields[value.Field], value.Value))), Math.Min(Since, workspace.Now));
}
