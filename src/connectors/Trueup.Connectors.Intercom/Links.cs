using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>The links that records name themselves.</summary>
internal static class Links
{
    /// <summary>Who defines the types of links.</summary>
    public const string Category = "INTERCOM_DEFINED";

    private static readonly (string From, string To, string Field, string Member)[] Named =
    [
        ("contacts", "companies", "companies", "data"), ("contacts", "tags", "tags", "data"), ("companies", "tags", "tags", "tags"),
        ("conversations", "contacts", "contacts", "contacts"), ("conversations", "tags", "tags", "tags"), ("tickets", "contacts", "contacts", "contacts"),
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
            return [.. list.RootElement.Items(member).Select(entry => entry.Id("id")).OfType<string>().Distinct().Select(id => new Association(new RecordId(id), Category, field, null))];
    }

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
