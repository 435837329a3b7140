using System.Globalization;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Data;

/// <summary>People at work: edits, new records, bulk edits, deletes, restores, merges, links, and now and then a new field.</summary>
internal sealed class LivingCrm
{
    private readonly EmulatedHubSpot crm;
    private readonly Func<HubSpotPortal> portal;
    private readonly Random random;
    private int fields;

    private LivingCrm(EmulatedHubSpot crm, Func<HubSpotPortal> portal, HubSpotEmulatorOptions options)
    {
        this.crm = crm;
        this.portal = portal;
        random = new Random(unchecked((int)Chance.Mix(options.Seed ^ 0x11FE)));
    }

    public static Heartbeat Start(EmulatedHubSpot crm, Func<HubSpotPortal> portal, HubSpotEmulatorOptions options) =>
        new(options.Clock, options.Life, new LivingCrm(crm, portal, options).Do);

    /// <summary>Does one thing that happens in a CRM.</summary>
    private void Do()
    {
        var now = portal();
        lock (now.Gate)
            if (Next(now) is { } mutation)
                crm.Mutate(mutation);
    }

    private Mutation? Next(HubSpotPortal now)
    {
        var tables = now.Tables.Where(table => table.LiveCount > 0).ToList();
        var table = random.Next(2) == 0 || tables.Count == 0 ? now.Contacts : tables[random.Next(tables.Count)];
        return random.Next(1000) switch
        {
            < 550 => Any(table) is { } id ? new EditRecords(table.Type.Name, [id], Values(table, 1 + random.Next(3))) : null,
            < 720 => new CreateRecord(table.Type.Name, New(table)),
            < 760 => Some(table, 10 + random.Next(40)) is { Count: > 0 } ids ? new EditRecords(table.Type.Name, ids, Values(table, 1)) : null,
            < 820 => table.LiveCount > 20 && Any(table) is { } id ? new DeleteRecords(table.Type.Name, [id]) : null,
            < 850 => table.ArchivedIds.Count > 0 ? new RestoreRecords(table.Type.Name, [Text(table.ArchivedIds.Last())]) : null,
            < 870 => Some(table, 2) is [var winner, var loser] && table.Type is not { IsActivity: true } and { Name: not ("products" or "line_items") }
                ? new MergeRecords(table.Type.Name, winner, [loser]) : null,
            < 950 => Any(now.Contacts) is { } contact && Any(now.Find("companies")!) is { } company
                ? new AssociateRecords(new("contacts", contact), new("companies", company), random.Next(3) == 0 ? "Decision maker" : null) : null,
            < 990 => Linked(now),
            < 992 => new AddField(table.Type.Name, new($"new_field_{Text(now.Clock.Milliseconds)}_{++fields}", $"New field {fields}")),
            _ => Any(now.Contacts) is { } id
                ? new EditRecords("contacts", [id], new Dictionary<string, string?> { ["num_associated_deals"] = Text(random.Next(9)) }) : null,
        };
    }

    private DissociateRecords? Linked(HubSpotPortal now)
    {
        var companies = now.Find("companies")!;
        for (var tries = 0; tries < 10; tries++)
            if (Any(now.Contacts) is { } contact
                && now.Links.From(now.Contacts.Type, long.Parse(contact, CultureInfo.InvariantCulture), companies.Type) is [var link, ..])
                return new DissociateRecords(new("contacts", contact), new("companies", Text(link.To)));
        return null;
    }

    private Dictionary<string, string?> New(ObjectTable table)
    {
        var values = Values(table, 5);
        if (table.Type.Name == "contacts")
            values["email"] = $"new.{Text(table.LastId + 1)}.{random.Next(1000)}@example.com";
        return values;
    }

    private Dictionary<string, string?> Values(ObjectTable table, int count)
    {
        var writable = table.Properties.All.Where(property => property is { Writable: true, Listed: true, Unique: false }).ToList();
        var values = new Dictionary<string, string?>();
        for (var i = 0; i < count && writable.Count > 0; i++)
        {
            var property = writable[random.Next(writable.Count)];
            values[property.Name] = property.Type switch
            {
                "number" => Text(random.Next(100_000)),
                "bool" => random.Next(2) == 0 ? "true" : "false",
                "date" => Pick(Words.Days),
                "datetime" => Pick(Words.Instants),
                "enumeration" => property.Options.Count > 0 ? property.Options[random.Next(property.Options.Count)].Value : null,
                _ => property.Name switch
                {
                    "firstname" => Pick(Words.FirstNames),
                    "lastname" => Pick(Words.LastNames),
                    "city" => Pick(Words.Cities),
                    "name" or "company" => $"{Pick(Words.Companies)} {Pick(Words.CompanyForms)}",
                    _ => random.Next(20) == 0 ? Pick(Words.Awkward) : $"{Pick(Words.Subjects)} {random.Next(10_000)}",
                },
            };
        }
        return values;
    }

    private List<string> Some(ObjectTable table, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Any(table)).OfType<string>().Distinct()];

    private string? Any(ObjectTable table)
    {
        for (var tries = 0; tries < 20 && table.Records.Count > 0; tries++)
            if (table.Records[random.Next(table.Records.Count)] is { Now.Life: RecordLife.Live } record)
                return Text(record.Id);
        return null;
    }

    private string Pick(string[] words) => words[random.Next(words.Length)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
