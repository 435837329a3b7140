using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Mirrors the links between records, which move no modified stamp: of changed records after each pass, of all records in a full sync.</summary>
internal static class LinkPass
{
    /// <summary>Answers read ahead of the one being written.</summary>
    private const int AnswersAhead = 2;

    /// <summary>Records looked up in the mirror in one go.</summary>
    private const int RecordsPerLoad = 1_000;

    /// <summary>Reads the links of every record of the pair's source stream.</summary>
    public static async Task SweepAsync(
        SyncContext sync, LinkSource links, AssociationPair pair, StreamRun from, StreamRun to, CancellationToken cancellationToken)
    {
        var ids = await IdList.OfLiveAsync(sync.Mirror, pair.From, cancellationToken);
        await MirrorAsync(sync, links, pair, from, to, ids, cancellationToken);
    }

    /// <summary>Reads the links of the records that this sync changed, seen from either end of the pair where they can be.</summary>
    public static async Task FollowAsync(
        SyncContext sync, LinkSource links, AssociationPair pair, StreamRun from, StreamRun to, CancellationToken cancellationToken)
    {
        var sources = new HashSet<RecordId>(from.ChangedIds ?? []);
        if (!links.ReadsFromEitherEnd)
        {
            // A link that changed has changed the record that names it.
        }
        else if (pair.From == pair.To)
        {
            // Within one stream both ends are sources, so whoever gained or lost a link to a changed record is read too.
            var before = await sync.Mirror.LinkedAsync(pair, [.. sources], fromTargets: false, cancellationToken);
            var changed = sources.ToList();
            await foreach (var answers in links.ReadAsync(from.Stream, to.Stream, changed, cancellationToken))
            {
                foreach (var answer in answers)
                    AddDifference(sources, before.GetValueOrDefault(answer.Source) ?? [], answer.Links.Select(link => link.Target));
            }
        }
        else if (to.ChangedIds is { Count: > 0 } targets)
        {
            var distinct = targets.Distinct().ToList();
            var before = await sync.Mirror.LinkedAsync(pair, distinct, fromTargets: true, cancellationToken);
            await foreach (var answers in links.ReadAsync(to.Stream, from.Stream, distinct, cancellationToken))
            {
                foreach (var answer in answers)
                    AddDifference(sources, before.GetValueOrDefault(answer.Source) ?? [], answer.Links.Select(link => link.Target));
            }
        }

        var live = await LiveAsync(sync, pair.From, sources, cancellationToken);
        if (live.Count > 0)
            await MirrorAsync(sync, links, pair, from, to, live, cancellationToken);
    }

    /// <summary>Those of the records that the mirror holds live. The links of another one come with the record itself; stored before, nothing would
    /// take them away again if it went without having come.</summary>
    private static async Task<List<RecordId>> LiveAsync(SyncContext sync, StreamName stream, IEnumerable<RecordId> ids, CancellationToken cancellationToken)
    {
        var live = new List<RecordId>();
        foreach (var some in ids.Chunk(RecordsPerLoad))
            live.AddRange((await sync.Mirror.LoadAsync(stream, some, cancellationToken)).Where(record => record.IsLive).Select(record => record.Id));
        return live;
    }

    private static void AddDifference(HashSet<RecordId> into, IEnumerable<RecordId> before, IEnumerable<RecordId> now)
    {
        var difference = new HashSet<RecordId>(before);
        difference.SymmetricExceptWith(now);
        into.UnionWith(difference);
    }

    private static async Task MirrorAsync(
        SyncContext sync, LinkSource links, AssociationPair pair, StreamRun from, StreamRun to, IReadOnlyList<RecordId> sources,
        CancellationToken cancellationToken)
    {
        await foreach (var answers in links.ReadAsync(from.Stream, to.Stream, sources, cancellationToken).AheadAsync(AnswersAhead, cancellationToken))
        {
            var commit = sync.NewCommit("associations") with
            {
                Links = [.. answers.Select(answer => new LinkReplacement(pair, answer))],
            };
            var result = await sync.Mirror.CommitAsync(commit, cancellationToken);
            from.Note(report => report with { LinksChanged = report.LinksChanged + result.LinksAdded + result.LinksRemoved });
            sync.Progress();
        }
    }
}
