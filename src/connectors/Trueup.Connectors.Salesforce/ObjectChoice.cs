using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Which of an org's objects are streams, and what they are called.</summary>
/// <remarks>An org lists a thousand objects, most of them its own machinery: a history, a share and a feed for each object, set-up,
/// statistics. Streams are what people keep in a CRM: a fixed list of standard objects, and every custom object.</remarks>
internal static class ObjectChoice
{
    private static readonly HashSet<string> Standard =
    [
        "Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Event", "Campaign", "CampaignMember", "Contract", "Order", "OrderItem",
        "Asset", "Product2", "Pricebook2", "PricebookEntry", "OpportunityLineItem", "Quote", "QuoteLineItem", "OpportunityContactRole",
        "AccountContactRelation", "OpportunityTeamMember", "AccountTeamMember", "CaseComment", "EmailMessage",
        // What ids in the others lead to.
        "User", "Group", "UserRole", "RecordType", "CurrencyType", "Organization",
    ];

    /// <summary>Reads from the list of all objects the names of those that are streams, in the list's order.</summary>
    public static IReadOnlyList<string> From(JsonElement global) =>
    [
        .. global.Items("sobjects")
            .Where(type => type.IsTrue("queryable") && type.IsTrue("retrieveable") && !type.IsTrue("deprecatedAndHidden") && !type.IsTrue("customSetting"))
            .Select(type => type.Text("name") ?? "")
            // Other endings are histories, shares, feeds, events, metadata, external objects and archives.
            .Where(name => Standard.Contains(name) || name.EndsWith("__c", StringComparison.Ordinal))
            .Where(IsName)
            .DistinctBy(name => name, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The stream's name: the API name in lower case, which Salesforce compares without case anyhow. Labels can be changed by
    /// anybody who may customise the org, API names of standard objects never.</summary>
    public static StreamName NameOf(string type) => new(type.ToLowerInvariant());

    // It goes into paths and queries as it is.
    private static bool IsName(string name) => name.Length is > 0 and <= 200 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
