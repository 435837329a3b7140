using System.Text;

namespace Trueup.Emulators.Salesforce.Org;

/// <summary>A choice of a picklist.</summary>
/// <param name="ValidFor">Positions of the controlling values that allow it; null where nothing controls it.</param>
internal sealed record PicklistValue(string Value, string Label, bool Active = true, bool Default = false, IReadOnlyList<int>? ValidFor = null);

/// <summary>Computes a value when it is read, as it stands in JSON; null for none.</summary>
internal delegate byte[]? Computation(SalesforceOrg org, SObjectTable table, Record record, RecordVersion version);

/// <summary>A field as describe tells it (facts, section 6.2).</summary>
internal sealed class FieldDefinition(string name, int ordinal)
{
    private string name = name;
    private byte[] key = KeyOf(name);

    public const int IdOrdinal = 0;
    public const int DeletedOrdinal = 1;
    public const int CreatedOrdinal = 2;
    public const int CreatedByOrdinal = 3;
    public const int ModifiedOrdinal = 4;
    public const int ModifiedByOrdinal = 5;
    public const int StampOrdinal = 6;
    public const int FirstStored = 7;

    /// <summary>The type of files.</summary>
    public const string Binary = "base64";

    /// <summary>Its API name, which an administrator may change.</summary>
    public string Name
    {
        get => name;
        set => (name, key) = (value, KeyOf(value));
    }

    public int Ordinal { get; } = ordinal;

    /// <summary>The name as a member of a JSON object: quoted, with its colon.</summary>
    public byte[] Key => key;

    public required string Label { get; set; }

    /// <summary>The type as describe names it, such as <c>string</c> or <c>reference</c>.</summary>
    public required string Type { get; set; }

    public int Length { get; set; }

    public int Precision { get; set; }

    public int Scale { get; set; }

    public bool Nillable { get; init; } = true;

    /// <summary>Whether callers may set it at all.</summary>
    public bool Createable { get; init; } = true;

    public bool Updateable { get; init; } = true;

    public bool Calculated { get; init; }

    public string? Formula { get; init; }

    public Computation? Compute { get; set; }

    public bool Custom => Name.EndsWith("__c", StringComparison.Ordinal);

    public bool ExternalId { get; init; }

    public bool Unique { get; init; }

    public bool NameField { get; init; }

    public bool Filterable { get; init; } = true;

    /// <summary>Whether queries may compare it.</summary>
    public bool CanFilter => Filterable && !IsLongText && !IsCompoundObject;

    /// <summary>Whether queries may sort by it.</summary>
    public bool CanSort => CanFilter && Type is not "multipicklist" and not "encryptedstring";

    public string? CompoundFieldName { get; set; }

    /// <summary>The field that decides which choices there are; null for none.</summary>
    public string? ControllerName { get; set; }

    public bool Restricted { get; init; }

    public IReadOnlyList<PicklistValue> Picklist { get; set; } = [];

    public IReadOnlyList<string> ReferenceTo { get; init; } = [];

    public string? RelationshipName { get; init; }

    /// <summary>The name under which the parent lists the records that refer to it; null for none.</summary>
    public string? ChildrenName { get; init; }

    /// <summary>Whether deleting the parent deletes the record.</summary>
    public bool CascadeDelete { get; init; }

    /// <summary>Whether the record cannot be without the parent (master-detail).</summary>
    public bool MasterDetail { get; init; }

    public bool AutoNumber { get; init; }

    /// <summary>Whether the connected user may not see it.</summary>
    public bool Concealed { get; set; }

    public bool Removed { get; set; }

    public bool Visible => !Concealed && !Removed;

    public bool IsReference => Type == "reference";

    public bool IsPolymorphic => ReferenceTo.Count > 1;

    /// <summary>Whether it shows several fields together as an object.</summary>
    public bool IsCompoundObject => Type is "address" or "location";

    public bool IsText => Type is "string" or "textarea" or "phone" or "url" or "email" or "picklist" or "multipicklist" or "combobox" or "encryptedstring";

    public bool IsNumber => Type is "double" or "currency" or "percent" or "int" or "long";

    /// <summary>Long texts cannot be compared or sorted.</summary>
    public bool IsLongText => Type == "textarea" && Length > 255;

    /// <summary>Whether its value lies in the record's body.</summary>
    public bool IsStored => Compute is null && (Ordinal >= FirstStored || Ordinal is CreatedByOrdinal or ModifiedByOrdinal);

    private static byte[] KeyOf(string name) => Encoding.UTF8.GetBytes($"\"{name}\":");
}
