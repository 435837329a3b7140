namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>The properties of one object type.</summary>
internal sealed class PropertyTable
{
    private readonly List<PropertyDefinition> ordered = [];
    private readonly Dictionary<string, PropertyDefinition> named = [];

    /// <summary>Moves with every change of a definition.</summary>
    public int Version { get; private set; }

    public IReadOnlyList<PropertyDefinition> All => ordered;

    public SortedDictionary<string, (string Label, int DisplayOrder)> Groups { get; } = [];

    public PropertyDefinition? Find(string name) => named.GetValueOrDefault(name);

    public PropertyDefinition? FindReadable(string name) => named.GetValueOrDefault(name) is { Readable: true } found ? found : null;

    /// <summary>Adds a definition, or gives back the one that has the name.</summary>
    public PropertyDefinition Add(string name, Action<PropertyDefinition>? define = null)
    {
        if (!named.TryGetValue(name, out var definition))
        {
            definition = new PropertyDefinition(name, ordered.Count);
            ordered.Add(definition);
            named.Add(name, definition);
        }
        define?.Invoke(definition);
        Version++;
        return definition;
    }

    public void Changed() => Version++;
}

/// <summary>The properties that an answer shows, in the order of <see cref="RecordBody"/>.</summary>
internal sealed record Selection(PropertyDefinition[] Properties)
{
    public static readonly Selection Nothing = new([]);

    public static Selection Of(PropertyTable table, IEnumerable<string> names) =>
        new([.. names.Distinct().Select(table.FindReadable).OfType<PropertyDefinition>().OrderBy(each => each.Ordinal)]);

    public static Selection Everything(PropertyTable table) =>
        new([.. table.All.Where(each => each is { Readable: true, Listed: true })]);
}
