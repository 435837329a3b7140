using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Api;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot;

/// <summary>Reads out what a portal holds. Used under the portal's lock.</summary>
internal static class PortalState
{
    /// <summary>The name under which owners are told.</summary>
    public const string Owners = "owners";

    public static CrmState Of(HubSpotPortal portal, ObjectTable? only, bool ownersOnly = false)
    {
        var streams = new Dictionary<string, IReadOnlyList<RecordState>>();
        foreach (var table in portal.Tables.Where(table => (only is null || table == only) && !ownersOnly))
        {
            streams.Add(table.Stream, [.. Each(portal, table)]);
        }
        if (only is null)
            streams.Add(Owners, [.. portal.Owners.OrderBy(owner => owner.Id).Select(OwnerOf)]);
        return new CrmState(portal.Clock.GetUtcNow(), streams);
    }

    /// <summary>The records of one table, one after the other.</summary>
    public static IEnumerable<RecordState> Each(HubSpotPortal portal, ObjectTable table) => Each(portal, table, Selection.Everything(table.Properties));

    /// <summary>The records of one table with their links but none of their values, one after the other.</summary>
    public static IEnumerable<RecordState> EachLinked(HubSpotPortal portal, ObjectTable table) => Each(portal, table, Selection.Nothing);

    /// <summary>One record; null where the table never had it.</summary>
    public static RecordState? Of(HubSpotPortal portal, ObjectTable table, string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && table.TryGet(number, out var record)
            ? StateOf(portal, table, record, Selection.Everything(table.Properties))
            : null;

    private static IEnumerable<RecordState> Each(HubSpotPortal portal, ObjectTable table, Selection selection) =>
        table.Records.Select(record => StateOf(portal, table, record, selection));

    // An archived owner is still listed, apart from the others: it is not deleted, and its members say that it is archived.
    private static RecordState OwnerOf(Owner owner) => new(
        Text(owner.Id), JsonBytes.StampText(owner.UpdatedAt),
        MetadataCalls.Render(owner).ToDictionary(member => member.Key, member => member.Value switch
        {
            null => null,
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            var other => other.ToJsonString(Refusal.Relaxed),
        }),
        new Dictionary<string, IReadOnlyList<string>>(), [], null, null);

    private static RecordState StateOf(HubSpotPortal portal, ObjectTable table, Record record, Selection selection)
    {
        var version = record.Now;
        var properties = RecordWriter.Values(record, version, version.Life == RecordLife.Gone ? Selection.Nothing : selection);
        var associations = new Dictionary<string, IReadOnlyList<string>>();
        var links = new List<LinkState>();
        if (version.Life == RecordLife.Live)
            foreach (var other in portal.Tables)
            {
                var live = portal.Links.From(table.Type, record.Id, other.Type)
                    .Where(link => other.TryGet(link.To, out var target) && target.Now.Life == RecordLife.Live).ToList();
                if (live.Count == 0)
                    continue;
                associations[other.Stream] = [.. live.Select(link => link.To).Distinct().Select(Text)];
                links.AddRange(live.Select(link => new LinkState(
                    other.Stream, Text(link.To), link.Type.Category, Text(link.Type.TypeId), link.Type.ShownLabel)));
            }
        return new RecordState(Text(record.Id), JsonBytes.StampText(version.Modified), properties, associations, links,
            version.Life switch { RecordLife.Live => null, RecordLife.Archived => "archived", _ => "purged" },
            record.MergedInto == 0 ? null : Text(record.MergedInto));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
