using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom;

/// <summary>Reads out what a workspace holds. Used under the workspace's lock.</summary>
internal static class WorkspaceState
{
    private const string Category = "INTERCOM_DEFINED";

    private static readonly Dictionary<string, IReadOnlyList<string>> NoAssociations = [];

    public static CrmState Of(IntercomWorkspace workspace, ObjectTable? only) => new(workspace.Clock.GetUtcNow(),
        (only is null ? workspace.Tables : [only]).ToDictionary(
            table => table.Name, table => (IReadOnlyList<RecordState>)[.. table.Records.Select(record => Of(workspace, table, record))]));

    /// <summary>One record as it shows itself when asked for alone: attributes by their full names, lists within it whole. Values that are no texts are JSON.</summary>
    public static RecordState Of(IntercomWorkspace workspace, ObjectTable table, Record record)
    {
        var version = record.Now;
        var properties = new Dictionary<string, string?>();
        var links = new List<LinkState>();
        if (version.Life != RecordLife.Gone)
        {
            var shown = new Shown(workspace, table, record, version, ApiVersion.OfState, Parts: true, Whole: true, Merges: true);
            foreach (var member in table.Shape)
                if (member.IsIn(shown))
                    member.Tell(properties, shown);
                else
                    properties[member.Name] = null;
            if (version.Life == RecordLife.Live)
                Tell(links, shown);
        }
        return new RecordState(
            table.IdOf(record), (version.Modified / 1000).ToString(System.Globalization.CultureInfo.InvariantCulture), properties,
            links.Count == 0 ? NoAssociations : links.GroupBy(link => link.Stream).ToDictionary(
                group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(link => link.Id).Order(StringComparer.Ordinal)]),
            links, version.Life switch { RecordLife.Live => null, RecordLife.Archived => "archived", _ => "purged" },
            record.MergedInto == 0 ? null : table.IdText(record.MergedInto));
    }

    private static void Tell(List<LinkState> links, in Shown shown)
    {
        if (shown.Table == shown.Workspace.Notes)
            return;
        foreach (var stream in LinkTable.Others(shown.Table.Name))
        {
            var (other, kind) = (shown.Workspace[stream], LinkTable.Kind(shown.Table.Name, stream)!);
            foreach (var id in shown.Linked(stream))
                if (other.TryGet(id, out var target) && target.Now.Life == RecordLife.Live)
                    links.Add(new LinkState(stream, other.IdOf(target), Category, kind.Member, null));
        }
    }
}
