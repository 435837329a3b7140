using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Applies what people send to what is stored (facts, section 10).</summary>
internal sealed class Writes(IntercomWorkspace workspace)
{
    /// <summary>Changes a stored body; members that nobody can set are left alone, as the vendor does.</summary>
    /// <exception cref="Refusal">An attribute is not known, or a value is of the wrong type.</exception>
    public static JsonObject Apply(ObjectTable table, JsonObject stored, JsonObject sent)
    {
        foreach (var (member, value) in sent)
        {
            if (member == table.Kind.AttributesMember)
                Attributes(table, stored, member, value as JsonObject ?? throw Refusal.Invalid($"{member} must be an object"));
            else if (member == "plan")
                stored["plan"] = value is null ? new JsonObject() : new JsonObject { ["type"] = "plan", ["id"] = "1", ["name"] = value.ToString() };
            else if (table.Kind.Writable.Contains(member))
                stored[member] = value?.DeepClone();
        }

        return stored;
    }

    /// <summary>Finds a contact that a body names.</summary>
    public Record Contact(string id) => workspace.Contacts.Find(id) is { Now.Life: RecordLife.Live } contact ? contact : throw Refusal.NotFound(message: "User Not Found");

    private static void Attributes(ObjectTable table, JsonObject stored, string member, JsonObject sent)
    {
        foreach (var (name, value) in sent)
        {
            var attribute = table.AttributeNamed(name) is { Archived: false } known ? known : throw Refusal.Invalid($"Custom attribute '{name}' does not exist");
            if (value is not null && !Fits(attribute, value))
                throw Refusal.Invalid($"Custom attribute '{name}' must be of type {attribute.DataType}");
            if (stored[member] is not JsonObject values)
                stored[member] = values = [];
            values[name] = value?.DeepClone();
        }
    }

    private static bool Fits(CustomAttribute attribute, JsonNode value) => (attribute.DataType, value.GetValueKind()) switch
    {
        ("string", JsonValueKind.String) => attribute.Options.Count == 0 || attribute.Options.Contains(value.ToString()),
        ("list", JsonValueKind.String) => attribute.Options.Contains(value.ToString()),
        ("integer" or "date" or "datetime", JsonValueKind.Number) => long.TryParse(value.ToJsonString(), out _),
        ("float" or "decimal", JsonValueKind.Number) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        _ => false,
    };
}
