using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>What is to be done about one record whose fields are to be set.</summary>
internal abstract record EditDecision
{
    private EditDecision()
    {
    }

    /// <summary>The CRM holds every value that is wanted.</summary>
    public sealed record Unmodified : EditDecision;

    /// <summary>The CRM holds in some fields neither what the user saw nor what is wanted.</summary>
    public sealed record Conflict(IReadOnlyList<string> Fields) : EditDecision;

    /// <summary>Set fields.</summary>
    /// <param name="Values">What to set.</param>
    /// <param name="Left">The fields that conflict and are left as they are.</param>
    public sealed record Write(IReadOnlyDictionary<string, JsonElement> Values, IReadOnlyList<string> Left) : EditDecision;

    /// <summary>Decides by three versions. Fields that only the CRM changed are not spoken of, so both changes are kept. Pure.</summary>
    /// <param name="seen">What the user saw in the fields.</param>
    /// <param name="current">What the CRM holds in them.</param>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="typeOf">The type of a field.</param>
    /// <param name="rule">What happens to conflicts.</param>
    public static EditDecision Between(
        IReadOnlyDictionary<string, JsonElement> seen, IReadOnlyDictionary<string, JsonElement> current, IReadOnlyDictionary<string, JsonElement> wanted,
        Func<string, FieldType> typeOf, ConflictRule rule)
    {
        var values = new Dictionary<string, JsonElement>();
        var conflicts = new List<string>();
        foreach (var (name, value) in wanted)
        {
            var holds = current.GetValueOrDefault(name);
            if (EditValues.Same(typeOf(name), holds, value))
                continue;
            if (rule == ConflictRule.Overwrite || EditValues.Same(typeOf(name), holds, seen.GetValueOrDefault(name)))
                values[name] = value;
            else
                conflicts.Add(name);
        }

        return (values.Count, conflicts.Count, rule) switch
        {
            (0, 0, _) => new Unmodified(),
            (> 0, _, ConflictRule.WriteOthers) or (> 0, 0, _) => new Write(values, conflicts),
            _ => new Conflict(conflicts),
        };
    }
}
