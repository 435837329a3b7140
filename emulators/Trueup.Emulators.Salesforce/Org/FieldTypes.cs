using System.Globalization;

namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Fields that administrators add, and values as the control API gives them.</summary>
internal static class FieldTypes
{
    private static readonly string[] Known =
    [
        "string", "textarea", "longtextarea", "picklist", "multipicklist", "boolean", "int", "double", "currency", "percent", "date", "datetime", "time", "email", "phone",
        "url", "encryptedstring", FieldDefinition.Binary,
    ];

    /// <exception cref="ControlException">The type is unknown.</exception>
    public static FieldDefinition Define(string name, int ordinal, string label, string type, bool calculated, IReadOnlyList<PicklistValue> choices)
    {
        var field = new FieldDefinition(name, ordinal)
        {
            Label = label, Type = type, Calculated = calculated, Formula = calculated ? "1" : null, Createable = !calculated, Updateable = !calculated, Picklist = choices,
        };
        Change(field, type);
        return field;
    }

    /// <summary>Gives a field another type. Its values keep their characters.</summary>
    /// <exception cref="ControlException">The type is unknown.</exception>
    public static void Change(FieldDefinition field, string type)
    {
        if (!Known.Contains(type))
            throw new ControlException($"Unknown field type '{type}'; known are {string.Join(", ", Known)}.");
        field.Type = type == "longtextarea" ? "textarea" : type;
        field.Length = type switch { "longtextarea" => 32_768, "multipicklist" => 4_099, "email" => 80, "phone" => 40, _ => field.IsText ? 255 : 0 };
        (field.Precision, field.Scale) = field.IsNumber && type != "int" ? (18, 2) : (0, 0);
    }

    /// <summary>A value of a control call as it is stored; null where it is unset. The vendor keeps no empty texts.</summary>
    /// <exception cref="ControlException">The text is no value of the field's type.</exception>
    public static byte[]? Stored(FieldDefinition field, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return field.Type switch
        {
            "boolean" when text is "true" or "false" => StoredValue.Raw(text),
            "int" or "long" when IsNumber(text) && Soql.Value.ParseNumber(text) is var number && decimal.IsInteger(number) => Number(field, $"{number:0}"),
            "int" or "long" => throw Wrong(field, text),
            _ when field.IsNumber && IsNumber(text) => Number(field, text),
            "date" when StoredValue.ParseDay(text) is not null => StoredValue.Text(text),
            "datetime" when StoredValue.ParseInstant(text) is { } at => StoredValue.Text(StoredValue.InstantText(at)),
            "id" or "reference" when SalesforceId.Normalize(text) is { } id => StoredValue.Text(id),
            "boolean" or "date" or "datetime" or "id" or "reference" => throw Wrong(field, text),
            _ when field.IsNumber => throw Wrong(field, text),
            _ => StoredValue.Text(text),
        };
    }

    /// <summary>A number as queries answer with it: one that may have a fraction has one.</summary>
    public static byte[] Number(FieldDefinition field, string text) =>
        StoredValue.Raw(field.Type is "int" or "long" || text.AsSpan().IndexOfAny(".eE") >= 0 ? text : $"{text}.0");

    /// <summary>Whether a text is a number as JSON has it.</summary>
    public static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number) && (char.IsAsciiDigit(text[0]) || text[0] == '-') && (text.TrimStart('-') is ['0', not ('.' or 'e' or 'E'), ..] is false);

    private static ControlException Wrong(FieldDefinition field, string text) => new($"'{text}' is no {field.Type}, which {field.Name} is.");
}
