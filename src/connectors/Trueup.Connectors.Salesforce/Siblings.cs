using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Puts records of one parent side by side: Salesforce locks the parent for each of them, and once for those that are written together. Pure.</summary>
internal static class Siblings
{
    /// <summary>The places of the records, those with the same parent together, and otherwise in their order.</summary>
    /// <param name="records">The records.</param>
    /// <param name="parents">The fields that name parents, the one that counts first.</param>
    public static List<int> SideBySide(IReadOnlyList<RecordWrite> records, IReadOnlyList<string> parents) =>
        [.. Enumerable.Range(0, records.Count).OrderBy(index => ParentOf(records[index], parents), StringComparer.Ordinal)];

    private static string ParentOf(RecordWrite record, IReadOnlyList<string> parents)
    {
        if (parents.Count == 0)
            return "";
        using var held = record.Properties.IsEmpty ? null : JsonDocument.Parse(record.Properties);
        foreach (var name in parents)
        {
            var value = record.Values.TryGetValue(name, out var wanted) ? wanted : held?.RootElement.Member(name) ?? default;
            if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } parent)
                return parent;
        }

        return "";
    }
}
