namespace Trueup.Emulators.Salesforce.Org;

/// <summary>All records of one object, findable by number, by stamp and by the values of keys. Used under the org's lock.</summary>
internal sealed class SObjectTable(SObjectType type, int deleteLogLimit)
{
    private readonly List<Record> byNumber = [];
    private readonly List<(long Stamp, Record Record)> byStamp = [];
    private readonly Dictionary<int, KeyIndex> keys = [];
    private bool sorted = true;

    public SObjectType Type { get; } = type;

    public string Name => Type.Name;

    public FieldTable Fields { get; } = new();

    public List<RecordType> RecordTypes { get; } = [];

    public DeleteLog Deletions { get; } = new(deleteLogLimit);

    public int LiveCount { get; private set; }

    /// <summary>Records that <c>queryAll</c> shows.</summary>
    public int ShownCount { get; private set; }

    /// <summary>Moves with every write.</summary>
    public long Version { get; private set; }

    /// <summary>When describe last changed, in milliseconds since 1970 UTC.</summary>
    public long DescribedAt { get; set; }

    public long LastNumber { get; set; }

    /// <summary>Every record ever, in ascending order of ids.</summary>
    public IReadOnlyList<Record> Records => byNumber;

    public string IdOf(Record record) => SalesforceId.Text(Type.Prefix, record.Number);

    public Record? Find(long number) =>
        PositionOf(number) is var at && at < byNumber.Count && byNumber[at].Number == number ? byNumber[at] : null;

    /// <summary>The record of an id with 15 or 18 characters.</summary>
    public Record? Find(string id) =>
        id.StartsWith(Type.Prefix, StringComparison.Ordinal) && SalesforceId.Number(id) is >= 0 and var number ? Find(number) : null;

    /// <summary>The position of the first record whose number is at least this.</summary>
    public int PositionOf(long number)
    {
        int low = 0, high = byNumber.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (byNumber[middle].Number < number)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Adds a record whose number is above all others.</summary>
    public Record Add(long number, long created, RecordVersion first, bool lags = false)
    {
        var record = new Record(number, created);
        byNumber.Add(record);
        LastNumber = number;
        Put(record, first, lags);
        return record;
    }

    /// <summary>Takes a record back that was added last and has never been seen.</summary>
    public void TakeBack(Record record)
    {
        Put(record, RecordVersion.None, false);
        byNumber.Remove(record);
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
        LiveCount += Count(version, RecordLife.Live) - Count(before, RecordLife.Live);
        ShownCount += Count(before, RecordLife.Gone) - Count(version, RecordLife.Gone);
        if (before == RecordVersion.None && version == RecordVersion.None)
            return;
        if (version.Stamp != before.Stamp)
            Log(version.Stamp, record);
        foreach (var index in keys.Values)
            index.Move(record, before, version);
    }

    /// <summary>Every record that has, or had, a stamp in the window, by stamp and id; a record may come twice.</summary>
    public IEnumerable<(long Stamp, Record Record)> StampedBetween(long since, long until)
    {
        Sort();
        for (var i = StampPosition(since); i < byStamp.Count && byStamp[i].Stamp <= until; i++)
            yield return byStamp[i];
    }

    /// <summary>The live records that hold a value of a key.</summary>
    public IReadOnlyList<Record> FindKey(FieldDefinition field, string value)
    {
        if (!keys.TryGetValue(field.Ordinal, out var index))
            keys.Add(field.Ordinal, index = new KeyIndex(field, byNumber));
        return index.Find(value);
    }

    private static int Count(RecordVersion version, RecordLife life) => version.Life == life ? 1 : 0;

    private void Log(long stamp, Record record)
    {
        if (byStamp.Count > 0 && (stamp < byStamp[^1].Stamp || stamp == byStamp[^1].Stamp && record.Number < byStamp[^1].Record.Number))
            sorted = false;
        byStamp.Add((stamp, record));
        if (byStamp.Count > 4 * byNumber.Count + 10_000)
            Compact();
    }

    private void Compact()
    {
        byStamp.Clear();
        foreach (var record in byNumber)
            for (var version = record.Now; version is not null; version = version.Previous)
                if (version.Life != RecordLife.Gone && version.Previous?.Stamp != version.Stamp)
                    byStamp.Add((version.Stamp, record));
        sorted = false;
    }

    private void Sort()
    {
        if (sorted)
            return;
        byStamp.Sort(static (left, right) =>
            left.Stamp != right.Stamp ? left.Stamp.CompareTo(right.Stamp) : left.Record.Number.CompareTo(right.Record.Number));
        sorted = true;
    }

    private int StampPosition(long stamp)
    {
        int low = 0, high = byStamp.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (byStamp[middle].Stamp < stamp)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
