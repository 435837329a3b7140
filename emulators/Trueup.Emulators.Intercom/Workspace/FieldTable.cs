namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>The fields of one kind of record.</summary>
/// <param name="attributesMember">The member that holds what people defined; null where they define nothing.</param>
internal sealed class FieldTable(string? attributesMember)
{
    private readonly List<FieldDefinition> all = [];
    private readonly Dictionary<string, FieldDefinition> standard = [];

    public string? AttributesMember => attributesMember;

    /// <summary>Every field ever, by ordinal.</summary>
    public IReadOnlyList<FieldDefinition> All => all;

    /// <summary>What people defined and nobody removed, archived or not.</summary>
    public IEnumerable<FieldDefinition> Attributes => all.Where(each => each is { Custom: true, Removed: false });

    /// <summary>Adds a standard field.</summary>
    public FieldDefinition Add(string name, string type, byte[]? unset = null, bool calculated = false)
    {
        var field = unset is null
            ? new FieldDefinition(all.Count, name, type) { Calculated = calculated }
            : new FieldDefinition(all.Count, name, type) { Calculated = calculated, Unset = unset };
        all.Add(field);
        standard.Add(name, field);
        return field;
    }

    /// <summary>Adds an attribute. One of that name that is archived gives it up.</summary>
    public FieldDefinition Define(Func<int, FieldDefinition> make)
    {
        var field = make(all.Count);
        if (FindAttribute(field.Name) is { } before)
            before.Removed = true;
        all.Add(field);
        return field;
    }

    /// <summary>A field by its name or, of an attribute, also by its full name.</summary>
    public FieldDefinition? Find(string name) =>
        standard.TryGetValue(name, out var field) ? field
        : attributesMember is not null && name.StartsWith(attributesMember + ".", StringComparison.Ordinal) ? FindAttribute(name[(attributesMember.Length + 1)..])
        : FindAttribute(name);

    public FieldDefinition? FindStandard(string name) => standard.GetValueOrDefault(name);

    public FieldDefinition? FindAttribute(string name) => all.Find(field => field is { Custom: true, Removed: false } && field.Name == name);

    public FieldDefinition this[string name] => standard[name];
}
