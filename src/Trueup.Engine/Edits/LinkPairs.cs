using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>The pairs whose links a CRM keeps apart from fields.</summary>
internal static class LinkPairs
{
    /// <summary>The pairs of a connection, in the direction in which the mirror stores them.</summary>
    public static IReadOnlyList<AssociationPair> Of(IConnector connector, IEnumerable<MirroredStream> streams)
    {
        IReadOnlyList<StreamDescription> described = [.. streams.Where(stream => stream is { GoneAt: null, Description.Refusal: null }).Select(stream => stream.Description)];
        return connector switch
        {
            IReadsAssociations reads => reads.PairsOf(described),
            INamesLinks names => names.PairsOf(described),
            _ => [],
        };
    }

    /// <summary>The pair of two streams, whichever way round; null where the CRM does not link them.</summary>
    public static AssociationPair? Find(IEnumerable<AssociationPair> pairs, StreamName one, StreamName other)
    {
        foreach (var pair in pairs)
            if ((pair.From == one && pair.To == other) || (pair.To == one && pair.From == other))
                return pair;
        return null;
    }
}
