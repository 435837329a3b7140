using System.Globalization;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Data;

/// <summary>People at work: edits, new records, replies, bulk edits, archiving, deletions, merges, links, and now and then a new attribute.</summary>
internal sealed class LivingCrm
{
    private static readonly string[] Worked = ["contacts", "companies", "conversations", "tickets"];

    private readonly EmulatedIntercom crm;
    private readonly Func<IntercomWorkspace> workspace;
    private readonly Random random;
    private int made;

    private LivingCrm(EmulatedIntercom crm, Func<IntercomWorkspace> workspace, IntercomEmulatorOptions options)
    {
        this.crm = crm;
        this.workspace = workspace;
        random = new Random(unchecked((int)Chance.Mix(options.Seed ^ 0x11FE)));
    }

    public static Heartbeat Start(EmulatedIntercom crm, Func<IntercomWorkspace> workspace, IntercomEmulatorOptions options) =>
        new(options.Clock, options.Life, new LivingCrm(crm, workspace, options).Do);

    /// <summary>Does one thing that happens in a workspace.</summary>
    private void Do()
    {
        var now = workspace();
        lock (now.Gate)
            if (Next(now) is { } mutation)
                crm.Mutate(mutation);
    }

    private Mutation? Next(IntercomWorkspace now)
    {
        var table = random.Next(2) == 0 ? now.Contacts : now[Worked[random.Next(Worked.Length)]];
        return random.Next(1000) switch
        {
            < 480 => Any(table) is { } id ? new EditRecords(table.Name, [id], Values(table, 1 + random.Next(3))) : null,
            < 600 => Any(now.Conversations) is { } id ? new EditRecords("conversations", [id], new Dictionary<string, string?> { ["conversation_parts"] = Pick(Words.Subjects) }) : null,
            < 740 => new CreateRecord(table.Name, New(table)),
            < 780 => Some(table, 10 + random.Next(40)) is { Count: > 0 } ids ? new EditRecords(table.Name, ids, Values(table, 1)) : null,
            < 830 => table.LiveCount > 20 && Any(table) is { } id ? new DeleteRecords(table.Name, [id]) : null,
            < 850 => table == now.Contacts && Any(table, RecordLife.Archived) is { } id ? new RestoreRecords(table.Name, [id]) : null,
            < 870 => Some(now.Contacts, 2) is [var winner, var loser] ? new MergeRecords("contacts", winner, [loser]) : null,
            < 940 => Any(now.Contacts) is { } contact && Any(now.Companies) is { } company ? new AssociateRecords(new("contacts", contact), new("companies", company)) : null,
            < 985 => Any(now.Contacts) is { } contact && Any(now.Tags) is { } tag ? new AssociateRecords(new("contacts", contact), new("tags", tag)) : null,
            < 987 => new AddField(table.Name, new($"new_attribute_{Text(now.Clock.Milliseconds)}_{++made}")),
            _ => table.LiveCount > 20 && Any(table) is { } id ? new PurgeRecords(table.Name, [id]) : null,
        };
    }

    private Dictionary<string, string?> New(ObjectTable table)
    {
        var values = Values(table, 3);
        var number = $"{Text(crm.Clock.Milliseconds)}-{++made}";
        switch (table.Name)
        {
            case "contacts":
                values["email"] = $"new.{number}@example.com";
                values["name"] = $"{Pick(Words.FirstNames)} {Pick(Words.LastNames)}";
                break;
            case "companies":
                values["company_id"] = $"new-{number}";
                break;
        }
        return values;
    }

    private Dictionary<string, string?> Values(ObjectTable table, int count)
    {
        var fields = table.Fields.Attributes.Where(field => !field.Archived).ToList();
        if (table.Fields.FindStandard("name") is { } name)
            fields.Add(name);
        var values = new Dictionary<string, string?>();
        for (var i = 0; i < count; i++)
        {
            var field = fields[random.Next(fields.Count)];
            values[field.Name] = Value(field);
        }
        return values;
    }

    private string? Value(FieldDefinition field) => field.Type switch
    {
        "boolean" => random.Next(2) == 0 ? "true" : "false",
        "date" or "datetime" => Text(crm.Clock.Milliseconds / 1000 - random.Next(10_000_000)),
        _ when field.IsNumber => Text(random.Next(100_000)),
        _ when field.Options.Count > 0 => field.Options[random.Next(field.Options.Count)].Label,
        _ => random.Next(10) == 0 && field.Custom ? Pick(Words.Awkward) : $"{Pick(Words.Subjects)} {random.Next(10_000)}",
    };

    private List<string> Some(ObjectTable table, int count) => [.. Enumerable.Range(0, count).Select(_ => Any(table)).OfType<string>().Distinct()];

    private string? Any(ObjectTable table, RecordLife life = RecordLife.Live)
    {
        for (var tries = 0; tries < 40 && table.Records.Count > 0; tries++)
            if (table.Records[random.Next(table.Records.Count)] is var record && record.Now.Life == life)
                return table.IdOf(record);
        return null;
    }

    private string Pick(string[] words) => words[random.Next(words.Length)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
