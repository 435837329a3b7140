using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Links that are a field of a record: setting the field makes the link. Pure.</summary>
public static class LinkField
{
    /// <summary>Changes of links as changes of the fields that are the links, where the app does not keep the links of the two streams apart and exactly one field
    /// fits; otherwise as they are.</summary>
    /// <param name="items">Changes of any kind.</param>
    /// <param name="stream">The stream of the run.</param>
    /// <param name="connector">The app.</param>
    /// <param name="streams">All streams of the mirror.</param>
    public static List<EditItem> Rewrite(List<EditItem> items, MirroredStream stream, IConnector connector, IReadOnlyList<MirroredStream> streams)
    {
        var pairs = LinkPairs.Of(connector, streams);
        return items.ConvertAll(item => !item.IsLink || LinkPairs.Find(pairs, stream.Name, LinkChange.Read(item.Wanted!).Stream) is not null ? item : Rewrite(item, stream));
    }

    private static EditItem Rewrite(EditItem item, MirroredStream stream)
    {
        var wanted = LinkChange.Read(item.Wanted!);
        var fields = Candidates(stream, wanted.Stream).Where(field => wanted.IsUntyped || field.Name == wanted.TypeId
            || (wanted.Label is not null && string.Equals(field.Label, wanted.Label, StringComparison.OrdinalIgnoreCase))).ToList();
        if (fields is not [var only])
            return item;
        var other = JsonSerializer.SerializeToElement(wanted.Other.Value);
        return item.Kind == WriteKind.Associate
            ? item with { Kind = WriteKind.Update, Wanted = EditValues.Write([KeyValuePair.Create(only.Name, other)]) }

            // Only that link is to go: where the field names another record by now, it stays.
            : item with
            {
                Kind = WriteKind.Update, Wanted = EditValues.Write([KeyValuePair.Create(only.Name, JsonElement.Parse("null"))]), Seen = EditValues.Write([KeyValuePair.Create(only.Name, other)]),
            };
    }

    /// <summary>The fields of a stream that hold ids of another and can be set.</summary>
    internal static IReadOnlyList<Field> Candidates(MirroredStream stream, StreamName other) =>
        [.. stream.Fields.Where(field => field is { RetiredAt: null, Included: true, Definition: { ReadOnly: false, Calculated: false } } && field.Definition.References == other.Value)
            .Select(field => field.Definition)];
}
