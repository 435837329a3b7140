using System.Globalization;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Data;

/// <summary>Generates a workspace from a seed: contacts as many as asked for, everything else in proportion, every awkward value somewhere.</summary>
internal sealed class GeneratedData
{
    private const long Second = 1_000;
    private const long Minute = 60 * Second;
    private const int LongTalk = 600;

    private static readonly DateTimeOffset LastStamp = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);

    private readonly IntercomWorkspace workspace;
    private readonly int count;
    private readonly Random random;
    private readonly long since;
    private readonly long until;

    public GeneratedData(IntercomWorkspace workspace, IntercomEmulatorOptions options)
    {
        this.workspace = workspace;
        count = options.Records;
        random = new Random(unchecked((int)Chance.Mix(options.Seed ^ 0x1C)));
        until = Math.Min(LastStamp.ToUnixTimeMilliseconds(), workspace.Now - 86_400_000);
        since = until - (long)TimeSpan.FromDays(900).TotalMilliseconds;
    }

    public void Generate()
    {
        Fill(workspace.Companies, Math.Max(5, count / 10), Company, static i => i % 50 == 7 ? RecordLife.Archived : RecordLife.Live);
        Fill(workspace.Contacts, count, Contact, static i => i % 100 == 13 ? RecordLife.Archived : RecordLife.Live);
        LinkContacts();
        Fill(workspace.Conversations, Math.Max(4, count / 4), Conversation, static _ => RecordLife.Live);
        Fill(workspace.Tickets, Math.Max(3, count / 10), Ticket, static _ => RecordLife.Live);
        LinkTalk();
        Annotate();
        MergeSome();
        for (var i = 50; i < Math.Min(workspace.Conversations.Records.Count, 1_000); i += 150)
            workspace.Purge(workspace.Conversations, workspace.Conversations.Records[i], keepsMetrics: i % 100 == 0, until);
    }

    private void Fill(ObjectTable table, int records, Action<Row, int> write, Func<int, RecordLife> life)
    {
        var id = table.LastId;
        for (var i = 0; i < records; i++)
        {
            id += 1 + random.Next(3);
            var created = Whole(since + random.NextInt64(until - since));
            var row = new Row(table, created, created);
            write(row, i);
            // Many are stamped alike, as imports leave them.
            var modified = i % 10 == 4 ? Math.Max(created, Whole(since + (until - since) / 2)) : Whole(created + random.NextInt64(until - created + 1));
            modified = Math.Max(modified, row.NotBefore);
            table.Add(id, created, new RecordVersion(ValueBody.With([], row.Values), modified, modified, life(i), life(i) == RecordLife.Live ? 0 : modified));
        }
    }

    // The values of one record as they are drawn.
    private sealed class Row(ObjectTable table, long created, long notBefore)
    {
        public SortedDictionary<int, byte[]?> Values { get; } = [];

        public long Created => created;

        public long NotBefore { get; set; } = notBefore;

        public string? this[string field]
        {
            set
            {
                var found = table.Fields.Find(field)!;
                Values[found.Ordinal] = Stored.Of(found, value);
            }
        }
    }

    private void Contact(Row row, int i)
    {
        var isLead = i % 4 == 3;
        var (first, last) = (Pick(Words.FirstNames), Pick(Words.LastNames));
        row["role"] = isLead ? "lead" : "user";
        if (!isLead || i % 8 == 3)
            // Some leads have the email of a user.
            row["email"] = string.Create(CultureInfo.InvariantCulture, $"person.{(isLead && i % 16 == 3 ? i - 1 : i)}@example.com");
        if (!isLead)
            row["external_id"] = string.Create(CultureInfo.InvariantCulture, $"u-{i}");
        row["name"] = i < 10 * Words.Awkward.Length && i % 10 == 5 ? Words.Awkward[i / 10] : $"{first} {last}";
        if (i % 3 == 0)
            row["phone"] = $"+41 44 {random.Next(100, 999)} {random.Next(10, 99)} {random.Next(10, 99)}";
        if (i % 7 == 0)
            row["avatar.image_url"] = $"https://img.example/{i}.png";
        if (i % 5 == 0)
            row["owner_id"] = Text(7_001 + random.Next(WorkspaceFurniture.AdminCount));
        row["signed_up_at"] = Text(row.Created / Second);
        if (i % 2 == 0)
        {
            row["last_seen_at"] = Text(Between(row.Created));
            row["browser"] = i % 4 == 0 ? "chrome" : "firefox";
            row["browser_version"] = Text(random.Next(80, 140));
            row["browser_language"] = "en";
            row["os"] = i % 4 == 0 ? "Windows" : "OS X 15.1";
            row["location.country"] = "Ireland";
            row["location.city"] = Pick(Words.Cities);
            row["location.country_code"] = "IRL";
        }
        if (i % 9 == 0)
            row["last_replied_at"] = Text(Between(row.Created));
        if (i % 6 == 0)
            row["last_contacted_at"] = Text(Between(row.Created));
        if (i % 30 == 0)
            row["unsubscribed_from_emails"] = "true";
        if (i % 11 == 0)
            row["ios_last_seen_at"] = Text(Between(row.Created));
        if (i % 13 == 0)
            row["utm_source"] = "newsletter";
        row["plan_tier"] = (i % 4) switch { 0 => "silver", 1 => "gold", 2 => "platinum", _ => null };
        row["seats"] = i % 3 == 0 ? null : Text(random.Next(1, 1_000));
        row["score"] = (i % 5) switch { 0 => null, 1 => "0.1", 2 => "-1E-7", _ => (random.Next(10_000) / 100.0).ToString("0.0#", CultureInfo.InvariantCulture) };
        row["is_champion"] = i % 6 == 0 ? null : i % 2 == 0 ? "true" : "false";
        row["renews_on"] = i % 7 == 0 ? null : Text(Between(since));
        row["remark"] = i < 10 * Words.Awkward.Length || i % 20 == 0 ? Words.Awkward[i % Words.Awkward.Length] : i % 500 == 3 ? string.Concat(Enumerable.Repeat($"Über {i} 🚀 — ", 400)) : null;
    }

    private void Company(Row row, int i)
    {
        row["company_id"] = string.Create(CultureInfo.InvariantCulture, $"acct-{i}");
        row["name"] = string.Create(CultureInfo.InvariantCulture, $"{Pick(Words.Companies)} {Pick(Words.CompanyForms)} {i}");
        row["remote_created_at"] = Text(row.Created / Second - 86_400);
        if (i % 6 != 5)
            row["last_request_at"] = Text(Between(row.Created));
        row["monthly_spend"] = Text(random.Next(5_000));
        row["session_count"] = Text(random.Next(300));
        if (i % 3 == 0)
            row["size"] = Text(random.Next(1, 20_000));
        if (i % 2 == 0)
            row["website"] = string.Create(CultureInfo.InvariantCulture, $"https://company{i}.example");
        row["industry"] = i % 4 == 0 ? Pick(["Retail", "Shipping", "Software & Services"]) : null;
        row["plan"] = i % 5 == 0 ? Pick(["Basic", "Pro"]) : null;
        row["region"] = (i % 3) switch { 0 => "north", 1 => "south", _ => null };
        row["branches"] = i % 2 == 0 ? Text(random.Next(40)) : null;
        row["margin"] = i % 3 == 0 ? (random.Next(1_000) / 8.0).ToString(CultureInfo.InvariantCulture) : null;
        row["is_listed"] = i % 4 == 0 ? "true" : null;
        row["contract_ends"] = i % 3 == 1 ? Text(Between(since)) : null;
        row["motto"] = i % 5 == 0 ? Words.Awkward[i / 5 % Words.Awkward.Length] : null;
    }

    private void Conversation(Row row, int i)
    {
        var contacts = workspace.Contacts;
        var contact = contacts.Records[OfConversation(i)];
        var parts = i == 3 ? LongTalk : i % 17 == 16 ? 0 : 5 + random.Next(11);
        row["title"] = i % 3 == 0 ? Pick(Words.Subjects) : null;
        row["source.subject"] = i % 5 == 0 ? Pick(Words.Subjects) : "";
        row["source.body"] = $"<p>{(i < 4 * Words.Awkward.Length && i % 4 == 0 ? Words.Awkward[i / 4] : Pick(Words.Subjects))}</p>";
        row["source.author.type"] = workspace.IsUser(contact.Now) ? "user" : "lead";
        row["source.author.id"] = contacts.IdOf(contact);
        row["source.author.name"] = contacts.Text(contact.Now, "name");
        row["source.author.email"] = contacts.Text(contact.Now, "email");
        row["state"] = (i % 3) switch { 0 => "closed", 1 => null, _ => i % 9 == 2 ? "snoozed" : null };
        row["snoozed_until"] = i % 9 == 2 ? Text(until / Second + 86_400) : null;
        row["read"] = i % 2 == 0 ? "true" : null;
        row["priority"] = (i % 10) switch { 0 => "urgent", 1 => "high", 2 => "low", _ => null };
        row["admin_assignee_id"] = i % 2 == 0 ? Text(7_001 + random.Next(WorkspaceFurniture.AdminCount)) : null;
        row["team_assignee_id"] = i % 4 == 0 ? Text(workspace.Teams.Records[i % workspace.Teams.Records.Count].Id) : null;
        row["waiting_since"] = i % 3 == 1 ? Text(row.Created / Second) : null;
        if (parts > 0 && i % 2 == 0)
        {
            row["statistics.time_to_admin_reply"] = "60";
            row["statistics.first_admin_reply_at"] = Text(row.Created / Second + 60);
            row["statistics.last_admin_reply_at"] = Text(row.Created / Second + parts * 60);
            row["statistics.count_reopens"] = "0";
            row["statistics.count_conversation_parts"] = Text(parts);
        }
        if (i % 12 == 0)
        {
            row["conversation_rating.rating"] = Text(1 + i % 5);
            row["conversation_rating.remark"] = i % 24 == 0 ? "Merci!" : "";
            row["conversation_rating.created_at"] = Text(row.Created / Second + 3_600);
        }
        row["ai_agent_participated"] = i % 8 == 0 ? "true" : null;
        row["topic"] = (i % 4) switch { 0 => "billing", 1 => "bug", 2 => "other", _ => null };
        row["effort"] = i % 3 == 0 ? Text(i % 10) : null;
        row["cost"] = i % 5 == 0 ? "12.5" : null;
        row["is_angry"] = i % 7 == 0 ? "true" : null;
        row["promised_at"] = i % 6 == 0 ? Text(until / Second) : null;
        row["summary"] = i % 10 == 0 ? Words.Awkward[i / 10 % Words.Awkward.Length] : null;
        row[PartLog.Generated] = Text(parts);
        row.NotBefore = Math.Min(until, row.Created + (parts + 1) * Minute);
    }

    private void Ticket(Row row, int i)
    {
        var type = workspace.TicketTypes.All[i % workspace.TicketTypes.All.Count];
        var state = TicketTypes.States[i % TicketTypes.States.Count];
        row["ticket_type_id"] = type.Id;
        row["ticket_state_id"] = state.Id;
        row["open"] = state.Category == "resolved" ? "false" : "true";
        row["is_shared"] = i % 5 == 0 ? "true" : null;
        row["admin_assignee_id"] = i % 2 == 0 ? Text(7_001 + random.Next(WorkspaceFurniture.AdminCount)) : null;
        row["_default_title_"] = $"{Pick(Words.Subjects)} {i}";
        row["_default_description_"] = i % 3 == 0 ? Words.Awkward[i / 3 % Words.Awkward.Length] : null;
        row["severity"] = (i % 3) switch { 0 => "low", 1 => "high", _ => null };
        row["estimate"] = i % 4 == 0 ? "1.5" : null;
        row["due"] = i % 4 == 1 ? Text(until / Second + 86_400) : null;
        if (type.Name != "Question")
        {
            row["affected"] = i % 2 == 0 ? Text(random.Next(50)) : null;
            row["is_blocking"] = i % 3 == 0 ? "true" : "false";
        }
        row[PartLog.Generated] = Text(1 + random.Next(3));
        row.NotBefore = Math.Min(until, row.Created + 4 * Minute);
    }

    private void LinkContacts()
    {
        // The others stay without people, as every twentieth does, or are archived.
        var companies = workspace.Companies.Records.Where((company, i) => i % 20 != 19 && company.Now.Life == RecordLife.Live).ToList();
        var (contacts, tags, segments) = (workspace.Contacts.Records, workspace.Tags.Records, workspace.Segments.Records);
        for (var i = 0; i < contacts.Count; i++)
        {
            var id = contacts[i].Id;
            var worksFor = i % 50 == 2 ? 11 + i % 4 : i % 5 == 4 ? 0 : i % 9 == 0 ? 2 : 1;
            for (var n = 0; n < worksFor && n < companies.Count; n++)
                workspace.Links.Add("contacts", id, "companies", companies[(i / 5 + n * 7) % companies.Count].Id);
            var tagged = i % 40 == 6 ? 13 : i % 5 == 0 ? 1 : 0;
            for (var n = 0; n < tagged; n++)
                workspace.Links.Add("contacts", id, "tags", tags[(i + n) % tags.Count].Id);
            if (i % 7 == 0)
                workspace.Links.Add("contacts", id, "segments", segments[i / 7 % segments.Count].Id);
            if (i % 15 == 0)
                workspace.Subscriptions.Set(contacts[i], Subscriptions.Types[i % 2].Id, Subscriptions.Types[i % 2].Consent);
        }
        for (var i = 0; i < companies.Count; i += 4)
        {
            workspace.Links.Add("companies", companies[i].Id, "tags", tags[i % tags.Count].Id);
            workspace.Links.Add("companies", companies[i].Id, "segments", segments[i % segments.Count].Id);
        }
    }

    private void LinkTalk()
    {
        var (conversations, tickets, contacts, tags) = (workspace.Conversations.Records, workspace.Tickets.Records, workspace.Contacts.Records, workspace.Tags.Records);
        for (var i = 0; i < conversations.Count; i++)
        {
            workspace.Links.Add("conversations", conversations[i].Id, "contacts", contacts[OfConversation(i)].Id);
            if (i % 20 == 0)
                workspace.Links.Add("conversations", conversations[i].Id, "contacts", contacts[(OfConversation(i) + 1) % contacts.Count].Id);
            if (i % 6 == 0)
                workspace.Links.Add("conversations", conversations[i].Id, "tags", tags[i % tags.Count].Id);
        }
        for (var i = 0; i < tickets.Count; i++)
        {
            workspace.Links.Add("tickets", tickets[i].Id, "contacts", contacts[i * 3 % contacts.Count].Id);
            if (i % 4 == 0)
                workspace.Links.Add("tickets", tickets[i].Id, "conversations", conversations[i % conversations.Count].Id);
        }
    }

    private void Annotate()
    {
        for (var i = 0; i < workspace.Contacts.Records.Count; i += 25)
            for (var n = 0; n < (i == 25 ? 12 : 1); n++)
                workspace.Annotate(workspace.Contacts, workspace.Contacts.Records[i], $"<p>{Pick(Words.Subjects)}</p>", "7001", until);
    }

    // Leads into the users before them that have their email.
    private void MergeSome()
    {
        var contacts = workspace.Contacts.Records;
        for (var i = 19; i < Math.Min(contacts.Count, 1_000); i += 160)
            if (contacts[i].Now.Life == RecordLife.Live && contacts[i - 1].Now.Life == RecordLife.Live)
                workspace.Merge(contacts[i], contacts[i - 1], until);
    }

    private int OfConversation(int i) => i * 2 % workspace.Contacts.Records.Count;

    private long Between(long from) => (from + random.NextInt64(Math.Max(1, until - from))) / Second;

    private static long Whole(long milliseconds) => milliseconds / Second * Second;

    private string Pick(string[] words) => words[random.Next(words.Length)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
