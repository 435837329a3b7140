using System.Globalization;
using System.Text.Json;
using Trueup.Emulators.HubSpot.Portal;
using Trueup.Emulators.HubSpot.Search;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>What the vendor checks before it writes (facts, sections 2.6 and 8).</summary>
internal sealed class WriteRules(HubSpotPortal portal)
{
    private const int MostCharacters = 65_536;

    /// <summary>The values of a write as they will be stored. A null clears like an empty text, and reads back empty.</summary>
    public Dictionary<string, string?> Values(ObjectTable table, JsonElement? properties, Record? record)
    {
        var values = new Dictionary<string, string?>();
        var problems = new List<(string, string, string)>();
        if (properties is not { ValueKind: JsonValueKind.Object } given)
            return values;
        foreach (var member in given.EnumerateObject())
        {
            var text = Body.Scalar(member.Value);
            if (table.Properties.FindReadable(member.Name) is not { } property)
                problems.Add((member.Name, "PROPERTY_DOESNT_EXIST", $"Property \"{member.Name}\" does not exist"));
            else if (!property.Writable)
                problems.Add((member.Name, "READ_ONLY_VALUE", $"\"{member.Name}\" is a read only property; its value cannot be set."));
            else if (Problem(property, text) is var (code, message))
                problems.Add((member.Name, code, message));
            else
                values[member.Name] = Stored(property, text, record);
        }
        return problems.Count == 0 ? values : throw Refusal.InvalidValues(portal.PortalId, problems);
    }

    /// <summary>Refuses a create that lacks what the type needs.</summary>
    public void RequireForCreate(ObjectTable table, Dictionary<string, string?> values)
    {
        var type = table.Type;
        var missing = type.Required.Where(name => string.IsNullOrEmpty(values.GetValueOrDefault(name))).ToList();
        if (missing.Count == 0 && type.RequiredAny.Length > 0 && !type.RequiredAny.Any(name => !string.IsNullOrEmpty(values.GetValueOrDefault(name))))
            missing = [type.RequiredAny[0]];
        if (missing.Count > 0)
            throw Refusal.InvalidValues(portal.PortalId,
                [.. missing.Select(name => (name, "MISSING_REQUIRED_PROPERTY", $"Required property {name} is missing for {type.TypeId}."))]);
    }

    /// <summary>Refuses a value of a unique property that another live record holds.</summary>
    public static void RequireUnique(ObjectTable table, Dictionary<string, string?> values, Record? self)
    {
        foreach (var (name, value) in values)
            if (value is { Length: > 0 } && table.Properties.Find(name) is { Unique: true } property
                && table.FindUnique(property, value) is { } other && other != self)
                throw Refusal.Of(409, $"{table.Type.SingularLabel} already exists. Existing ID: {other.Id}", "CONFLICT");
    }

    private static (string Code, string Message)? Problem(PropertyDefinition property, string text)
    {
        if (text.Length == 0)
            return null;
        if (text.Length > MostCharacters)
            return ("INVALID_STRING_LENGTH", $"{property.Name} is longer than {MostCharacters} characters");
        switch (property.Type)
        {
            case "number" when SearchValue.Number(text) is null:
                return ("INVALID_LONG", $"{text} was not a valid number.");
            case "bool" when text is not ("true" or "false"):
                return ("INVALID_BOOLEAN", $"{text} was not a valid boolean.");
            case "date" or "datetime" when SearchValue.Instant(text) is null:
                return ("INVALID_DATE", $"{text} was not a valid date.");
            case "enumeration" when !property.ExternalOptions && property.Options.Count > 0:
                var allowed = property.Options.Select(option => option.Value).ToList();
                var chosen = property.FieldType == "checkbox" ? text.Split(';', StringSplitOptions.RemoveEmptyEntries) : [text];
                return chosen.Except(allowed).FirstOrDefault() is { } wrong
                    ? ("INVALID_OPTION", $"{wrong} was not one of the allowed options: [{string.Join(", ", allowed)}]") : null;
            case "string" when property.Name == "email" && (text.IndexOf('@') is var at && (at <= 0 || at == text.Length - 1) || text.Contains(' ', StringComparison.Ordinal)):
                return ("INVALID_EMAIL", $"Email address {text} is invalid");
            default:
                return null;
        }
    }

    private static string Stored(PropertyDefinition property, string text, Record? record)
    {
        if (property is { Type: "enumeration", FieldType: "checkbox" } && text.StartsWith(';') && record is not null)
        {
            var before = RecordBody.Find(record.Now.Body, property.Ordinal) ?? "";
            return string.Join(';', before.Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Union(text.Split(';', StringSplitOptions.RemoveEmptyEntries)));
        }
        return property.Type switch
        {
            "datetime" when SearchValue.Instant(text) is { } at => JsonBytes.StampText(at),
            "date" when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                && SearchValue.Instant(text) is { } day => JsonBytes.StampText(day)[..10],
            _ => text,
        };
    }
}
