namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>One kind of link from one object type to another.</summary>
/// <param name="From">The type of the source.</param>
/// <param name="To">The type of the target.</param>
/// <param name="Category">Who defined it.</param>
/// <param name="TypeId">Unique within the category and direction.</param>
/// <param name="Label">What people read from the source; null for the unlabelled link.</param>
/// <param name="Name">The internal name.</param>
internal sealed record AssociationType(ObjectType From, ObjectType To, string Category, int TypeId, string? Label, string Name)
{
    /// <summary>The same link seen from the target.</summary>
    public AssociationType Inverse { get; set; } = null!;

    /// <summary>Moves with a relabelling by the API; the text that is shown.</summary>
    public string? ShownLabel { get; set; } = Label;

    public bool Equals(AssociationType? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => HashCode.Combine(Category, TypeId, From.TypeId);
}

/// <summary>The kinds of links of a portal: the vendor's own (facts, section 7) and the customer's labels.</summary>
internal sealed class AssociationTypes
{
    public const string Vendor = "HUBSPOT_DEFINED";
    public const string Customer = "USER_DEFINED";

    private static readonly (string From, string To, int There, int Back)[] Known =
    [
        ("contacts", "companies", 279, 280), ("deals", "companies", 341, 342), ("deals", "contacts", 3, 4), ("contacts", "tickets", 15, 16),
        ("tickets", "companies", 339, 340), ("deals", "tickets", 27, 28), ("deals", "line_items", 19, 20),
        ("contacts", "contacts", 449, 449), ("companies", "companies", 450, 450), ("deals", "deals", 451, 451), ("tickets", "tickets", 452, 452),
        ("contacts", "calls", 193, 194), ("contacts", "emails", 197, 198), ("contacts", "meetings", 199, 200), ("contacts", "notes", 201, 202),
        ("contacts", "tasks", 203, 204), ("companies", "calls", 181, 182), ("companies", "emails", 185, 186), ("companies", "meetings", 187, 188),
        ("companies", "notes", 189, 190), ("companies", "tasks", 191, 192), ("deals", "calls", 205, 206), ("deals", "emails", 209, 210),
        ("deals", "meetings", 211, 212), ("deals", "notes", 213, 214), ("deals", "tasks", 215, 216), ("tickets", "calls", 219, 220),
        ("tickets", "emails", 223, 224), ("tickets", "meetings", 225, 226), ("tickets", "notes", 227, 228), ("tickets", "tasks", 229, 230),
    ];

    private static readonly (string From, string To, int There, int Back)[] Primaries =
        [("contacts", "companies", 1, 2), ("deals", "companies", 5, 6), ("tickets", "companies", 26, 25)];

    private readonly Dictionary<(string From, string To), List<AssociationType>> types = [];

    /// <summary>Whether links of a type mark the primary company.</summary>
    public static bool IsPrimary(AssociationType type) =>
        type.Category == Vendor && Primaries.Any(primary => type.TypeId == (type.From.Name == primary.From && type.To.Name == primary.To ? primary.There
            : type.To.Name == primary.From && type.From.Name == primary.To ? primary.Back : -1));

    private int nextCustomerId = 1;
    private int nextVendorId = 5001;

    public IReadOnlyList<AssociationType> Between(ObjectType from, ObjectType to) =>
        types.TryGetValue((from.TypeId, to.TypeId), out var found) ? found : Define(from, to);

    public AssociationType Unlabelled(ObjectType from, ObjectType to) => Between(from, to)[0];

    public AssociationType? Find(ObjectType from, ObjectType to, string category, int typeId) =>
        Between(from, to).FirstOrDefault(each => each.TypeId == typeId && each.Category == category);

    /// <summary>The kind of link with a label, defined if there is none.</summary>
    public AssociationType Labelled(ObjectType from, ObjectType to, string? label) =>
        Between(from, to).FirstOrDefault(each => each.ShownLabel == label) ?? Add(from, to, label!, null, null);

    /// <summary>Defines a label of the customer.</summary>
    public AssociationType Add(ObjectType from, ObjectType to, string label, string? inverseLabel, string? name)
    {
        Between(from, to);
        Between(to, from);
        var internalName = name ?? label.ToLowerInvariant().Replace(' ', '_');
        return Pair(from, to, Customer, nextCustomerId++, from == to && inverseLabel is null ? nextCustomerId - 1 : nextCustomerId++,
            label, inverseLabel ?? label, internalName);
    }

    public void Remove(AssociationType type)
    {
        types[(type.From.TypeId, type.To.TypeId)].Remove(type);
        types[(type.To.TypeId, type.From.TypeId)].Remove(type.Inverse);
    }

    private List<AssociationType> Define(ObjectType from, ObjectType to)
    {
        var known = Known.FirstOrDefault(each => each.From == from.Name && each.To == to.Name);
        if (known.From is null && Known.FirstOrDefault(each => each.From == to.Name && each.To == from.Name) is { From: not null })
        {
            Define(to, from);
            return types[(from.TypeId, to.TypeId)];
        }
        var name = $"{from.Singular}_to_{to.Singular}";
        if (known.From is not null)
            Pair(from, to, Vendor, known.There, known.Back, null, null, name);
        else if (from == to)
            Pair(from, to, from.IsCustom ? Customer : Vendor, nextVendorId, nextVendorId++, null, null, name);
        else
            Pair(from, to, from.IsCustom || to.IsCustom ? Customer : Vendor, nextVendorId++, nextVendorId++, null, null, name);
        if (Primaries.FirstOrDefault(each => each.From == from.Name && each.To == to.Name) is { From: not null } primary)
            Pair(from, to, Vendor, primary.There, primary.Back, "Primary", "Primary", $"{name}_primary");
        if (from.Name == "companies" && to.Name == "companies")
            Pair(from, to, Vendor, 13, 14, "Child Company", "Parent Company", "parent_to_child_company");
        return types[(from.TypeId, to.TypeId)];
    }

    private AssociationType Pair(
        ObjectType from, ObjectType to, string category, int there, int back, string? label, string? inverseLabel, string name)
    {
        var type = new AssociationType(from, to, category, there, label, name);
        var inverse = from == to && there == back ? type : new AssociationType(to, from, category, back, inverseLabel, $"{name}_inverse");
        type.Inverse = inverse;
        inverse.Inverse = type;
        ListOf(from, to).Add(type);
        if (inverse != type)
            ListOf(to, from).Add(inverse);
        return type;
    }

    private List<AssociationType> ListOf(ObjectType from, ObjectType to)
    {
        if (!types.TryGetValue((from.TypeId, to.TypeId), out var list))
            types.Add((from.TypeId, to.TypeId), list = []);
        return list;
    }
}
