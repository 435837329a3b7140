using System.Globalization;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Data;

/// <summary>People at work: edits, new records, bulk edits, deletes, undeletes, merges, links, and now and then a new field.</summary>
internal sealed class LivingCrm
{
    // What people work on; users, queues and record types are left alone.
    private static readonly string[] Worked = ["Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Event", "Campaign", "CampaignMember", "Machine__c", "Survey__c"];

    private readonly EmulatedSalesforce crm;
    private readonly Func<SalesforceOrg> org;
    private readonly Random random;
    private int fields;

    private LivingCrm(EmulatedSalesforce crm, Func<SalesforceOrg> org, SalesforceEmulatorOptions options)
    {
        this.crm = crm;
        this.org = org;
        random = new Random(unchecked((int)Chance.Mix(options.Seed ^ 0x11FE)));
    }

    public static Heartbeat Start(EmulatedSalesforce crm, Func<SalesforceOrg> org, SalesforceEmulatorOptions options) =>
        new(options.Clock, options.Life, new LivingCrm(crm, org, options).Do);

    /// <summary>Does one thing that happens in an org.</summary>
    private void Do()
    {
        var now = org();
        lock (now.Gate)
            if (Next(now) is { } mutation)
                crm.Mutate(mutation);
    }

    private Mutation? Next(SalesforceOrg now)
    {
        var table = now[random.Next(2) == 0 ? "Contact" : Worked[random.Next(Worked.Length)]];
        return random.Next(1000) switch
        {
            < 580 => Any(table) is { } id ? new EditRecords(table.Name, [id], Values(table, 1 + random.Next(3))) : null,
            < 740 => new CreateRecord(table.Name, New(now, table)),
            < 790 => Some(table, 10 + random.Next(40)) is { Count: > 0 } ids ? new EditRecords(table.Name, ids, Values(table, 1)) : null,
            < 840 => table.LiveCount > 20 && table.Name != "Account" && Any(table) is { } id ? new DeleteRecords(table.Name, [id]) : null,
            < 860 => Binned(table) is { } id ? new RestoreRecords(table.Name, [id]) : null,
            < 880 => table.Type.Mergeable && Some(table, 2) is [var winner, var loser] ? new MergeRecords(table.Name, winner, [loser]) : null,
            < 990 => Any(now["Contact"]) is { } contact && Any(now["Account"]) is { } account
                ? new AssociateRecords(new("Contact", contact), new("Account", account)) : null,
            < 992 => new AddField(table.Name, new($"New_Field_{Text(now.Clock.Milliseconds)}_{++fields}__c", $"New field {fields}")),
            _ => Any(table) is { } id ? new PurgeRecords(table.Name, [id]) : null,
        };
    }

    private Dictionary<string, string?> New(SalesforceOrg now, SObjectTable table)
    {
        var values = Values(table, 5);
        foreach (var field in table.Fields.All.Where(field => field is { Removed: false, IsStored: true, Nillable: false, AutoNumber: false, Ordinal: >= FieldDefinition.FirstStored }))
            values.TryAdd(field.Name, field.IsReference ? Any(now[field.ReferenceTo[0]]) : Value(field));
        values["OwnerId"] = SalesforceOrg.UserId;
        if (table.Fields.Find("OwnerId") is null)
            values.Remove("OwnerId");
        return values;
    }

    private Dictionary<string, string?> Values(SObjectTable table, int count)
    {
        var writable = table.Fields.Visible.Where(field => field is { Updateable: true, IsReference: false, Unique: false, IsStored: true }).ToList();
        var values = new Dictionary<string, string?>();
        for (var i = 0; i < count && writable.Count > 0; i++)
        {
            var field = writable[random.Next(writable.Count)];
            values[field.Name] = Value(field);
        }
        return values;
    }

    private string? Value(FieldDefinition field) => field.Type switch
    {
        "boolean" => random.Next(2) == 0 ? "true" : "false",
        "date" => Pick(Words.Days),
        "datetime" => Pick(Words.Instants),
        "time" => string.Create(CultureInfo.InvariantCulture, $"{random.Next(24):00}:30:00.000Z"),
        "picklist" or "multipicklist" => field.Picklist.Count > 0 ? field.Picklist[random.Next(field.Picklist.Count)].Value : null,
        "email" => $"new.{random.Next(100_000)}@example.com",
        _ when field.IsNumber => Text(random.Next(100_000)),
        _ => field.Name switch
        {
            "FirstName" => Pick(Words.FirstNames),
            "LastName" => Pick(Words.LastNames),
            _ when field is { Nillable: true, IsLongText: true } && random.Next(10) == 0 => Pick(Words.Awkward),
            _ => $"{Pick(Words.Subjects)} {random.Next(10_000)}",
        },
    };

    private List<string> Some(SObjectTable table, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Any(table)).OfType<string>().Distinct()];

    private string? Any(SObjectTable table) => Any(table, RecordLife.Live);

    private string? Binned(SObjectTable table) => table.ArchivedCount > 0 ? Any(table, RecordLife.Archived) : null;

    private string? Any(SObjectTable table, RecordLife life)
    {
        for (var tries = 0; tries < 40 && table.Records.Count > 0; tries++)
            if (table.Records[random.Next(table.Records.Count)] is var record && record.Now.Life == life)
                return table.IdOf(record);
        return null;
    }

    private string Pick(string[] words) => words[random.Next(words.Length)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
