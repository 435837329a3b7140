using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>What a workspace holds, and what can be done to it. Stamps are whole seconds. Used under <see cref="Gate"/>.</summary>
internal sealed class IntercomWorkspace
{
    private readonly Dictionary<string, ObjectTable> tables;
    private readonly Dictionary<long, HashSet<long>> contactsOf = [];
    private long nextNumber = 100_000;

    public IntercomWorkspace(TimeProvider clock, IntercomEmulatorOptions options)
    {
        (Clock, Options) = (clock, options);
        tables = ObjectKind.All.ToDictionary(kind => kind.Name, kind => new ObjectTable(kind));
        Zone = TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone);
    }

    public Lock Gate { get; } = new();

    public TimeProvider Clock { get; }

    public IntercomEmulatorOptions Options { get; }

    /// <summary>The zone in whose days contacts are searched.</summary>
    public TimeZoneInfo Zone { get; }

    public IEnumerable<ObjectTable> Tables => tables.Values;

    public ObjectTable Contacts => tables["contacts"];

    public ObjectTable Companies => tables["companies"];

    public ObjectTable Conversations => tables["conversations"];

    public ObjectTable Tickets => tables["tickets"];

    public ObjectTable Tags => tables["tags"];

    /// <summary>Deleted conversations, oldest first: the feed of them.</summary>
    public List<(Record Record, long At)> DeletedConversations { get; } = [];

    /// <summary>Merges: who was merged into whom, and when, in seconds since 1970 UTC.</summary>
    public List<(Record Source, Record Target, string SourceRole, long At)> Merges { get; } = [];

    /// <summary>The longest lag that any view has; versions older than that are forgotten.</summary>
    public TimeSpan LagHorizon { get; set; }

    /// <summary>Now, in milliseconds since 1970 UTC.</summary>
    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Now as a stamp: whole seconds, in milliseconds.</summary>
    public long Stamp => Now / 1000 * 1000;

    public ObjectTable? Find(string name) => tables.GetValueOrDefault(name.ToLowerInvariant());

    /// <summary>A number that nobody has yet, for attributes and parts.</summary>
    public long NextNumber() => nextNumber++;

    /// <summary>How many live contacts a company has; an archived one has none.</summary>
    public int UsersOf(Record company) => company.Now.Life != RecordLife.Live ? 0 : contactsOf.TryGetValue(company.Id, out var contacts) ? contacts.Count : 0;

    /// <summary>The live contacts of a company, in order of their numbers.</summary>
    public IReadOnlyList<Record> ContactsOf(Record company) => contactsOf.TryGetValue(company.Id, out var contacts)
        ? [.. contacts.Order().Select(number => Contacts.TryGet(number, out var contact) ? contact : throw new InvalidOperationException("A company has a contact that never was."))]
        : [];

    public Record Create(ObjectTable table, JsonObject body, long? stamp = null, long? created = null)
    {
        var at = stamp ?? Stamp;
        var version = new RecordVersion(ObjectTable.Bytes(body), at, Now, RecordLife.Live, 0);
        var record = table.Add(Math.Max(table.LastId + 1, table.Kind.IdPrefix is null ? 1_001 : 1), created ?? at, version, lags: LagHorizon > TimeSpan.Zero);
        Index(table, record, [], body);
        return record;
    }

    /// <summary>Changes a record.</summary>
    /// <param name="change">Changes the body.</param>
    /// <param name="stamp">The stamp; null to leave it, which no write of a person does.</param>
    public void Edit(ObjectTable table, Record record, Action<JsonObject> change, long? stamp)
    {
        var body = ObjectTable.Read(record.Now);
        var before = ObjectTable.Links(body, "companies");
        change(body);
        Put(table, record, body, stamp ?? record.Now.Modified, record.Now.Life);
        Index(table, record, before, body);
    }

    /// <summary>Hides a contact or a company, or deletes a conversation or a ticket for good.</summary>
    public void Delete(ObjectTable table, Record record)
    {
        if (table == Conversations)
            DeletedConversations.Add((record, Stamp / 1000));
        if (table == Companies)
            Detach(record);
        End(table, record, table == Contacts || table == Companies ? RecordLife.Archived : RecordLife.Gone);
    }

    /// <summary>Erases a record.</summary>
    public void Purge(ObjectTable table, Record record)
    {
        if (table == Conversations && record.Now.Life == RecordLife.Live)
            DeletedConversations.Add((record, Stamp / 1000));
        if (table == Companies)
            Detach(record);
        End(table, record, RecordLife.Gone);
    }

    /// <summary>Brings an archived record back. It moves no stamp.</summary>
    public void Restore(ObjectTable table, Record record)
    {
        var body = ObjectTable.Read(record.Now);
        Put(table, record, body, record.Now.Modified, RecordLife.Live);
        Index(table, record, [], body);
    }

    /// <summary>Merges a contact into another, which takes over companies and tags.</summary>
    public void Merge(Record winner, Record loser)
    {
        var lost = ObjectTable.Read(loser.Now);
        Merges.Add((loser, winner, lost["role"]?.GetValue<string>() ?? "user", Stamp / 1000));
        End(Contacts, loser, RecordLife.Gone);
        loser.MergedInto = winner.Id;
        Edit(Contacts, winner, body =>
        {
            foreach (var member in Contacts.Kind.LinkMembers.Keys)
                ObjectTable.SetLinks(body, member, [.. ObjectTable.Links(body, member).Union(ObjectTable.Links(lost, member))]);
        }, Stamp);
    }

    /// <summary>Adds or removes a link that a record names.</summary>
    public bool Link(ObjectTable table, Record record, string member, Record target, bool set, bool stamps = true)
    {
        var links = ObjectTable.Links(ObjectTable.Read(record.Now), member);
        if (links.Contains(target.Id) == set)
            return false;
        Edit(table, record, body => ObjectTable.SetLinks(body, member, set ? [.. links, target.Id] : [.. links.Where(number => number != target.Id)]), stamps ? Stamp : null);
        return true;
    }

    private void Put(ObjectTable table, Record record, JsonObject body, long stamp, RecordLife life)
    {
        table.Put(record, new RecordVersion(ObjectTable.Bytes(body), stamp, Now, life, life == RecordLife.Archived ? Now : 0), LagHorizon > TimeSpan.Zero);
        RecordTable.Forget(record, Now - (long)LagHorizon.TotalMilliseconds - 1);
    }

    private void End(ObjectTable table, Record record, RecordLife life)
    {
        var body = ObjectTable.Read(record.Now);
        Put(table, record, body, record.Now.Modified, life);
        if (table == Contacts)
            foreach (var company in ObjectTable.Links(body, "companies"))
                contactsOf.GetValueOrDefault(company)?.Remove(record.Id);
    }

    // A company that goes leaves its contacts without moving their stamps.
    private void Detach(Record company)
    {
        foreach (var contact in ContactsOf(company))
            Link(Contacts, contact, "companies", company, set: false, stamps: false);
    }

    private void Index(ObjectTable table, Record record, IReadOnlyList<long> before, JsonObject body)
    {
        if (table != Contacts || record.Now.Life != RecordLife.Live)
            return;
        var after = ObjectTable.Links(body, "companies");
        foreach (var company in before.Except(after))
            contactsOf.GetValueOrDefault(company)?.Remove(record.Id);
        foreach (var company in after.Except(before))
        {
            if (!contactsOf.TryGetValue(company, out var contacts))
                contactsOf.Add(company, contacts = []);
            contacts.Add(record.Id);
        }
    }
}
