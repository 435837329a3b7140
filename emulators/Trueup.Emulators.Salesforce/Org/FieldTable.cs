namespace Trueup.Emulators.Salesforce.Org;

/// <summary>The fields of one object, by name in any case.</summary>
internal sealed class FieldTable
{
    private readonly List<FieldDefinition> all = [];
    private readonly Dictionary<string, FieldDefinition> named = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, FieldDefinition> related = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every field ever, by ordinal.</summary>
    public IReadOnlyList<FieldDefinition> All => all;

    /// <summary>Moves with every change.</summary>
    public long Version { get; private set; }

    /// <summary>What the connected user sees, in describe's order.</summary>
    public IEnumerable<FieldDefinition> Visible => all.Where(each => each.Visible);

    /// <summary>Adds a field under the next ordinal.</summary>
    public FieldDefinition Add(Func<int, FieldDefinition> make)
    {
        var field = make(all.Count);
        all.Add(field);
        named[field.Name] = field;
        if (field.RelationshipName is { } relationship)
            related[relationship] = field;
        Version++;
        return field;
    }

    /// <summary>A field that exists, seen or not.</summary>
    public FieldDefinition? Find(string name) => named.GetValueOrDefault(name) is { Removed: false } field ? field : null;

    /// <summary>A field that the connected user sees.</summary>
    public FieldDefinition? FindVisible(string name) => named.GetValueOrDefault(name) is { Visible: true } field ? field : null;

    /// <summary>The reference behind a relationship such as <c>Owner</c> or <c>Operator__r</c>.</summary>
    public FieldDefinition? FindRelationship(string name) => related.GetValueOrDefault(name) is { Visible: true } field ? field : null;

    /// <summary>Gives a field another API name.</summary>
    public void Rename(FieldDefinition field, string name)
    {
        named.Remove(field.Name);
        field.Name = name;
        named[name] = field;
        Version++;
    }

    public void Changed() => Version++;
}
