using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Bench.Salesforce;

/// <summary>What the benchmark's org says of its objects: contacts, which it has many of, and a few others, which it has none of.</summary>
internal static class Descriptions
{
    private static readonly Dictionary<string, string> Objects = new(StringComparer.Ordinal)
    {
        ["Contact"] = "Contacts", ["Account"] = "Accounts", ["Lead"] = "Leads", ["Opportunity"] = "Opportunities", ["Case"] = "Cases",
        ["Task"] = "Tasks", ["Event"] = "Events", ["Campaign"] = "Campaigns", ["CampaignMember"] = "Campaign Members", ["User"] = "Users",
    };

    private static readonly (string Name, string Type)[] FewFields =
        [("Id", "id"), ("SystemModstamp", "datetime"), ("IsDeleted", "boolean"), ("Name", "string"), ("CreatedDate", "datetime")];

    /// <summary>The names of the objects.</summary>
    public static IReadOnlyCollection<string> Names => Objects.Keys;

    /// <summary>The list of all objects.</summary>
    public static string All { get; } = JsonSerializer.Serialize(new
    {
        encoding = "UTF-8", maxBatchSize = 200,
        sobjects = Objects.Select(each => new
        {
            name = each.Key, label = each.Key, labelPlural = each.Value, queryable = true, retrieveable = true, replicateable = true,
            deprecatedAndHidden = false, customSetting = false, custom = false,
        }),
    });

    /// <summary>The description of an object.</summary>
    public static JsonNode Of(string name)
    {
        var fields = name == "Contact" ? Contacts.Columns.Select(column => (column.Name, column.Type)) : FewFields;
        return JsonSerializer.SerializeToNode(new
        {
            name, label = name, labelPlural = Objects[name], queryable = true, retrieveable = true, replicateable = true, updateable = true, fields = fields.Select(Field),
        })!;
    }

    private static object Field((string Name, string Type) field) => new
    {
        name = field.Name, label = field.Name, type = field.Type, length = 255, nillable = true, createable = true, updateable = true, filterable = true,
        sortable = true, calculated = false, custom = field.Name.EndsWith("__c", StringComparison.Ordinal), deprecatedAndHidden = false, unique = false,
        picklistValues = Array.Empty<object>(), referenceTo = field.Type == "reference" ? ["Account"] : Array.Empty<string>(),
    };
}
