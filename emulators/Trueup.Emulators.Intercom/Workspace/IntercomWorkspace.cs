using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>A contact that was merged into another.</summary>
internal readonly record struct Merge(long Source, string Role, long At);

/// <summary>A conversation that was deleted.</summary>
internal readonly record struct DeletedConversation(long Id, bool MetricsRetained, long At);

/// <summary>Everything that one Intercom workspace holds, and what may happen to it. Every member is used under <see cref="Gate"/>.</summary>
internal sealed class IntercomWorkspace
{
    private const long Second = 1_000;

    private readonly Dictionary<string, ObjectTable> named;
    private readonly Dictionary<long, List<Merge>> merges = [];
    private readonly Dictionary<(string Stream, long Id), List<Record>> notes = [];
    private readonly Queue<(Record Company, long At)> leaving = new();
    private readonly TimeSpan companyArchival;
    private long numbers = 3_000;

    public IntercomWorkspace(VirtualClock clock, IntercomEmulatorOptions options)
    {
        (Clock, Code, companyArchival) = (clock, options.WorkspaceCode, options.CompanyArchival);
        TicketTypes = new TicketTypes(Code);
        Parts = new PartLog(options.Seed);
        Tables = [Contacts, Companies, Conversations, Tickets, Admins, Teams, Tags, Segments];
        named = Tables.Append(Notes).ToDictionary(table => table.Name);
    }

    public Lock Gate { get; } = new();

    public VirtualClock Clock { get; }

    /// <summary>The workspace's id.</summary>
    public string Code { get; }

    /// <summary>Now, in whole seconds: the resolution of every stamp.</summary>
    public long Now => Clock.Milliseconds / Second * Second;

    /// <summary>Keeps earlier versions this long for lagging views; zero while no view lags.</summary>
    public TimeSpan LagHorizon { get; set; }

    private bool Lags => LagHorizon > TimeSpan.Zero;

    /// <summary>The streams.</summary>
    public IReadOnlyList<ObjectTable> Tables { get; }

    public ObjectTable Contacts { get; } = Schema.Contacts();

    public ObjectTable Companies { get; } = Schema.Companies();

    public ObjectTable Conversations { get; } = Schema.Conversations();

    public ObjectTable Tickets { get; } = Schema.Tickets();

    public ObjectTable Admins { get; } = Schema.Admins();

    public ObjectTable Teams { get; } = Schema.Teams();

    public ObjectTable Tags { get; } = Schema.Tags();

    public ObjectTable Segments { get; } = Schema.Segments();

    public ObjectTable Notes { get; } = Schema.Notes();

    public LinkTable Links { get; } = new();

    public PartLog Parts { get; }

    public TicketTypes TicketTypes { get; }

    public Subscriptions Subscriptions { get; } = new();

    public List<DeletedConversation> DeletedConversations { get; } = [];

    /// <summary>Told of everything that a webhook could tell: the topic and the item.</summary>
    public Action<string, JsonNode>? Happened { get; set; }

    /// <summary>The table of a name, plural or singular.</summary>
    public ObjectTable? Find(string stream) => stream.ToLowerInvariant() is var name && named.TryGetValue(name, out var table) ? table : named.Values.FirstOrDefault(each => each.Type == name);

    public ObjectTable this[string stream] => named[stream];

    /// <summary>Segments that depend on a tag.</summary>
    public Dictionary<long, long> SegmentsByTag { get; } = [];

    /// <summary>Attributes that something else depends on, so that they cannot be archived.</summary>
    public HashSet<FieldDefinition> AttributesInUse { get; } = [];

    /// <summary>A number for the id of a definition.</summary>
    public long NextNumber() => ++numbers;

    /// <summary>An id for a choice.</summary>
    public string NextOptionId() => new Guid([.. BitConverter.GetBytes(Chance.Mix(++numbers)), .. BitConverter.GetBytes(Chance.Mix(~numbers))]).ToString("D");

    /// <summary>The attribute of tickets that has a name; a new one where none has.</summary>
    public FieldDefinition TicketAttribute(string name, string type, long? at = null) =>
        Tickets.Fields.FindAttribute(name) is { Archived: false } known && known.Type == type ? known
        : Tickets.Fields.Define(ordinal => new FieldDefinition(ordinal, name, type) { Custom = true, Id = NextNumber(), CreatedAt = at ?? Now, UpdatedAt = at ?? Now });

    public bool IsUser(RecordVersion contact) => Contacts.Text(contact, "role") is null or "user";

    /// <summary>Live contacts of a company.</summary>
    public int UsersOf(Record company)
    {
        var count = 0;
        foreach (var id in Links.Of("companies", company.Id, "contacts"))
            if (Contacts.TryGet(id, out var contact) && contact.Now.Life == RecordLife.Live)
                count++;
        return count;
    }

    /// <summary>What was merged into a contact, oldest first.</summary>
    public IReadOnlyList<Merge> MergesInto(Record contact) => merges.GetValueOrDefault(contact.Id) ?? [];

    /// <summary>Notes on a contact or a company, newest first.</summary>
    public IReadOnlyList<Record> NotesOf(ObjectTable table, Record record) => notes.GetValueOrDefault((table.Name, record.Id)) ?? [];

    /// <summary>Carries out what takes its time: companies that were deleted are archived.</summary>
    public void Settle()
    {
        while (leaving.TryPeek(out var next) && next.At <= Clock.Milliseconds)
            Archive(Companies, leaving.Dequeue().Company);
    }

    /// <summary>Creates a record.</summary>
    /// <param name="stamp">Its stamp; null for now.</param>
    public Record Create(ObjectTable table, IEnumerable<KeyValuePair<FieldDefinition, byte[]?>> values, long? stamp = null)
    {
        var at = stamp ?? Now;
        var changes = Changes(values);
        var record = table.Add(table.LastId + 1, Math.Min(at, Now), new RecordVersion(ValueBody.With([], changes), at, Clock.Milliseconds, RecordLife.Live, 0), Lags);
        Tell(table, record, "created");
        return record;
    }

    /// <summary>Writes values. Stamps the record unless only computed values change.</summary>
    public void Edit(ObjectTable table, Record record, IReadOnlyCollection<KeyValuePair<FieldDefinition, byte[]?>> values, long? stamp = null)
    {
        var before = record.Now;
        var stamps = values.Count == 0 || values.Any(value => !value.Key.Calculated);
        Put(table, record, new RecordVersion(ValueBody.With(before.Body, Changes(values)), stamps ? stamp ?? Now : before.Modified, Clock.Milliseconds, before.Life, before.ArchivedAt));
        Tell(table, record, "updated");
    }

    /// <summary>Stamps a record whose links or parts changed.</summary>
    /// <param name="at">When; null for now.</param>
    public void Touch(ObjectTable table, Record record, long? at = null)
    {
        if (record.Now.Life == RecordLife.Live && table.Name is ("contacts" or "companies" or "conversations" or "tickets"))
            Put(table, record, new RecordVersion(record.Now.Body, at ?? Now, at ?? Clock.Milliseconds, record.Now.Life, record.Now.ArchivedAt));
    }

    /// <summary>Takes a record out of sight; a company leaves its people.</summary>
    public void Archive(ObjectTable table, Record record)
    {
        if (record.Now.Life != RecordLife.Live)
            return;
        Tell(table, record, table == Companies ? "deleted" : "archived");
        if (table == Companies)
            foreach (var contact in Links.Of("companies", record.Id, "contacts").ToList())
                Links.Remove("companies", record.Id, "contacts", contact);
        Put(table, record, new RecordVersion(record.Now.Body, record.Now.Modified, Clock.Milliseconds, RecordLife.Archived, Now));
    }

    /// <summary>Archives a company after a while.</summary>
    public void ArchiveSoon(Record company)
    {
        leaving.Enqueue((company, Clock.Milliseconds + (long)companyArchival.TotalMilliseconds));
        Settle();
    }

    /// <summary>Brings an archived record back; its stamp moves.</summary>
    public void Restore(ObjectTable table, Record record)
    {
        if (record.Now.Life != RecordLife.Archived)
            return;
        Put(table, record, new RecordVersion(record.Now.Body, Now, Clock.Milliseconds, RecordLife.Live, 0));
        Tell(table, record, "unarchived");
    }

    /// <summary>Deletes a record for good.</summary>
    /// <param name="keepsMetrics">Of a conversation, whether reports still count it.</param>
    /// <param name="at">When; null for now.</param>
    public void Purge(ObjectTable table, Record record, bool keepsMetrics = true, long? at = null)
    {
        if (record.Now.Life == RecordLife.Gone)
            return;
        Tell(table, record, "deleted");
        if (table == Conversations)
            DeletedConversations.Add(new DeletedConversation(record.Id, keepsMetrics, at ?? Now));
        Bury(table, record);
    }

    /// <summary>Merges a contact into another, which takes what it has none of, with all its links and conversations.</summary>
    /// <param name="at">When; null for now.</param>
    public void Merge(Record source, Record target, long? at = null)
    {
        var role = IsUser(source.Now) ? "user" : "lead";
        var values = new SortedDictionary<int, byte[]?>();
        var reader = new ValueBody.BodyReader(source.Now.Body);
        while (reader.MoveNext())
            if (ObjectTable.Value(target.Now, Contacts.Fields.All[reader.Ordinal]).IsEmpty && Contacts.Fields.All[reader.Ordinal] is not { Name: "role" or "external_id" })
                values[reader.Ordinal] = reader.Value.ToArray();
        // Conversations and tickets show whom they are of, so whoever is moved stamps them.
        List<(ObjectTable Table, long Id)> moved = [.. from table in new[] { Conversations, Tickets } from id in Links.Of(Contacts.Name, source.Id, table.Name) select (table, id)];
        Links.Move("contacts", source.Id, target.Id);
        foreach (var (table, id) in moved)
            if (table.TryGet(id, out var record))
                Touch(table, record, at);
        if (notes.Remove((Contacts.Name, source.Id), out var moving))
        {
            foreach (var note in moving)
                Edit(Notes, note, [new(Notes.Fields["contact_id"], Stored.Text(Contacts.IdOf(target)))]);
            Noted(Contacts, target).AddRange(moving);
        }
        source.MergedInto = target.Id;
        Bury(Contacts, source);
        if (!merges.TryGetValue(target.Id, out var history))
            merges.Add(target.Id, history = []);
        history.Add(new Merge(source.Id, role, at ?? Now));
        Put(Contacts, target, new RecordVersion(ValueBody.With(target.Now.Body, values), at ?? Now, at ?? Clock.Milliseconds, RecordLife.Live, 0));
        Happened?.Invoke("contact.merged", new JsonObject { ["from"] = Reference(Contacts, source), ["into"] = Told(Contacts, target) });
    }

    /// <summary>The contact that a merged one ended in, found within three steps (facts, section 7); null where the way is longer, or ends in none.</summary>
    public Record? Heir(Record contact)
    {
        for (var steps = 0; steps < 3 && contact.MergedInto != 0; steps++)
            if (!Contacts.TryGet(contact.MergedInto, out contact!))
                return null;
        return contact.MergedInto == 0 && contact.Now.Life != RecordLife.Gone ? contact : null;
    }

    /// <summary>Links two records, and stamps those that show it; false if they were linked already.</summary>
    public bool Link(ObjectTable table, Record record, ObjectTable other, Record otherRecord)
    {
        if (!Links.Add(table.Name, record.Id, other.Name, otherRecord.Id))
            return false;
        Linked(table, record, other, otherRecord, added: true);
        return true;
    }

    /// <summary>Unlinks two records, and stamps those that showed it; false if they were not linked.</summary>
    public bool Unlink(ObjectTable table, Record record, ObjectTable other, Record otherRecord)
    {
        if (!Links.Remove(table.Name, record.Id, other.Name, otherRecord.Id))
            return false;
        Linked(table, record, other, otherRecord, added: false);
        return true;
    }

    /// <summary>Adds something said or done, and stamps the record.</summary>
    public void Say(ObjectTable table, Record record, Part part)
    {
        Parts.Add(table, record, part);
        Touch(table, record);
        Tell(table, record, part.Kind);
    }

    public Record Annotate(ObjectTable table, Record record, string body, string? adminId, long? at = null)
    {
        var fields = Notes.Fields;
        var note = Create(Notes,
        [
            new(fields["body"], Stored.Text(body)), new(fields["author_id"], adminId is null ? null : Stored.Text(adminId)),
            new(fields[table == Contacts ? "contact_id" : "company_id"], Stored.Text(table.IdOf(record))),
        ], at);
        Noted(table, record).Insert(0, note);
        if (at is null)
            Touch(table, record);
        return note;
    }

    /// <summary>A record as webhooks tell it.</summary>
    public JsonNode Told(ObjectTable table, Record record)
    {
        var json = new JsonBytes();
        Member.WriteAll(json, new Shown(this, table, record, record.Now, ApiVersion.OfState));
        var item = JsonNode.Parse(json.Written.Span)!;
        System.Buffers.ArrayPool<byte>.Shared.Return(json.Rented);
        return item;
    }

    private List<Record> Noted(ObjectTable table, Record record)
    {
        if (!notes.TryGetValue((table.Name, record.Id), out var list))
            notes.Add((table.Name, record.Id), list = []);
        return list;
    }

    private void Bury(ObjectTable table, Record record)
    {
        Links.RemoveAll(table.Name, record.Id);
        Parts.Forget(table, record);
        notes.Remove((table.Name, record.Id));
        Put(table, record, new RecordVersion([], record.Now.Modified, Clock.Milliseconds, RecordLife.Gone, 0));
    }

    private void Linked(ObjectTable table, Record record, ObjectTable other, Record otherRecord, bool added)
    {
        // The record that shows the link is the one that is stamped.
        var (shows, shower, shown, target) = LinkTable.Kinds.Any(kind => kind.From == table.Name && kind.To == other.Name)
            ? (table, record, other, otherRecord) : (other, otherRecord, table, record);
        Touch(shows, shower);
        if (Happened is null)
            return;
        var topic = (shows.Name, shown.Name) switch
        {
            ("contacts", "companies") => added ? "company.contact.attached" : "company.contact.detached",
            ("contacts", "tags") => $"contact.{Role(shower)}.tag.{(added ? "created" : "deleted")}",
            ("conversations", "contacts") => added ? "conversation.contact.attached" : "conversation.contact.detached",
            ("tickets", "contacts") => added ? "ticket.contact.attached" : "ticket.contact.detached",
            _ => null,
        };
        if (topic is not null)
            Happened(topic, new JsonObject { ["type"] = shows.Type, [shows.Type] = Told(shows, shower), [shown.Type] = Told(shown, target) });
    }

    private void Put(ObjectTable table, Record record, RecordVersion version)
    {
        table.Put(record, version, Lags);
        if (Lags)
            RecordTable.Forget(record, version.Written - (long)LagHorizon.TotalMilliseconds);
    }

    private void Tell(ObjectTable table, Record record, string what)
    {
        if (Happened is null)
            return;
        var topic = (table.Name, what) switch
        {
            ("contacts", "created" or "updated") => $"contact.{Role(record)}.{what}",
            ("contacts", _) => $"contact.{what}",
            ("companies", "created" or "updated" or "deleted") => $"company.{what}",
            ("conversations", "created") => "conversation.user.created",
            ("conversations", "deleted") => "conversation.deleted",
            ("conversations", "comment") => "conversation.user.replied",
            ("conversations", "admin comment" or "note") => what == "note" ? "conversation.admin.noted" : "conversation.admin.replied",
            ("conversations", "assignment") => "conversation.admin.assigned",
            ("conversations", "close") => "conversation.admin.closed",
            ("conversations", "open") => "conversation.admin.opened",
            ("conversations", "snoozed") => "conversation.admin.snoozed",
            ("tickets", "created") => "ticket.created",
            ("tickets", "updated") => "ticket.attribute.updated",
            ("tickets", "note") => "ticket.note.created",
            _ => null,
        };
        if (topic is not null)
            Happened(topic, what == "deleted" ? Reference(table, record) : Told(table, record));
    }

    // What is deleted is told by its ids alone (facts, section 13).
    private JsonObject Reference(ObjectTable table, Record record)
    {
        var item = new JsonObject { ["type"] = table.Type, ["id"] = table.IdOf(record) };
        if (table == Contacts)
            item["external_id"] = Contacts.Text(record.Now, "external_id");
        if (table == Companies)
            item["company_id"] = Companies.Text(record.Now, "company_id");
        return item;
    }

    private string Role(Record contact) => IsUser(contact.Now) ? "user" : "lead";

    private static SortedDictionary<int, byte[]?> Changes(IEnumerable<KeyValuePair<FieldDefinition, byte[]?>> values)
    {
        var changes = new SortedDictionary<int, byte[]?>();
        foreach (var (field, value) in values)
            changes[field.Ordinal] = value;
        return changes;
    }
}
