using System.Diagnostics.CodeAnalysis;

namespace Trueup.Emulators;

/// <summary>All records of one kind, findable by id and by modified stamp.</summary>
/// <remarks>Threads: used under the vendor's own lock.</remarks>
public abstract class RecordTable
{
    private readonly List<Record> byId = [];
    private readonly Dictionary<long, Record> found = [];
    private readonly List<(long Stamp, Record Record)> byModified = [];
    private int sorted;

    /// <summary>Records that are live.</summary>
    public int LiveCount { get; private set; }

    /// <summary>Records in the recycle bin.</summary>
    public int ArchivedCount { get; private set; }

    /// <summary>Moves with every write.</summary>
    public long Version { get; private set; }

    /// <summary>The highest id ever given out.</summary>
    public long LastId { get; set; }

    /// <summary>Every record ever, in ascending order of ids.</summary>
    public IReadOnlyList<Record> Records => byId;

    /// <summary>Every stamp that a record has, or had, in ascending order of stamps and then ids; a record may come several times.</summary>
    public IReadOnlyList<(long Stamp, Record Record)> Stamps
    {
        get
        {
            Sort();
            return byModified;
        }
    }

    /// <summary>The record of an id, whatever became of it.</summary>
    public bool TryGet(long id, [NotNullWhen(true)] out Record? record) => found.TryGetValue(id, out record);

    /// <summary>The position in <see cref="Records"/> of the first record whose id is at least this.</summary>
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

    /// <summary>The position in <see cref="Stamps"/> of the first entry at or after a stamp and, among equal stamps, an id.</summary>
    public int PositionOfStamp(long stamp, long id = long.MinValue)
    {
        Sort();
        return Position((stamp, id), byModified.Count);
    }

    /// <summary>Every record that has, or had, a stamp in the window, both ends included; a record may come twice.</summary>
    public IEnumerable<(long Stamp, Record Record)> ModifiedBetween(long since, long until)
    {
        for (var i = PositionOfStamp(since); i < byModified.Count && byModified[i].Stamp <= until; i++)
            yield return byModified[i];
    }

    /// <summary>How many entries <see cref="ModifiedBetween"/> has.</summary>
    public int CountModifiedBetween(long since, long until) =>
        until < since ? 0 : PositionOfStamp(until, long.MaxValue) - PositionOfStamp(since);

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

    /// <summary>Takes a record back that nobody has seen, as if it had never been added. Its id is not given out again.</summary>
    public void TakeBack(Record record)
    {
        PutBack(record, RecordVersion.None);
        byId.Remove(record);
        found.Remove(record.Id);
    }

    /// <summary>Gives a record a new version.</summary>
    /// <param name="lags">Whether lagging views see it late, and the version before until then.</param>
    public void Put(Record record, RecordVersion version, bool lags)
    {
        version.Lags = lags;
        if (lags && record.Now != RecordVersion.None)
            version.Previous = record.Now;
        PutBack(record, version);
    }

    /// <summary>Gives a record a version back that it had before, as lagging views saw it then.</summary>
    public void PutBack(Record record, RecordVersion version)
    {
        var before = record.Now;
        record.Now = version;
        Version++;
        LiveCount += Count(version, RecordLife.Live) - Count(before, RecordLife.Live);
        ArchivedCount += Count(version, RecordLife.Archived) - Count(before, RecordLife.Archived);
        if (version != RecordVersion.None && version.Modified != before.Modified)
            Log(version.Modified, record);
        Changed(record, before, version);
    }

    /// <summary>Forgets versions that no view needs any more.</summary>
    /// <param name="before">Versions written before this instant need nothing older, in milliseconds since 1970 UTC.</param>
    public static void Forget(Record record, long before)
    {
        for (var version = record.Now; version is not null; version = version.Previous)
            if (version.Written < before)
                version.Previous = null;
    }

    /// <summary>Told of every new version, so that the vendor can keep indexes of its own.</summary>
    protected abstract void Changed(Record record, RecordVersion before, RecordVersion after);

    private static int Count(RecordVersion version, RecordLife life) => version.Life == life ? 1 : 0;

    private void Log(long stamp, Record record)
    {
        byModified.Add((stamp, record));
        if (byModified.Count > 4 * byId.Count + 10_000)
            Compact();
    }

    private void Compact()
    {
        byModified.Clear();
        sorted = 0;
        foreach (var record in byId)
            for (var version = record.Now; version is not null; version = version.Previous)
                if (version.Life != RecordLife.Gone && version.Previous?.Modified != version.Modified)
                    byModified.Add((version.Modified, record));
    }

    // New stamps mostly lie at the end: only the part that they fall into is sorted anew.
    private void Sort()
    {
        if (sorted == byModified.Count)
            return;
        var first = (byModified[sorted].Stamp, byModified[sorted].Record.Id);
        for (var i = sorted + 1; i < byModified.Count; i++)
            if (Compare(byModified[i], first) < 0)
                first = (byModified[i].Stamp, byModified[i].Record.Id);
        var from = Position(first, sorted);
        byModified.Sort(from, byModified.Count - from, ByStampAndId.Instance);
        sorted = byModified.Count;
    }

    private int Position((long Stamp, long Id) key, int high)
    {
        var low = 0;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Compare(byModified[middle], key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static int Compare((long Stamp, Record Record) entry, (long Stamp, long Id) key) =>
        entry.Stamp != key.Stamp ? entry.Stamp.CompareTo(key.Stamp) : entry.Record.Id.CompareTo(key.Id);

    private sealed class ByStampAndId : IComparer<(long Stamp, Record Record)>
    {
        public static readonly ByStampAndId Instance = new();

        public int Compare((long Stamp, Record Record) x, (long Stamp, Record Record) y) =>
            RecordTable.Compare(x, (y.Stamp, y.Record.Id));
    }
}
