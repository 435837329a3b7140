using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>A field as describe tells it (facts, section 6.2).</summary>
internal static class FieldDescription
{
    private const int BytesPerCharacter = 3;

    public static JsonObject Of(SObjectTable table, FieldDefinition field) => new()
    {
        ["aggregatable"] = field.CanFilter,
        ["aiPredictionField"] = false,
        ["autoNumber"] = field.AutoNumber,
        ["byteLength"] = field.Length * BytesPerCharacter,
        ["calculated"] = field.Calculated,
        ["calculatedFormula"] = field.Formula,
        ["cascadeDelete"] = field.CascadeDelete,
        ["caseSensitive"] = false,
        ["compoundFieldName"] = field.CompoundFieldName,
        ["controllerName"] = field.ControllerName,
        ["createable"] = field.Createable && !field.Calculated,
        ["custom"] = field.Custom,
        ["defaultValue"] = field.Type == "boolean" ? false : null,
        ["defaultValueFormula"] = null,
        ["defaultedOnCreate"] = field.Type == "boolean" || field.Ordinal < FieldDefinition.FirstStored || field.Name == "OwnerId"
            || field.Picklist.Any(choice => choice.Default),
        ["dependentPicklist"] = field.ControllerName is not null,
        ["deprecatedAndHidden"] = false,
        ["digits"] = field.Type == "int" ? 8 : 0,
        ["displayLocationInDecimal"] = false,
        ["encrypted"] = field.Type == "encryptedstring",
        ["externalId"] = field.ExternalId,
        ["extraTypeInfo"] = field.Type == "textarea" && field.IsLongText ? "plaintextarea" : null,
        ["filterable"] = field.CanFilter,
        ["filteredLookupInfo"] = null,
        ["groupable"] = field.CanFilter && !field.Calculated && field.Type is not "datetime" and not "double" and not "currency" and not "percent",
        ["highScaleNumber"] = false,
        ["htmlFormatted"] = false,
        ["idLookup"] = field.Ordinal == FieldDefinition.IdOrdinal || field.ExternalId,
        ["inlineHelpText"] = null,
        ["label"] = field.Label,
        ["length"] = field.Length,
        ["mask"] = field.Type == "encryptedstring" ? "*" : null,
        ["maskType"] = field.Type == "encryptedstring" ? "lastFour" : null,
        ["name"] = field.Name,
        ["nameField"] = field.NameField,
        ["namePointing"] = field.IsPolymorphic,
        ["nillable"] = field.Nillable && field.Type != "boolean",
        ["permissionable"] = field.Ordinal >= FieldDefinition.FirstStored && field.Nillable,
        ["picklistValues"] = new JsonArray([.. field.Picklist.Select(Choice)]),
        ["polymorphicForeignKey"] = field.IsPolymorphic,
        ["precision"] = field.Precision,
        ["queryByDistance"] = false,
        ["referenceTargetField"] = null,
        ["referenceTo"] = new JsonArray([.. field.ReferenceTo.Select(name => JsonNode.Parse($"\"{name}\""))]),
        ["relationshipName"] = field.RelationshipName,
        ["relationshipOrder"] = field.MasterDetail ? 0 : null,
        ["restrictedDelete"] = false,
        ["restrictedPicklist"] = field.Restricted,
        ["scale"] = field.Scale,
        ["searchPrefilterable"] = field.IsReference,
        ["soapType"] = SoapType(field),
        ["sortable"] = field.CanSort,
        ["type"] = field.Type,
        ["unique"] = field.Unique,
        ["updateable"] = field.Updateable && !field.Calculated,
        ["writeRequiresMasterRead"] = field.MasterDetail,
    };

    private static JsonObject Choice(PicklistValue choice) => new()
    {
        ["active"] = choice.Active,
        ["defaultValue"] = choice.Default,
        ["label"] = choice.Label,
        ["validFor"] = choice.ValidFor is { } controlling ? Bits(controlling) : null,
        ["value"] = choice.Value,
    };

    // Bit i, counted from the most significant of the first byte, allows the choice for the controller's i-th.
    private static string Bits(IReadOnlyList<int> controlling)
    {
        var bytes = new byte[(controlling.DefaultIfEmpty().Max() / 24 + 1) * 3];
        foreach (var position in controlling)
            bytes[position / 8] |= (byte)(0x80 >> position % 8);
        return Convert.ToBase64String(bytes);
    }

    private static string SoapType(FieldDefinition field) => field.Type switch
    {
        "id" or "reference" => "tns:ID",
        "boolean" => "xsd:boolean",
        "date" => "xsd:date",
        "datetime" => "xsd:dateTime",
        "time" => "xsd:time",
        "int" => "xsd:int",
        "long" => "xsd:long",
        "double" or "currency" or "percent" => "xsd:double",
        "address" => "urn:address",
        "location" => "urn:location",
        _ => "xsd:string",
    };
}
