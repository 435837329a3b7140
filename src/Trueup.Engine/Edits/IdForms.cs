using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Brings the ids in changes into the form in which the mirror has them. Pure.</summary>
public static class IdForms
{
    /// <summary>The changes with every id in its long form: of the record, of a record that is linked, and in fields that hold ids.</summary>
    public static List<EditItem> Lengthen(List<EditItem> items, MirroredStream stream, IConnector connector)
    {
        if (connector is not IHasLongIds ids)
            return items;
        var references = stream.Fields.Where(field => field.Definition.References is not null).Select(field => field.Definition.Name).ToHashSet();
        return items.ConvertAll(item => item with
        {
            Id = item.Id == default ? item.Id : Lengthen(item.Id, ids),
            Wanted = item.Wanted is null ? null : item.IsLink ? Lengthen(LinkChange.Read(item.Wanted), ids).Write() : Lengthen(item.Wanted, references, ids),
            Seen = item.Seen is null || item.IsLink ? item.Seen : Lengthen(item.Seen, references, ids),
        });
    }

    private static RecordId Lengthen(RecordId id, IHasLongIds ids) => ids.LongForm(id.Value) is { } longer ? new RecordId(longer) : id;

    private static LinkChange Lengthen(LinkChange link, IHasLongIds ids) => link with { Other = Lengthen(link.Other, ids) };

    private static string Lengthen(string values, HashSet<string> references, IHasLongIds ids) => EditValues.Write(EditValues.Read(values).Select(value =>
        references.Contains(value.Key) && value.Value.ValueKind == JsonValueKind.String && ids.LongForm(value.Value.GetString() ?? "") is { } longer
            ? KeyValuePair.Create(value.Key, JsonSerializer.SerializeToElement(longer)) : value));
}
