using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace Trueup.Emulators;

/// <summary>Reads one JSON object of a control call strictly: every member must be known and of the right kind.</summary>
internal sealed class JsonFields
{
    private readonly JsonElement element;
    private readonly string what;
    private readonly HashSet<string> unread;

    internal JsonFields(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new ControlException($"{what} must be a JSON object.");
        this.element = element;
        this.what = what;
        unread = [.. element.EnumerateObject().Select(member => member.Name)];
    }

    internal bool Has(string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    internal string Text(string name) => OptionalText(name) ?? throw Missing(name, "text");

    internal string? OptionalText(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? TextOf(value)
        : throw Missing(name, "text");

    internal int Number(string name, int? fallback = null) =>
        Find(name) is not { } value ? fallback ?? throw Missing(name, "a whole number")
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number
        : throw Missing(name, "a whole number of 0 or more");

    internal double Fraction(string name, double fallback) =>
        Find(name) is not { } value ? fallback
        : value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number and >= 0 ? number
        : throw Missing(name, "a number of 0 or more");

    internal bool Flag(string name) =>
        Find(name) is { } value && (value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean() : throw Missing(name, "true or false"));

    internal TimeSpan? Duration(string name)
    {
        if (OptionalText(name) is not { } text)
            return null;
        try
        {
            return XmlConvert.ToTimeSpan(text);
        }
        catch (FormatException)
        {
            throw Missing(name, "an ISO 8601 duration such as PT30S");
        }
    }

    internal DateTimeOffset? Instant(string name) =>
        OptionalText(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant
        : throw Missing(name, "an ISO 8601 instant such as 2026-09-10T08:00:00Z");

    internal JsonFields Object(string name) => new(Find(name) ?? throw Missing(name, "an object"), $"'{name}' of {what}");

    internal IReadOnlyList<JsonElement> List(string name) =>
        Find(name) is not { } value ? throw Missing(name, "an array")
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
        : throw Missing(name, "an array");

    internal IReadOnlyList<string> Texts(string name) =>
        [.. List(name).Select(each => each.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? TextOf(each) : throw Missing(name, "an array of texts"))];

    internal IReadOnlyDictionary<string, string?> Values(string name)
    {
        var values = new Dictionary<string, string?>();
        if (Find(name) is not { } found)
            return values;
        if (found.ValueKind != JsonValueKind.Object)
            throw Missing(name, "an object");
        foreach (var member in found.EnumerateObject())
            values[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String or JsonValueKind.Number => TextOf(member.Value),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => throw new ControlException($"Property '{member.Name}' of {what} must be text, a number, true, false or null."),
            };
        return values;
    }

    internal void Done()
    {
        if (unread.Count > 0)
            throw new ControlException($"Unknown member '{unread.Order().First()}' in {what}.");
    }

    private static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString() ?? "";

    private JsonElement? Find(string name)
    {
        unread.Remove(name);
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private ControlException Missing(string name, string kind) => new($"{what} needs '{name}', {kind}.");
}
