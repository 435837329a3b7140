using System.Text;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads off a record which others were merged into it.</summary>
/// <remarks>All kinds name them in <c>hs_merged_object_ids</c> (<c>11;12</c>); contacts also in
/// <c>hs_calculated_merged_vids</c> (<c>11:1789029602000;…</c>, not always complete) and <c>hs_all_contact_vids</c>, which holds
/// the survivor's own id as well. Source: hubspot.md §5.4, 2026-09.</remarks>
internal static class MergedIds
{
    private static ReadOnlySpan<byte> Merged => "hs_merged_object_ids"u8;
    private static ReadOnlySpan<byte> CalculatedMerged => "hs_calculated_merged_vids"u8;
    private static ReadOnlySpan<byte> AllVids => "hs_all_contact_vids"u8;
    private static ReadOnlySpan<byte> OwnId => "hs_object_id"u8;

    public static IReadOnlyList<RecordId> In(ReadOnlySpan<byte> properties)
    {
        // Nearly every record ends here: no merges, and a single contact id in hs_all_contact_vids.
        if (!HasText(properties, Merged) && !HasText(properties, CalculatedMerged) && !HasList(properties, AllVids))
            return [];
        var losers = new HashSet<RecordId>();
        string? own = null;
        var all = new List<string>();
        var reader = new Utf8JsonReader(properties);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMerged = reader.ValueTextEquals(Merged) || reader.ValueTextEquals(CalculatedMerged);
            var isAll = reader.ValueTextEquals(AllVids);
            var isOwn = reader.ValueTextEquals(OwnId);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                reader.Skip();
            else if (isMerged)
                losers.UnionWith(Ids(reader.GetString()).Select(id => new RecordId(id)));
            else if (isAll)
                all.AddRange(Ids(reader.GetString()));
            else if (isOwn)
                own = reader.GetString();
        }
        if (own is not null && all.Contains(own))
            losers.UnionWith(all.Select(id => new RecordId(id)));
        if (own is not null)
            losers.Remove(new RecordId(own));
        return [.. losers];
    }

    private static IEnumerable<string> Ids(string? list) => (list ?? "")
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(entry => entry.Split(':')[0])
        .Where(id => id.Length > 0 && id.All(char.IsAsciiDigit));

    // Whether the property may be there with a text: a cheap look that errs on the side of reading.
    private static bool HasText(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name) => !ValueOf(properties, name).IsEmpty;

    private static bool HasList(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name)
    {
        var value = ValueOf(properties, name);
        var end = value.IndexOf((byte)'"');
        return end < 0 ? !value.IsEmpty : value[..end].Contains((byte)';');
    }

    // What follows the opening quotation mark of the property's text; empty where it is missing, null or empty.
    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name)
    {
        var at = properties.IndexOf(name);
        if (at < 0)
            return [];
        var rest = properties[(at + name.Length)..].TrimStart("\" \t\r\n"u8);
        if (rest.IsEmpty || rest[0] != ':')
            return properties[at..];
        rest = rest[1..].TrimStart(" \t\r\n"u8);
        return rest.Length < 2 || rest[0] != '"' || rest[1] == '"' ? [] : rest[1..];
    }
}
