namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Live records by the value of one field. Built when first asked, kept up with every write.</summary>
internal sealed class KeyIndex
{
    private readonly int ordinal;
    private readonly Dictionary<string, List<Record>> records;

    public KeyIndex(FieldDefinition field, IEnumerable<Record> all)
    {
        ordinal = field.Ordinal;
        // Ids differ by case alone; other keys do not.
        records = new(field.IsReference ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        foreach (var record in all)
            Move(record, RecordVersion.None, record.Now);
    }

    public IReadOnlyList<Record> Find(string value) => records.TryGetValue(value, out var found) ? found : [];

    public void Move(Record record, RecordVersion before, RecordVersion after)
    {
        var (old, value) = (ValueOf(before), ValueOf(after));
        if (old == value)
            return;
        if (old is not null && records.TryGetValue(old, out var left) && left.Remove(record) && left.Count == 0)
            records.Remove(old);
        if (value is null)
            return;
        if (!records.TryGetValue(value, out var entered))
            records.Add(value, entered = []);
        entered.Add(record);
    }

    private string? ValueOf(RecordVersion version) =>
        version.Life == RecordLife.Live && ValueBody.Find(version.Body, ordinal) is { IsEmpty: false } value ? StoredValue.Decode(value) : null;
}
