namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>Records that are not gone, by the text of one field in any case.</summary>
internal sealed class ValueIndex(int ordinal)
{
    private readonly Dictionary<string, object> found = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<Record> Find(string value) =>
        found.GetValueOrDefault(value) switch { null => [], Record one => [one], var several => (List<Record>)several };

    public void Move(Record record, RecordVersion before, RecordVersion after)
    {
        var (old, value) = (ValueOf(before), ValueOf(after));
        if (old == value)
            return;
        if (old is not null)
            Leave(old, record);
        if (value is not null)
            Enter(value, record);
    }

    // Nearly every value belongs to one record: a list for each would cost more than the values.
    private void Enter(string value, Record record)
    {
        switch (found.GetValueOrDefault(value))
        {
            case null: found[value] = record; break;
            case Record one: found[value] = new List<Record> { one, record }; break;
            case List<Record> several: several.Add(record); break;
        }
    }

    private void Leave(string value, Record record)
    {
        if (found.GetValueOrDefault(value) is List<Record> several)
        {
            several.Remove(record);
            if (several.Count == 1)
                found[value] = several[0];
        }
        else
        {
            found.Remove(value);
        }
    }

    private string? ValueOf(RecordVersion version) =>
        version.Life != RecordLife.Gone && Stored.Read(ValueBody.Find(version.Body, ordinal)) is { Length: > 0 } text ? text : null;
}
