namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>All records of one object type, findable by id, by modified stamp and by unique values. Used under the portal's lock.</summary>
internal sealed class ObjectTable : RecordTable
{
    private readonly SortedSet<long> archived = [];
    private readonly Dictionary<int, UniqueIndex> unique = [];

    public const int ObjectIdOrdinal = 0;
    public const int ModifiedOrdinal = 1;
    public const int CreatedOrdinal = 2;

    public ObjectTable(ObjectType type, string stream)
    {
        Type = type;
        Stream = stream;
        LastId = 200;
    }

    public ObjectType Type { get; }

    /// <summary>The stream's name in control calls and in the state.</summary>
    public string Stream { get; }

    public PropertyTable Properties { get; } = new();

    public long SchemaId { get; init; }

    public long CreatedAt { get; init; }

    public IReadOnlyCollection<long> ArchivedIds => archived;

    public SortedSet<long> ArchivedFrom(long id) => archived.GetViewBetween(id, long.MaxValue);

    /// <summary>The live record that holds a value of a unique property.</summary>
    public Record? FindUnique(PropertyDefinition property, string value)
    {
        if (!unique.TryGetValue(property.Ordinal, out var index))
            unique.Add(property.Ordinal, index = new UniqueIndex(property.Ordinal, Records));
        return index.Find(value);
    }

    protected override void Changed(Record record, RecordVersion before, RecordVersion after)
    {
        if (after.Life == RecordLife.Archived)
            archived.Add(record.Id);
        else if (before.Life == RecordLife.Archived)
            archived.Remove(record.Id);
        foreach (var index in unique.Values)
            index.Move(record, before, after);
    }
}
