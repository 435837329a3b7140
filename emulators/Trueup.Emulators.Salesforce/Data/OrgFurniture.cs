using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Data;

/// <summary>What every org has: itself, its users and queues, and its record types.</summary>
internal static class OrgFurniture
{
    private const int Users = 12;
    private static readonly long Since = new DateTimeOffset(2020, 2, 3, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static void Add(SalesforceOrg org)
    {
        Create(org, "Organization", ("Name", "Emulated Company"), ("InstanceName", "EMU1"), ("IsSandbox", "false"), ("OrganizationType", "Enterprise Edition"),
            ("TimeZoneSidKey", "Europe/Zurich"), ("DefaultLocaleSidKey", "en_US"), ("LanguageLocaleKey", "en_US"));
        for (var i = 0; i < Users; i++)
        {
            var (first, last) = (Words.FirstNames[i], Words.LastNames[i]);
            Create(org, "User", ("Username", $"user{i + 1}@example.com"), ("FirstName", first), ("LastName", last), ("Email", $"user{i + 1}@example.com"),
                ("Alias", $"user{i + 1}"), ("IsActive", i % 6 == 5 ? "false" : "true"), ("TimeZoneSidKey", "Europe/Zurich"), ("LocaleSidKey", "en_US"));
        }
        Create(org, "Group", ("Name", "Support"), ("DeveloperName", "Support"), ("Type", "Queue"));
        Create(org, "Group", ("Name", "Sales"), ("DeveloperName", "Sales"), ("Type", "Queue"));
        Create(org, "TaskStatus", ("MasterLabel", "Not Started"), ("ApiName", "Not Started"), ("IsDefault", "true"));
        Create(org, "TaskStatus", ("MasterLabel", "Completed"), ("ApiName", "Completed"), ("IsClosed", "true"));
        Types(org, "Account", "Business", "Partner");
        Types(org, "Opportunity", "New business", "Renewal");
        Types(org, "Case", "Question", "Complaint");
    }

    private static void Types(SalesforceOrg org, string name, params string[] labels)
    {
        foreach (var label in labels)
        {
            var developerName = label.Replace(' ', '_');
            var record = Create(org, "RecordType", ("Name", label), ("DeveloperName", developerName), ("SobjectType", name), ("IsActive", "true"));
            org[name].RecordTypes.Add(new RecordType(org["RecordType"].IdOf(record), developerName, label, Default: label == labels[0]));
        }
    }

    private static Record Create(SalesforceOrg org, string name, params (string Field, string Value)[] values)
    {
        var table = org[name];
        return org.Create(table, values.Select(value => KeyValuePair.Create(value.Field, FieldTypes.Stored(table.Fields.Find(value.Field)!, value.Value))), Math.Min(Since, org.Now));
    }
}
