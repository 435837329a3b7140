using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>One stream that the records of another can be linked with.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Types">The types that a link can have, the usual one first.</param>
public sealed record LinkChoice(StreamName Stream, string Label, IReadOnlyList<LinkType> Types);

/// <summary>What the records of a stream can be linked with, and how, where links are apart from fields.</summary>
public static class LinkChoices
{
    /// <summary>The choices for a stream, in the order of the streams.</summary>
    /// <param name="connector">The app; it may be asked for the types.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="streams">All streams of the mirror.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="CrmException">The app does not tell the types.</exception>
    public static async Task<IReadOnlyList<LinkChoice>> OfAsync(
        IConnector connector, MirroredStream stream, IReadOnlyList<MirroredStream> streams, CancellationToken cancellationToken)
    {
        if (connector is not IWritesLinks writes)
            return [];
        var pairs = LinkPairs.Of(connector, streams);
        var choices = new List<LinkChoice>();
        using var scope = ApiScope.Begin(ApiPriority.Interactive);
        foreach (var other in streams.Where(other => other is { GoneAt: null, Description.Refusal: null }))
        {
            if (LinkPairs.Find(pairs, stream.Name, other.Name) is { } pair && await writes.LinkTypesAsync(Description(pair.From), Description(pair.To), cancellationToken) is { Count: > 0 } types)
                choices.Add(new LinkChoice(other.Name, other.Description.Label, types));
        }

        return choices;

        StreamDescription Description(StreamName name) => streams.First(known => known.Name == name).Description;
    }
}
