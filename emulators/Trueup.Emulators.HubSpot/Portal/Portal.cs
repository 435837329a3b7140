using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Webhooks;

namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>Everything that one HubSpot portal holds, and what may happen to it. Every member is used under <see cref="Gate"/>.</summary>
internal sealed class HubSpotPortal
{
    /// <summary>How long the recycle bin keeps records (facts, section 5.1).</summary>
    public static readonly TimeSpan BinRetention = TimeSpan.FromDays(90);

    private readonly Dictionary<string, ObjectTable> named = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ObjectTable> tables = [];
    private int tablesEver;
    private readonly PriorityQueue<(ObjectTable Table, Record Record), long> bin = new();

    public HubSpotPortal(VirtualClock clock, long portalId)
    {
        Clock = clock;
        PortalId = portalId;
        Links = new LinkTable(Types);
        foreach (var type in ObjectType.Standard)
            Add(type, null);
    }

    public Lock Gate { get; } = new();

    public VirtualClock Clock { get; }

    public long PortalId { get; }

    public IReadOnlyList<ObjectTable> Tables => tables;

    public AssociationTypes Types { get; } = new();

    public LinkTable Links { get; }

    public List<Owner> Owners { get; } = [];

    public Dictionary<string, List<Pipeline>> Pipelines { get; } = [];

    /// <summary>The pipelines that records of a table move through; null where they move through none.</summary>
    public List<Pipeline>? PipelinesOf(ObjectTable table)
    {
        if (!Pipelines.TryGetValue(table.Type.Name, out var pipelines) && table.Type.IsCustom)
            Pipelines.Add(table.Type.Name, pipelines = []);
        return pipelines;
    }

    /// <summary>Keeps earlier versions this long for lagging views; zero while no view lags.</summary>
    public TimeSpan LagHorizon { get; set; }

    private bool Lags => LagHorizon > TimeSpan.Zero;

    /// <summary>The table that a name in a path stands for: plural, singular, type id or fully qualified name, in any case.</summary>
    public ObjectTable? Find(string name) => named.GetValueOrDefault(name);

    public ObjectTable Contacts => named["contacts"];

    /// <summary>Adds an object type.</summary>
    public ObjectTable Add(ObjectType type, long? createdAt)
    {
        // A custom object goes by its short name in control calls, unless another type has that name.
        var stream = type.IsCustom && !named.ContainsKey(type.Singular) ? type.Singular : type.Name;
        var table = new ObjectTable(type, stream) { SchemaId = 3_000_000 + tablesEver++, CreatedAt = createdAt ?? 0 };
        tables.Add(table);
        named[type.Name] = table;
        named[type.TypeId] = table;
        named.TryAdd(type.Singular, table);
        StandardProperties.Define(table);
        return table;
    }

    /// <summary>Takes an object type away with all its records and links. Another may take its name, but never its type id.</summary>
    public void Remove(ObjectTable table)
    {
        foreach (var record in table.Records)
            Links.RemoveAll(table.Type, record.Id, tables.Select(each => each.Type));
        tables.Remove(table);
        foreach (var name in named.Where(pair => pair.Value == table).Select(pair => pair.Key).ToList())
            named.Remove(name);
    }

    /// <summary>Type numbers given out so far, those of removed types included.</summary>
    public int TypesEver => tablesEver;

    /// <summary>Throws away what the recycle bin has kept long enough.</summary>
    public void EmptyBin()
    {
        var limit = Clock.Milliseconds - (long)BinRetention.TotalMilliseconds;
        while (bin.TryPeek(out var oldest, out var archivedAt) && archivedAt <= limit)
        {
            bin.Dequeue();
            if (oldest.Record.Now is { Life: RecordLife.Archived } now && now.ArchivedAt == archivedAt)
                Purge(oldest.Table, oldest.Record);
        }
    }

    /// <summary>Told of everything that happens to records, as an event that HubSpot would send.</summary>
    public Action<JsonObject>? Happened { get; set; }

    public Record Create(ObjectTable table, IEnumerable<KeyValuePair<string, string?>> values, long? stamp = null, long? created = null)
    {
        var now = Clock.Milliseconds;
        var modified = stamp ?? now;
        var body = RecordBody.With([], Changes(table, values));
        var record = table.Add(table.LastId + 1, created ?? Math.Min(now, modified), new RecordVersion(body, modified, now, RecordLife.Live, 0), Lags);
        Happened?.Invoke(WebhookEvent.Of(table.Type, record.Id, "creation"));
        return record;
    }

    /// <summary>Writes values. Stamps the record unless only calculated values change.</summary>
    public void Edit(ObjectTable table, Record record, IReadOnlyCollection<KeyValuePair<string, string?>> values, long? stamp = null)
    {
        var now = Clock.Milliseconds;
        var before = record.Now;
        var stamps = values.Count == 0 || values.Any(value => table.Properties.Find(value.Key) is not { Calculated: true });
        var body = RecordBody.With(before.Body, Changes(table, values));
        Put(table, record, new RecordVersion(body, stamps ? stamp ?? now : before.Modified, now, before.Life, before.ArchivedAt));

        // Calculated values fire nothing (facts, section 10.1).
        foreach (var (property, value) in Happened is null ? [] : values.Where(value => table.Properties.Find(value.Key) is { Calculated: false }))
            Happened?.Invoke(WebhookEvent.Change(table.Type, record.Id, property, value));
    }

    public void Archive(ObjectTable table, Record record)
    {
        if (record.Now.Life != RecordLife.Live)
            return;
        var now = Clock.Milliseconds;
        Put(table, record, new RecordVersion(record.Now.Body, record.Now.Modified, now, RecordLife.Archived, now));
        bin.Enqueue((table, record), now);
        Happened?.Invoke(WebhookEvent.Of(table.Type, record.Id, "deletion"));
    }

    public void Restore(ObjectTable table, Record record)
    {
        if (record.Now.Life != RecordLife.Archived)
            return;
        Put(table, record, new RecordVersion(record.Now.Body, record.Now.Modified, Clock.Milliseconds, RecordLife.Live, 0));
        Happened?.Invoke(WebhookEvent.Of(table.Type, record.Id, "restore"));
    }

    public void Purge(ObjectTable table, Record record)
    {
        if (record.Now.Life == RecordLife.Gone)
            return;
        if (record.Now.Life == RecordLife.Live)
            Happened?.Invoke(WebhookEvent.Of(table.Type, record.Id, "deletion"));
        Put(table, record, new RecordVersion([], record.Now.Modified, Clock.Milliseconds, RecordLife.Gone, 0));
        Links.RemoveAll(table.Type, record.Id, tables.Select(each => each.Type));
    }

    /// <summary>Merges two live records into a new one (facts, section 5.4): the winner's values come first, both old ids vanish.</summary>
    public Record Merge(ObjectTable table, Record winner, Record loser)
    {
        var now = Clock.Milliseconds;
        var values = new SortedDictionary<int, byte[]?>();
        foreach (var source in new[] { loser, winner })
        {
            var reader = new RecordBody.BodyReader(source.Now.Body);
            while (reader.MoveNext())
                values[reader.Ordinal] = reader.Text.ToArray();
        }
        var merged = table.Properties.Find(StandardProperties.MergedIds)!.Ordinal;
        string[] ancestors = [.. AncestorsOf(winner), winner.Id.ToString(CultureInfo.InvariantCulture),
            .. AncestorsOf(loser), loser.Id.ToString(CultureInfo.InvariantCulture)];
        values[merged] = RecordBody.Encode(string.Join(';', ancestors));

        foreach (var source in new[] { winner, loser })
            Put(table, source, new RecordVersion([], source.Now.Modified, now, RecordLife.Gone, 0));
        var survivor = table.Add(table.LastId + 1, winner.Created,
            new RecordVersion(RecordBody.With([], values), now, now, RecordLife.Live, 0), Lags);
        foreach (var source in new[] { winner, loser })
        {
            Links.Move(table.Type, source.Id, survivor.Id, tables.Select(each => each.Type));
            source.MergedInto = survivor.Id;
            Happened?.Invoke(WebhookEvent.Of(table.Type, source.Id, "deletion"));
        }
        Happened?.Invoke(WebhookEvent.Merge(table.Type, winner.Id, loser.Id, survivor.Id));
        return survivor;

        string[] AncestorsOf(Record record) =>
            RecordBody.Find(record.Now.Body, merged) is { Length: > 0 } text ? text.Split(';') : [];
    }

    /// <summary>The record that answers for an id: itself, or what it was merged into.</summary>
    public static Record? Resolve(ObjectTable table, long id)
    {
        if (!table.TryGet(id, out var record))
            return null;
        while (record.MergedInto != 0 && table.TryGet(record.MergedInto, out var heir))
            record = heir;
        return record;
    }

    /// <summary>How many records were merged into this one, at any time.</summary>
    public static int MergesOf(ObjectTable table, Record record) =>
        RecordBody.Find(record.Now.Body, table.Properties.Find(StandardProperties.MergedIds)!.Ordinal) is { Length: > 0 } ids
            ? ids.AsSpan().Count(';') + 1 : 0;

    private void Put(ObjectTable table, Record record, RecordVersion version)
    {
        table.Put(record, version, Lags);
        if (Lags)
            RecordTable.Forget(record, version.Written - (long)LagHorizon.TotalMilliseconds);
    }

    private static SortedDictionary<int, byte[]?> Changes(ObjectTable table, IEnumerable<KeyValuePair<string, string?>> values)
    {
        var changes = new SortedDictionary<int, byte[]?>();
        foreach (var (name, value) in values)
        {
            var property = table.Properties.Find(name) ?? throw new ControlException($"{table.Type.Name} has no field '{name}'.");
            if (property.Ordinal > ObjectTable.CreatedOrdinal)
                changes[property.Ordinal] = value is null ? null : RecordBody.Encode(value);
            if (value is { Length: > 0 } && name is "dealstage" or "hs_pipeline_stage")
                EnterStage(table, value!, changes);
        }
        return changes;
    }

    // The vendor keeps such properties on records without listing them among the properties (facts, section 2.2).
    private static void EnterStage(ObjectTable table, string stage, SortedDictionary<int, byte[]?> changes)
    {
        var entered = table.Properties.Find($"hs_v2_date_entered_{stage}")
            ?? table.Properties.Add($"hs_v2_date_entered_{stage}", property =>
            {
                property.Type = "datetime";
                property.Listed = false;
                property.ReadOnlyValue = true;
                property.HubSpotDefined = true;
            });
        changes.TryAdd(entered.Ordinal, "2026-01-15T09:30:00Z"u8.ToArray());
    }
}
