using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>The link that a change wants added or taken away: what <see cref="EditItem.Wanted"/> holds of <see cref="WriteKind.Associate"/> and
/// <see cref="WriteKind.Dissociate"/>.</summary>
/// <param name="Stream">The stream of the record at the other end.</param>
/// <param name="Other">The record at the other end.</param>
/// <param name="Label">The label of its type, as people read it; null for the unlabelled link, or where the type is told by its id.</param>
/// <param name="Category">Who defined the type; null for any.</param>
/// <param name="TypeId">The CRM's id of the type; null where the label tells. With neither, an addition is unlabelled and a removal takes every link
/// between the two records.</param>
/// <param name="IsSingle">See <see cref="LinkType.IsSingle"/>; known once the change has been checked.</param>
public sealed record LinkChange(StreamName Stream, RecordId Other, string? Label = null, string? Category = null, string? TypeId = null, bool IsSingle = false)
{
    /// <summary>Whether no type is named.</summary>
    internal bool IsUntyped => Label is null && TypeId is null;

    /// <summary>Its type, once the change has been checked; null for every link between the two records.</summary>
    internal LinkType? Type => TypeId is null ? null : new LinkType(Category ?? "", TypeId, Label, IsSingle);

    /// <summary>One JSON object.</summary>
    public string Write() => JsonSerializer.Serialize(new Form(Stream.Value, Other.Value, Label, Category, TypeId, IsSingle), JsonSerializerOptions.Web);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static LinkChange Read(string json)
    {
        var form = JsonSerializer.Deserialize<Form>(json, JsonSerializerOptions.Web) ?? throw new JsonException("A link is null.");
        return new LinkChange(new StreamName(form.Stream), new RecordId(form.Id), form.Label, form.Category, form.TypeId, form.Single);
    }

    private sealed record Form(string Stream, string Id, string? Label, string? Category, string? TypeId, bool Single);
}
