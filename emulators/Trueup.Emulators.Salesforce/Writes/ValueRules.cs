using System.Globalization;
using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Writes;

/// <summary>What the vendor accepts as a value of a field, and how it keeps it (facts, section 8.6).</summary>
internal sealed class ValueRules(SalesforceOrg org)
{
    /// <summary>A value as it is stored, or why it is refused; both null where the field is cleared. The vendor keeps no empty texts.</summary>
    public (byte[]? Stored, Problem? Problem) Check(FieldDefinition field, InputValue input)
    {
        if (input.Parent is { } key)
            return Parent(field, key);
        if (string.IsNullOrEmpty(input.Text))
            return field.Type == "boolean" ? (StoredValue.False, null) : (null, null);
        var text = input.Text;
        if (field.IsNumber)
            return Number(field, text);
        if (!input.IsText && field.Type != "boolean")
            return (null, Mismatch(field, text, text is "true" or "false" ? $"VALUE_{text.ToUpperInvariant()}" : "VALUE_NUMBER_INT"));
        return field.Type switch
        {
            "boolean" => text.ToUpperInvariant() switch
            {
                "TRUE" or "1" => (StoredValue.True, null),
                "FALSE" or "0" => (StoredValue.False, null),
                _ => (null, Mismatch(field, text)),
            },
            "date" => StoredValue.ParseDay(text) is not null ? (StoredValue.Text(text), null) : (null, Mismatch(field, text)),
            // Whole seconds are kept.
            "datetime" => StoredValue.ParseInstant(text) is { } at ? (StoredValue.Text(StoredValue.InstantText(at / 1000 * 1000)), null) : (null, Mismatch(field, text)),
            "time" => TimeOnly.TryParse(text.TrimEnd('Z'), CultureInfo.InvariantCulture, out var time)
                ? (StoredValue.Text($"{time:HH:mm:ss.fff}Z"), null) : (null, Mismatch(field, text)),
            "id" or "reference" => Reference(field, text),
            _ => Text(field, text),
        };
    }

    private static (byte[]? Stored, Problem? Problem) Number(FieldDefinition field, string text)
    {
        if (!FieldTypes.IsNumber(text))
            return (null, Mismatch(field, text));
        var number = Soql.Value.ParseNumber(text);
        if (field.Type == "int")
            return decimal.Truncate(number) != number ? (null, Mismatch(field, text))
                : number is < int.MinValue or > int.MaxValue ? (null, OutOfRange(field, text))
                : (StoredValue.Raw(decimal.Truncate(number).ToString(CultureInfo.InvariantCulture)), null);
        var whole = field.Precision > 0 ? field.Precision - field.Scale : 18;
        return Math.Abs(number) >= (decimal)Math.Pow(10, whole) ? (null, OutOfRange(field, text)) : (FieldTypes.Number(field, text), null);
    }

    private static (byte[]? Stored, Problem? Problem) Text(FieldDefinition field, string text)
    {
        if (field.Length > 0 && text.Length > field.Length)
            return (null, new Problem("STRING_TOO_LONG", $"{field.Label}: data value too large: {text[..Math.Min(text.Length, 80)]} (max length={field.Length})", [field.Name]));
        if (field.Restricted && text.Split(';').FirstOrDefault(value => !field.Picklist.Any(choice => choice.Active && choice.Value == value)) is { } unknown)
            return (null, new Problem("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", $"{field.Label}: bad value for restricted picklist field: {unknown}", [field.Name]));
        if (field.Type == "email" && !IsAddress(text))
            return (null, new Problem("INVALID_EMAIL_ADDRESS", $"{field.Label}: invalid email address: {text}", [field.Name]));
        return (StoredValue.Text(text), null);
    }

    private static bool IsAddress(string text) =>
        text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && text.IndexOf('.', at) > 0 && !text.Any(char.IsWhiteSpace);

    private (byte[]? Stored, Problem? Problem) Reference(FieldDefinition field, string text)
    {
        if (SalesforceId.Normalize(text) is not { } id || org.TableOf(id) is not { } table || !field.ReferenceTo.Contains(table.Name))
            return (null, new Problem("MALFORMED_ID", $"{field.Label}: id value of incorrect type: {text}", [field.Name]));
        return table.Find(id)?.Now.Life switch
        {
            RecordLife.Live => (StoredValue.Text(id), null),
            RecordLife.Archived => (null, new Problem("ENTITY_IS_DELETED", "entity is deleted", [])),
            _ => (null, new Problem("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])),
        };
    }

    private (byte[]? Stored, Problem? Problem) Parent(FieldDefinition field, (string Field, string Value) key)
    {
        foreach (var table in field.ReferenceTo.Select(org.FindVisible).OfType<SObjectTable>())
            if (table.Fields.FindVisible(key.Field) is { ExternalId: true } external)
                return table.FindKey(external, key.Value) is [var parent] ? (StoredValue.Text(table.IdOf(parent)), null)
                    : (null, new Problem("INVALID_FIELD", $"Foreign key external ID: {key.Value} not found for field {external.Name} in entity {table.Name}", []));
        return (null, new Problem("INVALID_FIELD", $"{key.Field} is no external id of {string.Join(" or ", field.ReferenceTo)}", []));
    }

    private static Problem OutOfRange(FieldDefinition field, string text) =>
        new("NUMBER_OUTSIDE_VALID_RANGE", $"{field.Label}: value outside of valid range on numeric field: {text}", [field.Name]);

    private static Problem Mismatch(FieldDefinition field, string text, string token = "VALUE_STRING") =>
        new("JSON_PARSER_ERROR", $"Cannot deserialize instance of {field.Type} from {token} value {text} or request may be missing a required field at [line:1, column:1]", [field.Name]);
}
