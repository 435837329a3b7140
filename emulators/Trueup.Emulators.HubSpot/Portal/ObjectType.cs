using System.Text;

namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>What the vendor says of one object type (facts, section 2.1).</summary>
/// <param name="Name">The plural path name; for custom objects the fully qualified name. Also the stream's name.</param>
/// <param name="Singular">The singular path name; for custom objects the short name.</param>
/// <param name="TypeId">The immutable type id.</param>
/// <param name="Modified">The name of the property that holds the modified stamp.</param>
/// <param name="Created">The name of the property that holds the created stamp.</param>
/// <param name="Defaults">Properties shown when none are asked for.</param>
/// <param name="Required">Properties of which each must be set at create.</param>
/// <param name="RequiredAny">Properties of which one must be set at create.</param>
internal sealed record ObjectType(
    string Name, string Singular, string TypeId, string Modified, string Created, string[] Defaults, string[] Required, string[] RequiredAny)
{
    public string SingularLabel { get; init; } = Singular;
    public string PluralLabel { get; init; } = Name;
    public bool IsCustom { get; init; }
    public bool IsActivity { get; init; }
    public string? Description { get; init; }
    public string[] SearchableProperties { get; init; } = [];
    public string PrimaryDisplayProperty { get; init; } = "";
    public string ReadScope { get; init; } = "crm.objects.contacts.read";

    /// <summary>The type id as it stands in addresses.</summary>
    public byte[] TypeIdBytes { get; } = Encoding.ASCII.GetBytes(TypeId);

    /// <summary>The word in the vendor's batch errors, such as <c>DEAL</c>.</summary>
    public string ErrorName => IsCustom ? TypeId : Singular.ToUpperInvariant();

    private const string HubSpotModified = "hs_lastmodifieddate";

    public static readonly ObjectType[] Standard =
    [
        new("contacts", "contact", "0-1", "lastmodifieddate", "createdate", ["email", "firstname", "lastname"], [], ["email", "firstname", "lastname"])
        { SingularLabel = "Contact", PluralLabel = "Contacts" },
        new("companies", "company", "0-2", HubSpotModified, "createdate", ["name", "domain"], [], ["name", "domain"])
        { SingularLabel = "Company", PluralLabel = "Companies", ReadScope = "crm.objects.companies.read" },
        new("deals", "deal", "0-3", HubSpotModified, "createdate", ["dealname", "amount", "closedate", "pipeline", "dealstage"], ["dealname", "dealstage"], [])
        { SingularLabel = "Deal", PluralLabel = "Deals", ReadScope = "crm.objects.deals.read" },
        new("tickets", "ticket", "0-5", HubSpotModified, "createdate",
            ["subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority"], ["subject", "hs_pipeline_stage"], [])
        { SingularLabel = "Ticket", PluralLabel = "Tickets", ReadScope = "tickets" },
        new("products", "product", "0-7", HubSpotModified, "createdate", ["name", "description", "price"], [], [])
        { SingularLabel = "Product", PluralLabel = "Products", ReadScope = "e-commerce" },
        new("line_items", "line_item", "0-8", HubSpotModified, "createdate", ["quantity", "amount", "price"], [], [])
        { SingularLabel = "Line item", PluralLabel = "Line items", ReadScope = "e-commerce" },
        Activity("tasks", "task", "0-27", "Task", "Tasks"),
        Activity("notes", "note", "0-46", "Note", "Notes"),
        Activity("meetings", "meeting", "0-47", "Meeting", "Meetings"),
        Activity("calls", "call", "0-48", "Call", "Calls"),
        Activity("emails", "email", "0-49", "Email", "Emails") with { Required = ["hs_timestamp", "hs_email_direction"] },
    ];

    private static ObjectType Activity(string name, string singular, string typeId, string label, string labels) =>
        new(name, singular, typeId, HubSpotModified, "hs_createdate", [], ["hs_timestamp"], [])
        { SingularLabel = label, PluralLabel = labels, IsActivity = true };

    public static ObjectType Custom(long portalId, string name, int number, string label, string labels, string primary) =>
        new($"p{portalId}_{name}", name, $"2-{number}", HubSpotModified, "hs_createdate", [], [primary], [])
        {
            SingularLabel = label,
            PluralLabel = labels,
            IsCustom = true,
            PrimaryDisplayProperty = primary,
            SearchableProperties = [primary],
            ReadScope = "crm.objects.custom.read",
        };
}
