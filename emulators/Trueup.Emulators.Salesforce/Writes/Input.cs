using System.Text.Json;
using Trueup.Emulators.Salesforce.Api;

namespace Trueup.Emulators.Salesforce.Writes;

/// <summary>A value that a caller wants to be written.</summary>
/// <param name="Text">The value as text; null clears the field.</param>
/// <param name="IsText">Whether it came as text: of JSON, only what stands in quotes; of a file, everything.</param>
internal readonly record struct InputValue(string? Text, bool IsText)
{
    /// <summary>The name of a parent's external id and its value, in place of the parent's id; null for a plain value.</summary>
    public (string Field, string Value)? Parent { get; init; }
}

/// <summary>The values of one row that a caller wants to be written.</summary>
internal sealed record RowInput(IReadOnlyList<KeyValuePair<string, InputValue>> Values)
{
    public string? this[string name]
    {
        get
        {
            foreach (var (field, value) in Values)
                if (field.Equals(name, StringComparison.OrdinalIgnoreCase))
                    return value.Text;
            return null;
        }
    }

    /// <summary>The same without one field.</summary>
    public RowInput Without(string name) => new([.. Values.Where(value => !value.Key.Equals(name, StringComparison.OrdinalIgnoreCase))]);

    /// <summary>Reads the members of a JSON object; <c>attributes</c> are none of them.</summary>
    /// <exception cref="Refusal">The body is no object, or a member is no value.</exception>
    public static RowInput Of(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw Refusal.MalformedJson("The HTTP entity body is required, but this request has no entity body.");
        return new RowInput([.. body.EnumerateObject().Where(member => member.Name != "attributes")
            .Select(member => KeyValuePair.Create(member.Name, Value(member)))]);
    }

    private static InputValue Value(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.Null => default,
        JsonValueKind.String => new InputValue(member.Value.GetString(), true),
        JsonValueKind.True => new InputValue("true", false),
        JsonValueKind.False => new InputValue("false", false),
        JsonValueKind.Number => new InputValue(member.Value.GetRawText(), false),
        JsonValueKind.Object when Key(member.Value) is { } key => new InputValue(null, false) { Parent = key },
        _ => throw Refusal.MalformedJson($"Cannot deserialize instance of {member.Name} from {(member.Value.ValueKind == JsonValueKind.Array ? "START_ARRAY" : "START_OBJECT")} value"),
    };

    private static (string Field, string Value)? Key(JsonElement parent)
    {
        foreach (var member in parent.EnumerateObject())
            if (member.Name != "attributes")
                return (member.Name, member.Value.ToString());
        return null;
    }
}
