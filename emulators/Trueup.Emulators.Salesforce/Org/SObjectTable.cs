namespace Trueup.Emulators.Salesforce.Org;

/// <summary>All records of one object, findable by number, by stamp and by the values of keys. Used under the org's lock.</summary>
internal sealed class SObjectTable(SObjectType type, int deleteLogLimit) : RecordTable
{
    private readonly Dictionary<int, KeyIndex> keys = [];

    public SObjectType Type { get; } = type;

    public string Name => Type.Name;

    public FieldTable Fields { get; } = new();

    public List<RecordType> RecordTypes { get; } = [];

    public DeleteLog Deletions { get; } = new(deleteLogLimit);

    /// <summary>When describe last changed, in milliseconds since 1970 UTC.</summary>
    public long DescribedAt { get; set; }

    /// <summary>Whether the connected user may not see the object at all.</summary>
    public bool Concealed { get; set; }

    public string IdOf(Record record) => SalesforceId.Text(Type.Prefix, record.Id);

    /// <summary>The record of an id with 15 or 18 characters, deleted or not.</summary>
    public Record? Find(string id) =>
        id.StartsWith(Type.Prefix, StringComparison.Ordinal) && SalesforceId.Number(id) is >= 0 and var number && TryGet(number, out var record)
            ? record : null;

    /// <summary>The live records that hold a value of a key.</summary>
    public IReadOnlyList<Record> FindKey(FieldDefinition field, string value)
    {
        if (!keys.TryGetValue(field.Ordinal, out var index))
            keys.Add(field.Ordinal, index = new KeyIndex(field, Records));
        return index.Find(value);
    }

    protected override void Changed(Record record, RecordVersion before, RecordVersion after)
    {
        foreach (var index in keys.Values)
            index.Move(record, before, after);
    }
}
