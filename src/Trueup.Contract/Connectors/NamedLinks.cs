namespace Trueup.Contract;

/// <summary>The CRM names a record's links in the record itself, so that links are mirrored from the records and cost no calls.</summary>
/// <remarks>For CRMs whose records list what they are linked to, whole. <see cref="IReadsAssociations"/> is for those that keep links apart from records;
/// a connector has one or the other.</remarks>
public interface INamesLinks
{
    /// <summary>The pairs whose links records name, each once, from the stream whose records name them.</summary>
    IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams);

    /// <summary>All links of one pair that a record names. Empty where it names none.</summary>
    /// <param name="pair">One of <see cref="PairsOf"/>.</param>
    /// <param name="propertiesUtf8">The properties of a record of <see cref="AssociationPair.From"/>: one JSON object, as the mirror holds it.</param>
    IReadOnlyList<Association> LinksIn(AssociationPair pair, ReadOnlySpan<byte> propertiesUtf8);
}
