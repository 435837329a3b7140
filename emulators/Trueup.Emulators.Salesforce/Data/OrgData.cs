using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Data;

/// <summary>Fills a new org with what its options ask for.</summary>
internal static class OrgData
{
    public static void Load(SalesforceOrg org, SalesforceEmulatorOptions options)
    {
        OrgFurniture.Add(org);
        if (options.Records > 0)
            new GeneratedData(org, options).Generate();
    }
}
