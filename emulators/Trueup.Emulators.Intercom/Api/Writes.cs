using System.Globalization;
using System.Text.Json;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Reads what a request sets, with the vendor's validation (facts, section 10).</summary>
internal static class Writes
{
    /// <summary>The standard fields that a body sets.</summary>
    /// <param name="members">Members that may be set; others are passed over, as the vendor does.</param>
    /// <exception cref="Refusal">A value is of the wrong type.</exception>
    public static List<KeyValuePair<FieldDefinition, byte[]?>> Standard(ObjectTable table, JsonElement body, params ReadOnlySpan<string> members)
    {
        var values = new List<KeyValuePair<FieldDefinition, byte[]?>>();
        foreach (var member in members)
            if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var value))
            {
                var field = table.Fields.FindStandard(member) ?? table.Fields[$"{member}.image_url"];
                values.Add(new(field, Value(field, value, member)));
            }
        return values;
    }

    /// <summary>The attributes that a body sets; those that nobody defined are refused.</summary>
    /// <param name="member">The member that holds them.</param>
    /// <param name="allowed">Which may be set; null for all.</param>
    /// <exception cref="Refusal">One is unknown, or its value of the wrong type.</exception>
    public static void Attributes(ObjectTable table, JsonElement body, string member, List<KeyValuePair<FieldDefinition, byte[]?>> values, Func<FieldDefinition, bool>? allowed = null)
    {
        if (body.Get(member) is not { } attributes)
            return;
        if (attributes.ValueKind != JsonValueKind.Object)
            throw Refusal.Invalid($"{member} must be an object", member);
        foreach (var attribute in attributes.EnumerateObject())
        {
            if (table.Fields.FindAttribute(attribute.Name) is not { IsVisible: true } field || allowed?.Invoke(field) == false)
                throw Refusal.Invalid($"Custom attribute '{attribute.Name}' does not exist", attribute.Name);
            values.Add(new(field, Value(field, attribute.Value, attribute.Name)));
        }
    }

    /// <summary>A live record that a body names.</summary>
    public static Record? Referenced(ObjectTable table, JsonElement body, string member) => body.Text(member) is { } id ? table.FindLive(id) : null;

    private static byte[]? Value(FieldDefinition field, JsonElement value, string name) => (value.ValueKind, field.Type) switch
    {
        (JsonValueKind.Null, _) => null,
        (JsonValueKind.True or JsonValueKind.False, "boolean") => Stored.Flag(value.GetBoolean()),
        (JsonValueKind.Number, "integer" or "date" or "datetime") when value.TryGetInt64(out _) => Stored.Raw(value.GetRawText()),
        // Numbers come as texts too.
        (JsonValueKind.String, "integer" or "date" or "datetime") when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => Stored.Number(number),
        (JsonValueKind.Number, "float" or "decimal") => Stored.Raw(value.GetRawText()),
        (JsonValueKind.String, "string" or "list") => Chosen(field, value.GetString()!, name),
        (JsonValueKind.Number, "string" or "list") => Chosen(field, value.GetRawText(), name),
        _ => throw Refusal.Invalid($"{name} must be of type {field.Type}", name),
    };

    private static byte[] Chosen(FieldDefinition field, string text, string name) =>
        !field.Custom || field.Options.Count == 0 || field.Options.Exists(option => !option.Archived && option.Label == text) ? Stored.Text(text)
        : throw Refusal.Invalid($"{name} must be one of {string.Join(", ", field.Options.Select(option => option.Label))}", name);
}
