using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Data;

/// <summary>Makes up a workspace: the same seed makes the same one.</summary>
internal static class GeneratedData
{
    private const int Parts = 10;

    /// <summary>Data is stamped up to this day, or up to a day before the clock.</summary>
    private static readonly DateTimeOffset Latest = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Name, string Type, string[] Options)[] ContactAttributes =
        [("plan_tier", "string", ["silver", "gold", "platinum"]), ("seats", "integer", []), ("score", "float", []), ("is_champion", "boolean", []), ("renews_on", "date", []), ("remark", "string", [])];

    public static void Fill(IntercomWorkspace workspace, IntercomEmulatorOptions options)
    {
        var chance = new Random((int)(options.Seed ^ (options.Seed >> 32)));
        var until = workspace.Clock.GetUtcNow().AddDays(-1) is var yesterday && yesterday < Latest ? yesterday : Latest;
        Define(workspace);
        Furnish(workspace, chance, until);
        Companies(workspace, chance, until, options.Records / 10);
        Contacts(workspace, chance, until, options.Records);
        Conversations(workspace, chance, until, options.Records / 4);
        Tickets(workspace, chance, until, options.Records / 10);
    }

    private static void Define(IntercomWorkspace workspace)
    {
        var at = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        foreach (var (name, type, options) in ContactAttributes)
            workspace.Contacts.Attributes.Add(new CustomAttribute(workspace.NextNumber(), name, type, at) { Options = options });
        workspace.Companies.Attributes.Add(new CustomAttribute(workspace.NextNumber(), "region", "string", at) { Options = ["north", "south"] });
        workspace.Companies.Attributes.Add(new CustomAttribute(workspace.NextNumber(), "contract_value", "float", at));
        workspace.Conversations.Attributes.Add(new CustomAttribute(workspace.NextNumber(), "topic", "list", at) { Options = ["billing", "bug", "other"] });
        workspace.Conversations.Attributes.Add(new CustomAttribute(workspace.NextNumber(), "effort", "integer", at));
        foreach (var (name, type) in new[] { ("_default_title_", "string"), ("_default_description_", "string"), ("severity", "list") })
            workspace.Tickets.Attributes.Add(new CustomAttribute(workspace.NextNumber(), name, type, at) { Options = type == "list" ? ["low", "high"] : [] });
    }

    private static void Furnish(IntercomWorkspace workspace, Random chance, DateTimeOffset until)
    {
        for (var number = 0; number < 5; number++)
            Add(workspace, "admins", chance, until, new JsonObject { ["name"] = Name(chance), ["email"] = $"admin{number}@acme.test", ["job_title"] = Any(chance, Words.Titles) });
        foreach (var name in new[] { "Sales", "Support" })
            Add(workspace, "teams", chance, until, new JsonObject { ["name"] = name, ["admin_ids"] = new JsonArray(1_001, 1_002) });
        foreach (var name in new[] { "vip", "beta", "churn risk", "newsletter", "🚀 launch", "partner", "press", "trial", "event 2026", "board", "alumni", "reseller" })
            Add(workspace, "tags", chance, until, new JsonObject { ["name"] = name });
        foreach (var name in new[] { "Active", "Slipping away", "New" })
            Add(workspace, "segments", chance, until, new JsonObject { ["name"] = name });
    }

    private static void Companies(IntercomWorkspace workspace, Random chance, DateTimeOffset until, int count)
    {
        for (var number = 1; number <= count; number++)
        {
            var body = new JsonObject
            {
                ["company_id"] = $"acme-{number.ToString(CultureInfo.InvariantCulture)}", ["name"] = $"{Any(chance, Words.Companies)} {Any(chance, Words.CompanyForms)}", ["size"] = chance.Next(1, 5_000),
                ["website"] = $"https://company{number.ToString(CultureInfo.InvariantCulture)}.example.com", ["industry"] = Any(chance, Words.Subjects), ["monthly_spend"] = chance.Next(0, 10_000),
                ["last_request_at"] = Moment(chance, until).ToUnixTimeSeconds(),
                ["custom_attributes"] = new JsonObject { ["region"] = chance.Next(2) == 0 ? "north" : "south", ["contract_value"] = chance.Next(100_000) / 100.0 },
            };
            if (chance.Next(5) == 0)
                ObjectTable.SetLinks(body, "tags", [1_001 + chance.Next(12)]);
            Add(workspace, "companies", chance, until, body);
        }

        // Some were archived, which the scroll shows all the same.
        foreach (var company in workspace.Companies.Records.Where((_, place) => place % 40 == 39).ToList())
            workspace.Delete(workspace.Companies, company);
    }

    private static void Contacts(IntercomWorkspace workspace, Random chance, DateTimeOffset until, int count)
    {
        var companies = workspace.Companies.Records.Where(company => company.Now.Life == RecordLife.Live && company.Id % 17 != 0).Select(company => company.Id).ToList();
        for (var number = 1; number <= count; number++)
        {
            var text = number.ToString(CultureInfo.InvariantCulture);
            var isLead = chance.Next(5) == 0;
            var body = new JsonObject
            {
                ["role"] = isLead ? "lead" : "user", ["external_id"] = isLead ? null : $"u-{text}", ["email"] = $"person.{text}@example.com", ["name"] = Name(chance),
                ["signed_up_at"] = Moment(chance, until).ToUnixTimeSeconds(), ["phone"] = chance.Next(3) == 0 ? $"+41 44 {chance.Next(100, 999)} {chance.Next(10, 99)} {chance.Next(10, 99)}" : null,
                ["custom_attributes"] = new JsonObject
                {
                    ["plan_tier"] = ContactAttributes[0].Options[chance.Next(3)], ["seats"] = chance.Next(1, 1_000), ["score"] = chance.Next(10_000) / 100.0, ["is_champion"] = chance.Next(2) == 0,
                    ["renews_on"] = Moment(chance, until).ToUnixTimeSeconds(), ["remark"] = chance.Next(4) == 0 ? Any(chance, Words.Awkward) : null,
                },
            };
            if (companies.Count > 0 && chance.Next(3) > 0)
                ObjectTable.SetLinks(body, "companies", Some(chance, companies, chance.Next(25) == 0 ? 11 + chance.Next(15) : 1 + chance.Next(2)));
            if (chance.Next(4) == 0)
                ObjectTable.SetLinks(body, "tags", [.. Enumerable.Range(1_001, chance.Next(10) == 0 ? 12 : 1 + chance.Next(3)).Select(tag => (long)tag)]);
            Add(workspace, "contacts", chance, until, body);
        }
    }

    private static void Conversations(IntercomWorkspace workspace, Random chance, DateTimeOffset until, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var contact = workspace.Contacts.Records[chance.Next(workspace.Contacts.Records.Count)];
            var began = Moment(chance, until);
            var body = new JsonObject
            {
                ["title"] = chance.Next(2) == 0 ? Any(chance, Words.Subjects) : null, ["open"] = chance.Next(2) == 0,
                ["source"] = new JsonObject
                {
                    ["type"] = "conversation", ["id"] = workspace.NextNumber().ToString(CultureInfo.InvariantCulture), ["delivered_as"] = "customer_initiated", ["subject"] = "",
                    ["body"] = $"<p>{Any(chance, Words.Subjects)}</p>", ["author"] = new JsonObject { ["type"] = "user", ["id"] = workspace.Contacts.IdOf(contact), ["name"] = null, ["email"] = null },
                    ["attachments"] = new JsonArray(), ["url"] = null, ["redacted"] = false,
                },
                ["custom_attributes"] = new JsonObject { ["topic"] = chance.Next(2) == 0 ? "billing" : "bug", ["effort"] = chance.Next(10) },
                ["~parts"] = new JsonArray([.. Enumerable.Range(0, chance.Next(Parts * 2)).Select(part => (JsonNode)new JsonObject
                {
                    ["id"] = workspace.NextNumber().ToString(CultureInfo.InvariantCulture), ["kind"] = "comment", ["body"] = $"<p>{Any(chance, Words.Subjects)}: {part}</p>",
                    ["at"] = began.ToUnixTimeSeconds() + (part * 600), ["by"] = part % 2 == 0 ? "admin" : "user", ["author"] = part % 2 == 0 ? "1001" : workspace.Contacts.IdOf(contact),
                })]),
            };
            ObjectTable.SetLinks(body, "contacts", [contact.Id]);
            if (chance.Next(4) == 0)
                ObjectTable.SetLinks(body, "tags", [1_001 + chance.Next(12)]);
            workspace.Create(workspace.Conversations, body, began.AddSeconds(chance.Next(86_400)).ToUnixTimeSeconds() * 1000, began.ToUnixTimeSeconds() * 1000);
        }
    }

    private static void Tickets(IntercomWorkspace workspace, Random chance, DateTimeOffset until, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var body = new JsonObject
            {
                ["ticket_attributes"] = new JsonObject { ["_default_title_"] = Any(chance, Words.Subjects), ["_default_description_"] = Any(chance, Words.Awkward), ["severity"] = chance.Next(2) == 0 ? "low" : "high" },
            };
            ObjectTable.SetLinks(body, "contacts", [workspace.Contacts.Records[chance.Next(workspace.Contacts.Records.Count)].Id]);
            Add(workspace, "tickets", chance, until, body);
        }
    }

    private static void Add(IntercomWorkspace workspace, string stream, Random chance, DateTimeOffset until, JsonObject body)
    {
        var created = Moment(chance, until);
        var left = (int)Math.Max(1, Math.Min(int.MaxValue, (until - created).TotalSeconds));
        workspace.Create(workspace.Find(stream)!, body, created.AddSeconds(chance.Next(left)).ToUnixTimeSeconds() * 1000, created.ToUnixTimeSeconds() * 1000);
    }

    private static DateTimeOffset Moment(Random chance, DateTimeOffset until) => until.AddSeconds(-chance.Next(1, 150_000_000));

    private static string Name(Random chance) => $"{Any(chance, Words.FirstNames)} {Any(chance, Words.LastNames)}";

    private static IReadOnlyList<long> Some(Random chance, List<long> all, int count) => [.. Enumerable.Range(0, count).Select(_ => all[chance.Next(all.Count)]).Distinct()];

    private static T Any<T>(Random chance, IReadOnlyList<T> choices) => choices[chance.Next(choices.Count)];
}
