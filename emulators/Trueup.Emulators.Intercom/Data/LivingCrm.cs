using System.Globalization;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Data;

/// <summary>People at work: edits, new records, replies, archives and their undoing, merges, links, and now and then a new attribute.</summary>
internal sealed class LivingCrm
{
    private readonly EmulatedIntercom crm;
    private readonly Func<IntercomWorkspace> workspace;
    private readonly Random random;
    private int attributes;

    private LivingCrm(EmulatedIntercom crm, Func<IntercomWorkspace> workspace, IntercomEmulatorOptions options)
    {
        this.crm = crm;
        this.workspace = workspace;
        random = new Random(unchecked((int)Chance.Mix(options.Seed ^ 0x11FE)));
    }

    public static Heartbeat Start(EmulatedIntercom crm, Func<IntercomWorkspace> workspace, IntercomEmulatorOptions options) =>
        new(options.Clock, options.Life, new LivingCrm(crm, workspace, options).Do);

    private void Do()
    {
        var now = workspace();
        lock (now.Gate)
            if (Next(now) is { } mutation)
                crm.Mutate(mutation);
    }

    private Mutation? Next(IntercomWorkspace now) => random.Next(1000) switch
    {
        < 350 => Any(now.Contacts) is { } id ? new EditRecords("contacts", [id], Person()) : null,
        < 450 => new CreateRecord("contacts", Person(email: true)),
        < 600 => Any(now.Conversations) is { } id ? new EditRecords("conversations", [id], One("conversation_parts", $"<p>{Pick(Words.Subjects)}</p>")) : null,
        < 680 => Any(now.Companies) is { } id ? new EditRecords("companies", [id], One("monthly_spend", Text(random.Next(10_000)))) : null,
        < 740 => Any(now.Tickets) is { } id ? new EditRecords("tickets", [id], One("_default_title_", Pick(Words.Subjects))) : null,
        < 780 => now.Contacts.LiveCount > 20 && Any(now.Contacts) is { } id ? new DeleteRecords("contacts", [id]) : null,
        < 800 => Any(now.Contacts, RecordLife.Archived) is { } id ? new RestoreRecords("contacts", [id]) : null,
        < 815 => Any(now.Contacts) is { } winner && Any(now.Contacts) is { } loser && winner != loser ? new MergeRecords("contacts", winner, [loser]) : null,
        < 900 => Any(now.Contacts) is { } contact && Any(now.Companies) is { } company ? new AssociateRecords(new("contacts", contact), new("companies", company)) : null,
        < 960 => Any(now.Contacts) is { } contact && Any(now.Tags) is { } tag ? new AssociateRecords(new("contacts", contact), new("tags", tag)) : null,
        < 975 => now.Conversations.LiveCount > 20 && Any(now.Conversations) is { } id ? new DeleteRecords("conversations", [id]) : null,
        < 977 => new AddField("contacts", new($"new_attribute_{Text(++attributes)}", $"New attribute {Text(attributes)}")),
        _ => Any(now.Contacts) is { } id ? new PurgeRecords("contacts", [id]) : null,
    };

    private Dictionary<string, string?> Person(bool email = false)
    {
        var values = new Dictionary<string, string?> { ["name"] = $"{Pick(Words.FirstNames)} {Pick(Words.LastNames)}", ["custom_attributes.seats"] = Text(random.Next(1_000)) };
        if (email)
            values["email"] = $"new.{Text(random.Next(1_000_000))}@example.com";
        if (random.Next(10) == 0)
            values["custom_attributes.remark"] = Pick(Words.Awkward);
        return values;
    }

    private string? Any(ObjectTable table, RecordLife life = RecordLife.Live)
    {
        for (var tries = 0; tries < 40 && table.Records.Count > 0; tries++)
            if (table.Records[random.Next(table.Records.Count)] is var record && record.Now.Life == life)
                return table.IdOf(record);
        return null;
    }

    private static Dictionary<string, string?> One(string name, string value) => new() { [name] = value };

    private string Pick(string[] words) => words[random.Next(words.Length)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
