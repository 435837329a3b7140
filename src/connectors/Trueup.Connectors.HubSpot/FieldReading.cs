using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads HubSpot's property definitions.</summary>
internal static class FieldReading
{
    // Source: knowledge.hubspot.com "Property field types", read on 2026-09.
    private const int MostCharacters = 65_536;

    /// <summary>Reads one; null where it has no name.</summary>
    public static Field? From(JsonElement property, IReadOnlyList<string> required)
    {
        if (property.Text("name") is not { Length: > 0 } name)
            return null;
        var type = property.Text("type") ?? "";
        var isCalculated = property.IsTrue("calculated");
        return new Field(name, property.Text("label") is { Length: > 0 } label ? label : name, TypeOf(type, property.Text("fieldType")))
        {
            VendorType = type,
            Options = [.. property.Items("options").Where(option => option.Text("value") is not null).Select(OptionFrom)],
            Required = required.Contains(name),
            ReadOnly = isCalculated || property.Member("modificationMetadata").IsTrue("readOnlyValue"),
            Calculated = isCalculated,
            MostCharacters = TypeOf(type, property.Text("fieldType")) == FieldType.Text ? MostCharacters : null,
            Unique = property.IsTrue("hasUniqueValue"),
            References = property.Text("referencedObjectType") is { } referenced ? StreamOf(referenced) : null,
        };
    }

    // By type, since fieldType lies: date-times say "date" there, and enumerations come in a dozen forms.
    private static FieldType TypeOf(string type, string? fieldType) => type switch
    {
        "number" => FieldType.Number,
        "bool" => FieldType.Boolean,
        "enumeration" => fieldType == "checkbox" ? FieldType.MultiEnumeration : FieldType.Enumeration,
        "date" => FieldType.Date,
        "datetime" => FieldType.DateTime,
        "json" => FieldType.Json,
        _ => FieldType.Text,
    };

    private static FieldOption OptionFrom(JsonElement option)
    {
        var value = option.Text("value") ?? "";
        return new FieldOption(value, option.Text("label") ?? value, option.IsTrue("hidden"));
    }

    private static string? StreamOf(string objectType) => objectType.ToUpperInvariant() switch
    {
        "OWNER" => HubSpotType.Owners,
        "CONTACT" => "contacts",
        "COMPANY" => "companies",
        "DEAL" => "deals",
        "TICKET" => "tickets",
        "PRODUCT" => "products",
        "LINE_ITEM" => "line_items",
        _ => null,
    };
}
