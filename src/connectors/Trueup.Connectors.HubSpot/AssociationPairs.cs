using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Which kinds of records HubSpot links, each pair once.</summary>
/// <remarks>A link can be read from both ends; storing it from one end only halves the calls. Source: HubSpot's list of
/// association types, hubspot.md §7, 2026-09. Products are linked to nothing, and owners are named by a property.</remarks>
internal static class AssociationPairs
{
    private static readonly string[] Main = ["contacts", "companies", "deals", "tickets"];
    private static readonly string[] Activities = ["calls", "emails", "meetings", "notes", "tasks"];
    private static readonly string[] WithTheirKind = ["contacts", "companies", "deals", "tickets"];

    public static IReadOnlyList<AssociationPair> Of(IReadOnlyList<StreamDescription> streams, IReadOnlyList<CustomSchema> schemas)
    {
        // Built-in kinds in their fixed order, custom ones by type id: the direction never depends on the order of discovery.
        StreamDescription[] ordered =
        [
            .. streams.Where(stream => !HubSpotType.IsOwners(stream)).OrderBy(RankOf).ThenBy(stream => stream.TypeId.Length)
                .ThenBy(stream => stream.TypeId, StringComparer.Ordinal),
        ];
        var pairs = new List<AssociationPair>();
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = i; j < ordered.Length; j++)
            {
                if (AreLinked(ordered[i], ordered[j], schemas))
                    pairs.Add(new AssociationPair(ordered[i].Name, ordered[j].Name));
            }
        }
        return pairs;
    }

    private static bool AreLinked(StreamDescription first, StreamDescription second, IReadOnlyList<CustomSchema> schemas)
    {
        if (HubSpotType.IsCustom(first) || HubSpotType.IsCustom(second))
            return Links(schemas, first, second) || Links(schemas, second, first);
        var (one, other) = (first.Name.Value, second.Name.Value);
        if (one == other)
            return WithTheirKind.Contains(one);
        return (Main.Contains(one) && (Main.Contains(other) || Activities.Contains(other)))
            || (one == "deals" && other == "line_items");
    }

    private static bool Links(IReadOnlyList<CustomSchema> schemas, StreamDescription custom, StreamDescription other) =>
        HubSpotType.IsCustom(custom)
        && schemas.FirstOrDefault(schema => schema.TypeId == custom.TypeId) is { } schema
        && (custom.TypeId == other.TypeId ? schema.LinksToItself : schema.LinkedTypeIds.Contains(other.TypeId));

    private static int RankOf(StreamDescription stream)
    {
        for (var i = 0; i < HubSpotType.BuiltIn.Count; i++)
        {
            if (HubSpotType.BuiltIn[i].TypeId == stream.TypeId)
                return i;
        }
        return HubSpotType.BuiltIn.Count;
    }
}
