namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>Live records by the value of one property, regardless of letter case. Built when first asked.</summary>
internal sealed class UniqueIndex
{
    private readonly int ordinal;
    private readonly Dictionary<string, Record> records = new(StringComparer.OrdinalIgnoreCase);

    public UniqueIndex(int ordinal, IEnumerable<Record> all)
    {
        this.ordinal = ordinal;
        foreach (var record in all)
            Move(record, RecordVersion.None, record.Now);
    }

    public Record? Find(string value) => records.GetValueOrDefault(value);

    public void Move(Record record, RecordVersion before, RecordVersion after)
    {
        if (ValueOf(before) is { } old && records.GetValueOrDefault(old) == record)
            records.Remove(old);
        if (ValueOf(after) is { } value)
            records.TryAdd(value, record);
    }

    private string? ValueOf(RecordVersion version) =>
        version.Life == RecordLife.Live && RecordBody.Find(version.Body, ordinal) is { Length: > 0 } value ? value : null;
}
