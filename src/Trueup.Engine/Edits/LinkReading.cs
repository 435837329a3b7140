using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Reads what the CRM has of the links of one pair, and makes the mirror follow.</summary>
internal sealed class LinkReading(EditContext edit, AssociationPair pair, MirroredStream from, MirroredStream to)
{
    private readonly IReadOnlyList<string> fields = EditContext.FieldsOf(from);

    /// <summary>The pair's source and target stream.</summary>
    public (StreamDescription From, StreamDescription To) Streams => (from.Description, to.Description);

    /// <summary>All links of the sources to the pair's other stream; a source that is gone has none.</summary>
    public async Task<IReadOnlyDictionary<RecordId, IReadOnlyList<Association>>> ReadAsync(IReadOnlyList<RecordId> sources, CancellationToken cancellationToken)
    {
        var links = new Dictionary<RecordId, IReadOnlyList<Association>>();
        await edit.Follower.FollowLinksAsync(
            pair,
            async () =>
            {
                links = edit.Connector is IReadsAssociations reads ? await AskAsync(reads, sources, cancellationToken) : await NamedAsync((INamesLinks)edit.Connector, sources, cancellationToken);
                return [.. links.Select(each => new RecordAssociations(each.Key, each.Value))];
            },
            edit.Source("links"), cancellationToken);
        return links;
    }

    private async Task<Dictionary<RecordId, IReadOnlyList<Association>>> AskAsync(IReadsAssociations reads, IReadOnlyList<RecordId> sources, CancellationToken cancellationToken)
    {
        var links = new Dictionary<RecordId, IReadOnlyList<Association>>();
        await foreach (var answers in reads.ReadAssociationsAsync(from.Description, to.Description, sources, cancellationToken))
            foreach (var answer in answers)
                links[answer.Source] = answer.Links;
        return links;
    }

    /// <summary>The records name their links, and have changed with them.</summary>
    private async Task<Dictionary<RecordId, IReadOnlyList<Association>>> NamedAsync(INamesLinks names, IReadOnlyList<RecordId> sources, CancellationToken cancellationToken)
    {
        using var found = await edit.ById.ReadByIdsAsync(from.Description, fields, sources, cancellationToken);
        var read = CurrentRecords.Of(found);
        await edit.Follower.FollowAsync(pair.From, [.. read.Live.Values], [.. read.Gone.Values], edit.Source("id"), cancellationToken);
        return read.Live.Values.ToDictionary(record => record.Id, record => names.LinksIn(pair, record.Properties.Span));
    }
}
