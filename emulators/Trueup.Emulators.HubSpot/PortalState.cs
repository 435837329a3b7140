using System.Globalization;
using Trueup.Emulators.HubSpot.Api;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot;

/// <summary>Reads out what a portal holds. Used under the portal's lock.</summary>
internal static class PortalState
{
    public static CrmState Of(HubSpotPortal portal, ObjectTable? only)
    {
        var streams = new Dictionary<string, IReadOnlyList<RecordState>>();
        foreach (var table in portal.Tables.Where(table => only is null || table == only))
        {
            var everything = Selection.Everything(table.Properties);
            streams.Add(table.Type.Name, [.. table.Records.Select(record => StateOf(portal, table, record, everything))]);
        }
        return new CrmState(portal.Clock.GetUtcNow(), streams);
    }

    private static RecordState StateOf(HubSpotPortal portal, ObjectTable table, Record record, Selection everything)
    {
        var version = record.Now;
        var properties = new Dictionary<string, string?>();
        if (version.Life != RecordLife.Gone)
            foreach (var property in everything.Properties)
                properties[property.Name] = RecordWriter.Value(record, version, property);
        var associations = new Dictionary<string, IReadOnlyList<string>>();
        var links = new List<LinkState>();
        if (version.Life == RecordLife.Live)
            foreach (var other in portal.Tables)
            {
                var live = portal.Links.From(table.Type, record.Id, other.Type)
                    .Where(link => other.TryGet(link.To, out var target) && target.Now.Life == RecordLife.Live).ToList();
                if (live.Count == 0)
                    continue;
                associations[other.Type.Name] = [.. live.Select(link => link.To).Distinct().Select(Text)];
                links.AddRange(live.Select(link => new LinkState(
                    other.Type.Name, Text(link.To), link.Type.Category, Text(link.Type.TypeId), link.Type.ShownLabel)));
            }
        return new RecordState(Text(record.Id), JsonBytes.StampText(version.Modified), properties, associations, links,
            version.Life switch { RecordLife.Live => null, RecordLife.Archived => "archived", _ => "purged" },
            record.MergedInto == 0 ? null : Text(record.MergedInto));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
