using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom;

/// <summary>Reads out what a workspace holds. Used under the workspace's lock.</summary>
internal sealed class WorkspaceState(IntercomWorkspace workspace, Rendering rendering)
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoAssociations = [];

    public CrmState Of(ObjectTable? only) => new(workspace.Clock.GetUtcNow(),
        workspace.Tables.Where(table => only is null || table == only).ToDictionary(
            table => table.Name, table => (IReadOnlyList<RecordState>)[.. table.Records.Select(record => Of(table, record))]));

    /// <summary>One record: its members, attributes by their full names, and lists within it whole. Values that are no texts are JSON.</summary>
    public RecordState Of(ObjectTable table, Record record)
    {
        var life = record.Now.Life;
        var properties = new Dictionary<string, string?>();
        var links = new List<LinkState>();
        if (life != RecordLife.Gone)
        {
            var shown = table == workspace.Conversations ? rendering.ShowWithParts(record, record.Now) : rendering.Show(table, record, record.Now, whole: true, withMerges: true);
            foreach (var (member, value) in shown)
                if (member == table.Kind.AttributesMember)
                    foreach (var attribute in table.Attributes.Where(attribute => attribute.IsVisible))
                        properties[$"{member}.{attribute.Name}"] = Text(value![attribute.Name]);
                else
                    properties[member] = Text(value);
            links.AddRange(Named(table, record));
            links.AddRange(Naming(table, record));
        }

        return new RecordState(
            table.IdOf(record), (record.Now.Modified / 1000).ToString(CultureInfo.InvariantCulture), properties,
            links.Count == 0 ? NoAssociations : links.GroupBy(link => link.Stream).ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(link => link.Id)]),
            links, life switch { RecordLife.Live => null, RecordLife.Archived => "archived", _ => "purged" },
            record.MergedInto == 0 ? null : table.Kind.IdText(record.MergedInto));
    }

    /// <summary>Links that a record names itself.</summary>
    private IEnumerable<LinkState> Named(ObjectTable table, Record record) =>
        from link in table.Kind.LinkMembers
        let targets = workspace.Find(link.Value)!
        from target in Rendering.Live(ObjectTable.Read(record.Now), link.Key, targets)
        select new LinkState(targets.Name, targets.IdOf(target), "INTERCOM_DEFINED", link.Key, null);

    /// <summary>Links that other records name.</summary>
    private IEnumerable<LinkState> Naming(ObjectTable table, Record record) =>
        from other in workspace.Tables
        from link in other.Kind.LinkMembers
        where link.Value == table.Name
        from source in other == workspace.Contacts && table == workspace.Companies ? workspace.ContactsOf(record) : other.Records
        where source.Now.Life == RecordLife.Live && ObjectTable.Links(ObjectTable.Read(source.Now), link.Key).Contains(record.Id)
        select new LinkState(other.Name, other.IdOf(source), "INTERCOM_DEFINED", link.Key, null);

    private static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => value.ToJsonString(Reply.Relaxed),
    };
}
