using System.Diagnostics.CodeAnalysis;

namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>All records of one object type, findable by id and by modified stamp. Used under the portal's lock.</summary>
internal sealed class ObjectTable(ObjectType type, string stream)
{
    private readonly List<Record> byId = [];
    private readonly Dictionary<long, Record> found = [];
    private readonly List<(long Stamp, Record Record)> byModified = [];
    private readonly SortedSet<long> archived = [];
    private readonly Dictionary<int, UniqueIndex> unique = [];
    private bool sorted = true;

    public const int ObjectIdOrdinal = 0;
    public const int ModifiedOrdinal = 1;
    public const int CreatedOrdinal = 2;

    public ObjectType Type { get; } = type;

    /// <summary>The stream's name in control calls and in the state.</summary>
    public string Stream { get; } = stream;

    public PropertyTable Properties { get; } = new();

    public int LiveCount { get; private set; }

    /// <summary>Moves with every write.</summary>
    public long Version { get; private set; }

    public long LastId { get; set; } = 200;

    public long SchemaId { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>Every record ever, in ascending order of ids.</summary>
    public IReadOnlyList<Record> Records => byId;

    public IReadOnlyCollection<long> ArchivedIds => archived;

    public SortedSet<long> ArchivedFrom(long id) => archived.GetViewBetween(id, long.MaxValue);

    public bool TryGet(long id, [NotNullWhen(true)] out Record? record) => found.TryGetValue(id, out record);

    /// <summary>The position of the first record whose id is at least this.</summary>
    public int PositionOf(long id)
    {
        int low = 0, high = byId.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (byId[middle].Id < id)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Adds a record whose id is above all others.</summary>
    public Record Add(long id, long created, RecordVersion first, bool lags = false)
    {
        var record = new Record(id, created);
        byId.Add(record);
        found.Add(id, record);
        LastId = id;
        Put(record, first, lags);
        return record;
    }

    /// <summary>Gives a record a new version.</summary>
    /// <param name="lags">Whether lagging views see it late, and the version before until then.</param>
    public void Put(Record record, RecordVersion version, bool lags)
    {
        var before = record.Now;
        version.Lags = lags;
        if (lags && before != RecordVersion.None)
            version.Previous = before;
        record.Now = version;
        Version++;
        LiveCount += (version.Life == RecordLife.Live ? 1 : 0) - (before.Life == RecordLife.Live ? 1 : 0);
        if (version.Life == RecordLife.Archived)
            archived.Add(record.Id);
        else if (before.Life == RecordLife.Archived)
            archived.Remove(record.Id);
        if (version.Modified != before.Modified)
            Log(version.Modified, record);
        foreach (var index in unique.Values)
            index.Move(record, before, version);
    }

    /// <summary>Every record that has, or had, a stamp in the window; a record may come twice.</summary>
    public IEnumerable<(long Stamp, Record Record)> ModifiedBetween(long since, long until)
    {
        Sort();
        for (var i = ModifiedPosition(since); i < byModified.Count && byModified[i].Stamp <= until; i++)
            yield return byModified[i];
    }

    public int CountModifiedBetween(long since, long until)
    {
        Sort();
        return until < since ? 0 : ModifiedPosition(until == long.MaxValue ? until : until + 1) - ModifiedPosition(since);
    }

    /// <summary>The live record that holds a value of a unique property.</summary>
    public Record? FindUnique(PropertyDefinition property, string value)
    {
        if (!unique.TryGetValue(property.Ordinal, out var index))
            unique.Add(property.Ordinal, index = new UniqueIndex(property.Ordinal, byId));
        return index.Find(value);
    }

    private void Log(long stamp, Record record)
    {
        if (byModified.Count > 0 && stamp < byModified[^1].Stamp)
            sorted = false;
        byModified.Add((stamp, record));
        if (byModified.Count > 4 * byId.Count + 10_000)
            Compact();
    }

    private void Compact()
    {
        byModified.Clear();
        foreach (var record in byId)
            for (var version = record.Now; version is not null; version = version.Previous)
                if (version.Life != RecordLife.Gone && version.Previous?.Modified != version.Modified)
                    byModified.Add((version.Modified, record));
        sorted = false;
    }

    private void Sort()
    {
        if (sorted)
            return;
        byModified.Sort(static (left, right) =>
            left.Stamp != right.Stamp ? left.Stamp.CompareTo(right.Stamp) : left.Record.Id.CompareTo(right.Record.Id));
        sorted = true;
    }

    private int ModifiedPosition(long stamp)
    {
        int low = 0, high = byModified.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (byModified[middle].Stamp < stamp)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
