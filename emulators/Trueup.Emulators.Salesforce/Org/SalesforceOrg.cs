namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Everything that one Salesforce org holds, and what may happen to it. Every member is used under <see cref="Gate"/>.</summary>
internal sealed class SalesforceOrg
{
    /// <summary>How long the recycle bin keeps records (facts, section 5).</summary>
    public static readonly TimeSpan BinRetention = TimeSpan.FromDays(15);

    private readonly Dictionary<string, SObjectTable> named = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SObjectTable> prefixed = [];
    private readonly List<SObjectTable> tables = [];
    private readonly PriorityQueue<(SObjectTable Table, Record Record), long> bin = new();
    private readonly Dictionary<Record, List<(SObjectTable Table, Record Child, FieldDefinition Field)>> unlinked = [];
    private readonly int deleteLogLimit;
    private List<Action>? undo;

    public SalesforceOrg(VirtualClock clock, int deleteLogLimit, bool multiCurrency = false)
    {
        Clock = clock;
        MultiCurrency = multiCurrency;
        this.deleteLogLimit = deleteLogLimit;
        StandardObjects.Define(this);
    }

    public Lock Gate { get; } = new();

    public VirtualClock Clock { get; }

    /// <summary>Whether every object with money has a currency of its own.</summary>
    public bool MultiCurrency { get; }

    /// <summary>Now, in whole seconds: the resolution of every stamp.</summary>
    public long Now => Clock.Milliseconds / 1000 * 1000;

    public IReadOnlyList<SObjectTable> Tables => tables;

    public static string OrganizationId => SalesforceId.Text("00D", StandardObjects.FirstNumber);

    /// <summary>The connected user.</summary>
    public static string UserId => SalesforceId.Text("005", StandardObjects.FirstNumber);

    /// <summary>Keeps earlier versions this long for lagging views; zero while no view lags.</summary>
    public TimeSpan LagHorizon { get; set; }

    private bool Lags => LagHorizon > TimeSpan.Zero;

    /// <summary>The object of a name, in any case, whether or not the connected user may see it.</summary>
    public SObjectTable? Find(string name) => named.GetValueOrDefault(name);

    /// <summary>The object of a name, in any case, that the connected user may see.</summary>
    public SObjectTable? FindVisible(string name) => named.GetValueOrDefault(name) is { Concealed: false } table ? table : null;

    public SObjectTable this[string name] => named[name];

    /// <summary>The object that an id belongs to.</summary>
    public SObjectTable? TableOf(string id) => id.Length >= 3 ? prefixed.GetValueOrDefault(id[..3]) : null;

    /// <summary>The record that an id belongs to, deleted or not; null where there never was one.</summary>
    public (SObjectTable Table, Record Record)? Resolve(string id) =>
        TableOf(id) is { } table && table.Find(id) is { } record ? (table, record) : null;

    public SObjectTable Add(SObjectType type)
    {
        var table = new SObjectTable(type, deleteLogLimit) { LastId = StandardObjects.FirstNumber - 1, DescribedAt = Now };
        tables.Add(table);
        named.Add(type.Name, table);
        prefixed.Add(type.Prefix, table);
        return table;
    }

    /// <summary>Does work that holds entirely or not at all.</summary>
    /// <param name="work">Answers whether it holds.</param>
    public bool Attempt(Func<bool> work)
    {
        var outer = undo;
        var mine = undo = [];
        var holds = false;
        try
        {
            holds = work();
        }
        finally
        {
            undo = outer;
            if (holds)
                outer?.AddRange(mine);
            else
                for (var i = mine.Count - 1; i >= 0; i--)
                    mine[i]();
        }
        return holds;
    }

    /// <summary>Creates a record.</summary>
    /// <param name="stamp">Its stamp; null for now.</param>
    public Record Create(SObjectTable table, IEnumerable<KeyValuePair<string, byte[]?>> values, long? stamp = null)
    {
        var at = stamp ?? Now;
        var changes = Changes(table, values);
        foreach (var field in table.Fields.All)
            if (field.AutoNumber && !field.Removed)
                changes.TryAdd(field.Ordinal, StoredValue.Text($"{table.Records.Count + 1:00000000}"));
        var record = table.Add(table.LastId + 1, Math.Min(at, Now),
            new RecordVersion(ValueBody.With([], changes), at, Clock.Milliseconds, RecordLife.Live, 0), Lags);
        undo?.Add(() => table.TakeBack(record));
        return record;
    }

    /// <summary>Writes values. Stamps the record unless only calculated values change.</summary>
    /// <param name="byPerson">Whether LastModifiedDate moves too; an automated process moves SystemModstamp alone.</param>
    public void Edit(SObjectTable table, Record record, IReadOnlyCollection<KeyValuePair<string, byte[]?>> values, long? stamp = null, bool byPerson = true)
    {
        var before = record.Now;
        var stamps = values.Count == 0 || values.Any(value => table.Fields.Find(value.Key) is not { Calculated: true });
        var at = stamps ? stamp ?? Now : before.Modified;
        Put(table, record, before.With(Clock.Milliseconds, ValueBody.With(before.Body, Changes(table, values)), at, stamps && byPerson ? at : null));
    }

    /// <summary>Deletes a record, and what cannot be without it; clears what refers to it, which moves no stamp.</summary>
    public void Delete(SObjectTable table, Record record)
    {
        if (record.Now.Life != RecordLife.Live)
            return;
        Orphan(table, record);
        Bury(table, record);
    }

    /// <summary>Brings a record back from the recycle bin; its stamp moves. References to it come back unless they were set anew.</summary>
    public void Restore(SObjectTable table, Record record)
    {
        if (record.Now.Life != RecordLife.Archived)
            return;
        record.MergedInto = 0;
        Put(table, record, new RecordVersion(record.Now.Body, Now, Clock.Milliseconds, RecordLife.Live, 0));
        if (!unlinked.Remove(record, out var children))
            return;
        foreach (var (childTable, child, field) in children)
            if (child.Now.Life == RecordLife.Archived && field.CascadeDelete)
                Restore(childTable, child);
            else if (child.Now.Life == RecordLife.Live && ValueBody.Find(child.Now.Body, field.Ordinal).IsEmpty)
                PutReference(childTable, child, field, StoredValue.Text(table.IdOf(record)), child.Now.Modified);
    }

    /// <summary>Deletes a record for good.</summary>
    public void Purge(SObjectTable table, Record record)
    {
        if (record.Now.Life == RecordLife.Gone)
            return;
        if (record.Now.Life == RecordLife.Live)
        {
            Orphan(table, record);
            Remember(table, record, Now);
        }
        unlinked.Remove(record);
        Put(table, record, record.Now.With(Clock.Milliseconds, body: [], life: RecordLife.Gone));
    }

    /// <summary>Merges a record into another: it goes to the recycle bin with a pointer to the winner, and its children move (facts, section 5).</summary>
    public void Merge(SObjectTable table, Record winner, Record loser)
    {
        var (from, to) = (table.IdOf(loser), StoredValue.Text(table.IdOf(winner)));
        foreach (var (childTable, field) in ReferencesTo(table))
            foreach (var child in childTable.FindKey(field, from).ToList())
                PutReference(childTable, child, field, to, Now);
        loser.MergedInto = winner.Id;
        Bury(table, loser);
        Edit(table, winner, []);
    }

    /// <summary>Throws away what the recycle bin has kept long enough.</summary>
    public void EmptyBin()
    {
        var limit = Now - (long)BinRetention.TotalMilliseconds;
        while (bin.TryPeek(out var oldest, out var archivedAt) && archivedAt <= limit)
        {
            bin.Dequeue();
            if (oldest.Record.Now is { Life: RecordLife.Archived } now && now.ArchivedAt == archivedAt)
                Purge(oldest.Table, oldest.Record);
        }
    }

    /// <summary>The live records that refer to a record by a field.</summary>
    public IReadOnlyList<Record> Children(SObjectTable table, Record record, string child, string field) =>
        Find(child) is { } childTable && childTable.Fields.Find(field) is { } reference
            ? childTable.FindKey(reference, table.IdOf(record)) : [];

    /// <summary>Every field that may refer to an object and is not computed.</summary>
    public IEnumerable<(SObjectTable Table, FieldDefinition Field)> ReferencesTo(SObjectTable table) =>
        tables.SelectMany(each => each.Fields.All
            .Where(field => field is { IsReference: true, Removed: false, IsStored: true, Ordinal: >= FieldDefinition.FirstStored }
                && field.ReferenceTo.Contains(table.Name))
            .Select(field => (each, field)));

    private void Bury(SObjectTable table, Record record)
    {
        var now = Now;
        if (table.Type.Undeletable)
        {
            // A deletion moves both stamps.
            Put(table, record, record.Now.With(Clock.Milliseconds, modified: now, modifiedByPerson: now, life: RecordLife.Archived, archivedAt: now));
            bin.Enqueue((table, record), now);
        }
        else
            Put(table, record, record.Now.With(Clock.Milliseconds, body: [], life: RecordLife.Gone));
        Remember(table, record, now);
    }

    private void Orphan(SObjectTable table, Record record)
    {
        var id = table.IdOf(record);
        var children = new List<(SObjectTable, Record, FieldDefinition)>();
        foreach (var (childTable, field) in ReferencesTo(table))
            foreach (var child in childTable.FindKey(field, id).ToList())
            {
                children.Add((childTable, child, field));
                if (field.CascadeDelete)
                    Delete(childTable, child);
                else
                    PutReference(childTable, child, field, null, child.Now.Modified);
            }
        if (children.Count == 0)
            return;
        unlinked[record] = children;
        undo?.Add(() => unlinked.Remove(record));
    }

    private void PutReference(SObjectTable table, Record record, FieldDefinition field, byte[]? value, long stamp) =>
        Put(table, record, record.Now.With(Clock.Milliseconds,
            ValueBody.With(record.Now.Body, new SortedDictionary<int, byte[]?> { [field.Ordinal] = value }), stamp));

    private void Remember(SObjectTable table, Record record, long at)
    {
        table.Deletions.Add(at, record);
        table.Deletions.Purge(Now);
        undo?.Add(() => table.Deletions.Undo(record));
    }

    private void Put(SObjectTable table, Record record, RecordVersion version)
    {
        var before = record.Now;
        table.Put(record, version, Lags);
        undo?.Add(() => table.PutBack(record, before));
        if (Lags)
            RecordTable.Forget(record, version.Written - (long)LagHorizon.TotalMilliseconds);
    }

    private static SortedDictionary<int, byte[]?> Changes(SObjectTable table, IEnumerable<KeyValuePair<string, byte[]?>> values)
    {
        var changes = new SortedDictionary<int, byte[]?>();
        foreach (var (name, value) in values)
        {
            var field = table.Fields.Find(name) ?? throw new ControlException($"{table.Name} has no field '{name}'.");
            if (field.IsStored)
                changes[field.Ordinal] = value;
        }
        return changes;
    }
}
