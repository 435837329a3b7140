using System.Text;
using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.State;

namespace Trueup.Engine.Edits;

/// <summary>Makes the mirror follow what the CRM said of single records in an edit.</summary>
/// <remarks>Threads: any. Followers of one connection come one after the other, and in turn with the commits of a sync, so none of them undoes what another has just
/// written. What a sync reads late of links it may: whoever runs the edit has the records read once more after it.</remarks>
internal sealed class MirrorFollower(IConnector connector, IMirror mirror, long fence, EditMarks marks, SemaphoreSlim linkTurn, TimeProvider clock)
{
    private const int MostReadings = 3;

    /// <summary>Writes records as the CRM holds them, and buries those that it proved to be gone. What the mirror has newer is left.</summary>
    public async Task FollowAsync(
        StreamName stream, IReadOnlyCollection<CurrentRecord> live, IReadOnlyCollection<GoneRecord> gone, string source, CancellationToken cancellationToken)
    {
        if (live.Count + gone.Count == 0)
            return;
        var settled = new Dictionary<RecordId, UInt128>();
        for (var time = 1; ; time++)
        {
            Dictionary<RecordId, StoredRecord> stored;
            HashSet<RecordId> doubts;
            await marks.Turn.WaitAsync(CancellationToken.None);
            try
            {
                stored = (await mirror.LoadAsync(stream, [.. live.Select(record => record.Id), .. gone.Select(record => record.Id)], cancellationToken)).ToDictionary(record => record.Id);
                doubts = [.. live.Where(record => IsDoubtful(stored.GetValueOrDefault(record.Id), record, settled)).Select(record => record.Id)];
                if (doubts.Count == 0 || time > MostReadings)
                {
                    await WriteAsync(stream, live, gone, stored, source, cancellationToken);
                    return;
                }
            }
            finally
            {
                marks.Turn.Release();
            }

            // Not in turn: the app may take its time, and others need not wait for it. Whoever wrote meanwhile is noticed.
            foreach (var id in doubts)
                settled[id] = stored[id].Hash;
            var now = await ReadAsync(stream, doubts, cancellationToken);
            live = [.. live.Where(record => !doubts.Contains(record.Id)), .. now.Live.Values];
            gone = [.. gone, .. now.Gone.Values];
        }
    }

    private async Task WriteAsync(
        StreamName stream, IReadOnlyCollection<CurrentRecord> live, IReadOnlyCollection<GoneRecord> gone, Dictionary<RecordId, StoredRecord> stored, string source,
        CancellationToken cancellationToken)
    {
        var puts = live.Select(record => PutOf(stored.GetValueOrDefault(record.Id), record)).OfType<RecordPut>().ToList();
        var buries = gone.Where(record => stored.GetValueOrDefault(record.Id) is not { IsLive: false }).Select(record => new RecordBury(stream, record)).ToList();
        if (puts.Count + buries.Count == 0)
            return;
        var commit = new MirrorCommit(fence, clock.GetUtcNow(), source)
        {
            Puts = puts.Count == 0 ? [] : [new StreamPuts(stream, puts)],
            Buries = buries,
            Links = await LinksAsync(stream, live, cancellationToken),
        };

        // Marked before: a sync that compares in between then counts what is about to be there.
        foreach (var put in puts)
            marks.Put(stream, Fingerprint.OfId(put.Id.Span), put.Hash);
        foreach (var bury in buries)
            marks.Buried(stream, Fingerprint.OfId(bury.Gone.Id));
        await mirror.CommitAsync(commit, CancellationToken.None);
    }

    /// <summary>Makes sure that this process still leads: one that was frozen for a while may have been taken over from.</summary>
    /// <exception cref="FencedOffException">It was.</exception>
    public Task AssertLeadsAsync(string source) => mirror.CommitAsync(new MirrorCommit(fence, clock.GetUtcNow(), source), CancellationToken.None);

    /// <summary>Reads links and writes them as the CRM has them. Links carry no stamp that would tell an older reading from a newer one, so nobody else of this
    /// connection's edits reads any in between.</summary>
    public async Task FollowLinksAsync(AssociationPair pair, Func<Task<IReadOnlyList<RecordAssociations>>> read, string source, CancellationToken cancellationToken)
    {
        await linkTurn.WaitAsync(cancellationToken);
        try
        {
            var links = await read();
            if (connector is not INamesLinks && links.Count > 0)
                await mirror.CommitAsync(
                    new MirrorCommit(fence, clock.GetUtcNow(), source) { Links = [.. links.Select(each => new LinkReplacement(pair, each))] }, CancellationToken.None);
        }
        finally
        {
            linkTurn.Release();
        }
    }

    /// <summary>Whether another run may have written after what this record tells: the stamps are equal and the contents are not, or what the answer was laid over is
    /// not what that run left. A reading settles it, unless somebody has written once more since.</summary>
    private static bool IsDoubtful(StoredRecord? stored, CurrentRecord record, Dictionary<RecordId, UInt128> settled) =>
        stored is { IsLive: true } && stored.Hash != record.Hash && !(settled.TryGetValue(record.Id, out var seen) && seen == stored.Hash)
        && (stored.ModifiedMilliseconds == record.ModifiedMilliseconds
            || (record.LaidOver is { } below && stored.Hash != below && stored.Source.StartsWith(EditContext.SourcePrefix, StringComparison.Ordinal)));

    private async Task<CurrentRecords> ReadAsync(StreamName stream, IReadOnlyCollection<RecordId> ids, CancellationToken cancellationToken)
    {
        var mirrored = (await mirror.StreamsAsync(cancellationToken)).Single(known => known.Name == stream);
        using var found = await ((IReadsByIds)connector).ReadByIdsAsync(mirrored.Description, EditContext.FieldsOf(mirrored), [.. ids], cancellationToken);
        return CurrentRecords.Of(found);
    }

    private static RecordPut? PutOf(StoredRecord? stored, CurrentRecord record)
    {
        if (stored is { IsLive: true } && (stored.Hash == record.Hash || stored.ModifiedMilliseconds > record.ModifiedMilliseconds))
            return null;
        return Decide.Between(stored, record.ModifiedMilliseconds, record.Properties, Means.ById) is Change.Put put
            ? new RecordPut(Encoding.UTF8.GetBytes(record.Id.Value), record.ModifiedMilliseconds, record.Hash, put.Properties, put.Kind, put.Before)
            : null;
    }

    /// <summary>Where records name their links, no sync would notice any more that they changed with the record.</summary>
    private async Task<IReadOnlyList<LinkReplacement>> LinksAsync(StreamName stream, IReadOnlyCollection<CurrentRecord> live, CancellationToken cancellationToken)
    {
        if (connector is not INamesLinks names)
            return [];
        var streams = await mirror.StreamsAsync(cancellationToken);
        var pairs = names.PairsOf([.. streams.Where(known => known is { GoneAt: null, Description.Refusal: null, Live: > 0 }).Select(known => known.Description)]);
        return
        [
            .. pairs.Where(pair => pair.From == stream).SelectMany(pair => live.Select(record =>
                new LinkReplacement(pair, new RecordAssociations(record.Id, names.LinksIn(pair, record.Properties.Span))))),
        ];
    }
}
