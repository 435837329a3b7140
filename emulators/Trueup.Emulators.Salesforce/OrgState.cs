using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce;

/// <summary>Reads out what an org holds. Used under the org's lock.</summary>
internal static class OrgState
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoAssociations = [];

    public static CrmState Of(SalesforceOrg org, SObjectTable? only) => new(org.Clock.GetUtcNow(),
        org.Tables.Where(table => only is null || table == only).ToDictionary(
            table => table.Name, table => (IReadOnlyList<RecordState>)[.. table.Records.Select(record => Of(org, table, record))]));

    /// <summary>One record. Its links are lookups, and so among its properties.</summary>
    public static RecordState Of(SalesforceOrg org, SObjectTable table, Record record)
    {
        var version = record.Now;
        var properties = new Dictionary<string, string?>();
        if (version.Life != RecordLife.Gone)
            foreach (var field in table.Fields.Visible)
                properties[field.Name] = FieldValue.Text(org, table, record, version, field);
        return new RecordState(table.IdOf(record), StoredValue.InstantText(version.Modified), properties, NoAssociations, [],
            version.Life switch { RecordLife.Live => null, RecordLife.Archived => "archived", _ => "purged" },
            record.MergedInto == 0 ? null : SalesforceId.Text(table.Type.Prefix, record.MergedInto));
    }
}
