using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>The links that records name themselves.</summary>
/// <remarks>Which segments a contact is in, no record tells: that would take a call for each contact. Source: intercom.md, sections 2 and 15.</remarks>
internal static class Links
{
    /// <summary>Who defines the types of links.</summary>
    public const string Category = "INTERCOM_DEFINED";

    // The field that names the others, and the list within it; no list where the field is the list itself, or the one that is named.
    private static readonly (string From, string To, string Field, string? Member)[] Named =
    [
        ("contacts", "companies", "companies", "data"), ("contacts", "tags", "tags", "data"), ("companies", "tags", "tags", "tags"), ("companies", "segments", "segments", "segments"),
        ("conversations", "contacts", "contacts", "contacts"), ("conversations", "tags", "tags", "tags"), ("conversations", "companies", "company", null),
        ("tickets", "contacts", "contacts", "contacts"), ("tickets", "conversations", "linked_objects", "data"), ("teams", "admins", "admin_ids", null),
    ];

    public static IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams)
    {
        var names = streams.Select(stream => stream.Name.Value).ToHashSet();
        return [.. Named.Where(link => names.Contains(link.From) && names.Contains(link.To)).Select(link => new AssociationPair(new StreamName(link.From), new StreamName(link.To)))];
    }

    public static IReadOnlyList<Association> In(AssociationPair pair, ReadOnlySpan<byte> propertiesUtf8)
    {
        var (_, _, field, member) = Named.FirstOrDefault(link => link.From == pair.From.Value && link.To == pair.To.Value);
        if (field is null || Value(propertiesUtf8, field) is not { } list)
            return [];
        using (list)
            return [.. Entries(list.RootElement, member).Where(entry => IsOf(pair.To, entry)).Select(IdOf).OfType<string>().Distinct().Select(id => new Association(new RecordId(id), Category, field, null))];
    }

    private static IEnumerable<JsonElement> Entries(JsonElement value, string? member) => value.ValueKind switch
    {
        JsonValueKind.Object => member is null ? [value] : value.Items(member),
        JsonValueKind.Array when member is null => value.EnumerateArray(),
        _ => [],
    };

    // A ticket is linked to conversations and to other tickets, in one list.
    private static bool IsOf(StreamName stream, JsonElement entry) =>
        entry.ValueKind != JsonValueKind.Object || entry.Text("type") is not { } type || IntercomStream.All.Any(each => each.Type == type && each.Name == stream.Value);

    private static string? IdOf(JsonElement entry) => entry.ValueKind == JsonValueKind.Number ? entry.GetRawText() : entry.Id("id");

    /// <summary>The contacts that were merged into one, as its history has them.</summary>
    public static IReadOnlyList<RecordId> MergedInto(ReadOnlySpan<byte> propertiesUtf8)
    {
        if (Value(propertiesUtf8, "merge_history") is not { } history)
            return [];
        using (history)
            return history.RootElement.ValueKind != JsonValueKind.Array ? []
                : [.. history.RootElement.EnumerateArray().Select(merge => merge.Id("source_contact_id")).OfType<string>().Distinct().Select(id => new RecordId(id))];
    }

    // Only one value of the record is parsed; the others are passed over.
    private static JsonDocument? Value(ReadOnlySpan<byte> propertiesUtf8, string field)
    {
        var reader = new Utf8JsonReader(propertiesUtf8);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(field);
            reader.Read();
            if (isIt)
                return JsonDocument.ParseValue(ref reader);
            reader.Skip();
        }

        return null;
    }
}
