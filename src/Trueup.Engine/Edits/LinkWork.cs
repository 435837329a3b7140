using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>A change of a link that has passed the checks.</summary>
/// <param name="Item">The change.</param>
/// <param name="Wanted">What it wants.</param>
/// <param name="Pair">The pair, in the direction in which the mirror stores it.</param>
/// <param name="IsReverse">Whether the run's stream is the pair's target.</param>
internal sealed record LinkWork(EditItem Item, LinkChange Wanted, AssociationPair Pair, bool IsReverse)
{
    /// <summary>The record from which the mirror stores the link.</summary>
    public RecordId Source => IsReverse ? Wanted.Other : Item.Id;

    /// <summary>The record to which it leads.</summary>
    public RecordId Target => IsReverse ? Item.Id : Wanted.Other;

    /// <summary>Whether links are taken away.</summary>
    public bool Removes => Item.Kind == WriteKind.Dissociate;

    /// <summary>The type; null for every link between the two records.</summary>
    public LinkType? Type => Wanted.Type;

    /// <summary>Of all links of the source, those that the change touches: between the two records, and where a source has only one of the type, that one.</summary>
    public IReadOnlyList<HeldLink> Touched(IEnumerable<Association> links) =>
        [.. links.Where(link => link.Target == Target || (!Removes && Type is { IsSingle: true } type && link.TypeId == type.TypeId && link.Category == type.Category)).Select(Held)];

    /// <summary>Those of some links that are between the two records.</summary>
    public IEnumerable<HeldLink> Between(IEnumerable<HeldLink> links) => links.Where(link => link.Id == Item.Id.Value && link.Other == Wanted.Other.Value);

    /// <summary>A link of the source, as seen from the run's stream.</summary>
    public HeldLink Held(Association link) => IsReverse
        ? new HeldLink(link.Target.Value, Source.Value, link.Category, link.TypeId, link.Label)
        : new HeldLink(Source.Value, link.Target.Value, link.Category, link.TypeId, link.Label);

    /// <summary>How people read it in a sentence.</summary>
    public string Words => $"the link to {Wanted.Other} of {Wanted.Stream}{(Wanted.Label is { } label ? $" as {label}" : "")}";

    /// <summary>The links that are told of the change, in the form of the journal.</summary>
    public string Write(IEnumerable<HeldLink> links) => HeldLink.Write(Wanted.Stream, links);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public IReadOnlyList<HeldLink> Read(string? json) => HeldLink.Read(Wanted.Stream, json);
}
