using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Checks changes of links before anything is sent: whether both records are there, whether such records are linked, and by which type.</summary>
/// <remarks>Not for concurrent use.</remarks>
internal sealed class LinkPreflight(EditContext edit, RunFacts facts)
{
    private readonly Dictionary<AssociationPair, IReadOnlyList<LinkType>> types = [];
    private IReadOnlyList<MirroredStream> streams = [];
    private IReadOnlyList<AssociationPair> pairs = [];

    /// <summary>The streams of a pair.</summary>
    public (MirroredStream From, MirroredStream To) StreamsOf(AssociationPair pair) => (Find(pair.From)!, Find(pair.To)!);

    /// <summary>Those of the changes that can be made. The others are ended with a reason.</summary>
    public async Task<IReadOnlyList<LinkWork>> CheckAsync(IReadOnlyList<EditItem> items, CancellationToken cancellationToken)
    {
        await LookAroundAsync(cancellationToken);
        var own = await StoredAsync(edit.Stream.Name, items.Select(item => item.Id), cancellationToken);
        var others = new Dictionary<StreamName, Dictionary<RecordId, StoredRecord>>();
        foreach (var group in items.Select(item => item.Link).OfType<LinkChange>().GroupBy(wanted => wanted.Stream))
            others[group.Key] = Find(group.Key) is null ? [] : await StoredAsync(group.Key, group.Select(wanted => wanted.Other), cancellationToken);
        var (works, ended) = (new List<LinkWork>(), new List<EditItem>());
        foreach (var item in items)
        {
            if (item.Link is not { } wanted)
            {
                ended.Add(item.Ended(EditResult.Rejected, "The record was erased, and with it what was wanted of it."));
                continue;
            }

            var pair = LinkPairs.Find(pairs, edit.Stream.Name, wanted.Stream);

            // What was sent before a crash has passed the checks, and has to be settled whatever they would say now.
            var (why, type) = item.SentAt is not null ? (null, wanted.Type)
                : await WhyNotAsync(item, wanted, pair, own.GetValueOrDefault(item.Id), others[wanted.Stream].GetValueOrDefault(wanted.Other), cancellationToken);
            if (why is not null || pair is not { } known)
            {
                ended.Add(item.Ended(EditResult.Rejected, why ?? NotLinked(wanted.Stream)));
                continue;
            }

            if (type is not null)
                wanted = wanted with { Label = type.Label, Category = type.Category, TypeId = type.TypeId, IsSingle = type.IsSingle };
            var work = new LinkWork(item with { Wanted = wanted.Write() }, wanted, known, IsReverse: known.From != edit.Stream.Name);
            works.Add(item.Seen is not null ? work : work with { Item = work.Item with { Seen = work.Write(await SeenAsync(work, cancellationToken)) } });
        }

        await edit.SaveAsync(ended, cancellationToken);
        return works;
    }

    private async Task LookAroundAsync(CancellationToken cancellationToken)
    {
        if (streams.Count > 0)
            return;
        streams = [.. (await edit.Mirror.StreamsAsync(cancellationToken)).Where(stream => stream is { GoneAt: null, Description.Refusal: null })];
        pairs = LinkPairs.Of(edit.Connector, streams);
    }

    private MirroredStream? Find(StreamName stream) => streams.FirstOrDefault(known => known.Name == stream);

    private async Task<Dictionary<RecordId, StoredRecord>> StoredAsync(StreamName stream, IEnumerable<RecordId> ids, CancellationToken cancellationToken) =>
        (await edit.Mirror.LoadAsync(stream, [.. ids.Distinct()], cancellationToken)).ToDictionary(record => record.Id);

    private async Task<(string? Why, LinkType? Type)> WhyNotAsync(
        EditItem item, LinkChange wanted, AssociationPair? pair, StoredRecord? own, StoredRecord? other, CancellationToken cancellationToken)
    {
        if (facts.Repeats(item))
            return ("The run changes this link more than once; only the first change counts.", null);
        if (Find(wanted.Stream) is not { } stream)
            return ($"There is no stream {wanted.Stream} in the mirror.", null);
        if (WhyAbsent(own, item.Id, edit.Stream) is { } absent)
            return (absent, null);

        // A link to a record that is gone can still be taken away, where the app has kept it.
        if (item.Kind == WriteKind.Associate && WhyAbsent(other, wanted.Other, stream) is { } nothing)
            return (nothing, null);
        if (wanted.Stream == edit.Stream.Name && wanted.Other == item.Id)
            return ("A record cannot be linked with itself.", null);
        if (pair is not { } known || edit.Connector is not IWritesLinks writes)
            return (NotLinked(wanted.Stream), null);
        if (!types.TryGetValue(known, out var offered))
            types[known] = offered = await writes.LinkTypesAsync(Find(known.From)!.Description, Find(known.To)!.Description, cancellationToken);
        if (offered.Count == 0)
            return ($"Links between {edit.Stream.Description.Label} and {stream.Description.Label} cannot be changed through this app's API.", null);
        if (wanted.IsUntyped)
            return (null, item.Kind == WriteKind.Dissociate ? null : offered[0]);
        var type = offered.FirstOrDefault(type => wanted.TypeId is { } id
            ? type.TypeId == id && (wanted.Category is null || type.Category == wanted.Category)
            : string.Equals(type.Label, wanted.Label, StringComparison.OrdinalIgnoreCase));
        return type is not null ? (null, type)
            : ($"{wanted.TypeId ?? wanted.Label} is none of the link types from {known.From} to {known.To}: {string.Join(", ", offered.Select(each => each.Label ?? "no label"))}.", null);
    }

    private static string? WhyAbsent(StoredRecord? record, RecordId id, MirroredStream stream) => record switch
    {
        null => $"The mirror knows no record {id} among {stream.Description.Label}.",
        { Gone: { Cause: GoneCause.Merged, MergedInto: { } survivor } } => $"{id} of {stream.Description.Label} was merged into {survivor}; link that record instead.",
        { IsLive: false } => $"{id} of {stream.Description.Label} is no longer in the app.",
        _ => null,
    };

    private string NotLinked(StreamName other)
    {
        var (here, there) = (edit.Stream.Description.Label, Find(other)?.Description.Label ?? other.Value);
        var own = LinkField.Candidates(edit.Stream, other);
        if (own.Count > 0)
            return $"{here} name {there} in more than one field ({string.Join(", ", own.Select(field => field.Name))}); say which as typeId.";
        var their = Find(other) is { } stream ? LinkField.Candidates(stream, edit.Stream.Name) : [];
        return their.Count > 0
            ? $"{there} name {here} in a field of their own ({string.Join(", ", their.Select(field => field.Name))}); edit {there} instead."
            : $"{here} and {there} are not linked in this app.";
    }

    private async Task<IReadOnlyList<HeldLink>> SeenAsync(LinkWork work, CancellationToken cancellationToken)
    {
        var links = await edit.Mirror.LinksAsync(work.Pair.From, work.Source, cancellationToken);
        return work.Touched(links.Where(link => !link.IsReverse && link.OtherStream == work.Pair.To).Select(link => link.Link));
    }
}
