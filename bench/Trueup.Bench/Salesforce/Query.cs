using System.Globalization;
using System.Text.RegularExpressions;

namespace Trueup.Bench.Salesforce;

/// <summary>What the connector's queries ask for. Others are refused, so that a benchmark of answers to the wrong question cannot go unnoticed.</summary>
/// <param name="Object">The object.</param>
/// <param name="Fields">The fields that it selects.</param>
/// <param name="Condition">What follows WHERE, without the order; empty for all records.</param>
internal sealed partial record Query(string Object, IReadOnlyList<string> Fields, string Condition)
{
    /// <summary>Reads a query.</summary>
    public static Query Parse(string soql) => Parts.Match(soql) is { Success: true } parts
        ? new Query(parts.Groups["object"].Value, parts.Groups["fields"].Value.Split(','), parts.Groups["condition"].Value)
        : throw new FormatException($"The benchmark's org does not know this query: {soql}");

    /// <summary>Whether it asks how many there are.</summary>
    public bool Counts => Fields is ["COUNT()"];

    /// <summary>Whether it asks for deleted records.</summary>
    public bool AsksForDeleted => Condition.Contains("IsDeleted=true", StringComparison.Ordinal);

    /// <summary>Whether it selects all fields of a contact, in our order.</summary>
    public bool SelectsWholeContacts => Object == "Contact" && Fields.SequenceEqual(Contacts.Columns.Select(column => column.Name));

    /// <summary>The window of stamps, both ends included; null where it asks for none.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Window => Stamps.Match(Condition) is { Success: true } stamps
        ? (DateTimeOffset.Parse(stamps.Groups["from"].Value, CultureInfo.InvariantCulture), DateTimeOffset.Parse(stamps.Groups["to"].Value, CultureInfo.InvariantCulture)) : null;

    [GeneratedRegex("^SELECT (?<fields>\\S+) FROM (?<object>\\w+)( WHERE (?<condition>.+?))?( ORDER BY Id)?$")]
    private static partial Regex Parts { get; }

    [GeneratedRegex("^SystemModstamp>=(?<from>\\S+) AND SystemModstamp<=(?<to>\\S+)$")]
    private static partial Regex Stamps { get; }
}
