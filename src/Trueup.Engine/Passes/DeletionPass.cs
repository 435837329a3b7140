using Trueup.Contract;

namespace Trueup.Engine.Passes;

/// <summary>Asks the CRM for its list of deleted records, and buries those the mirror still holds, after reading each by id.</summary>
internal static class DeletionPass
{
    private const int IdsPerRead = 1_000;

    /// <summary>Runs the pass.</summary>
    public static async Task RunAsync(StreamRun run, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        if (run.Sync.Connector is not IReportsDeletions reports || !run.Stream.Traits.ReportsDeletions)
            return;

        var mark = run.Checkpoint.DeletionsUntil ?? DateTimeOffset.UnixEpoch;
        var from = (since is { } asked && asked < mark ? asked : mark) - run.Lag;
        var until = run.Sync.Connector.Now;
        var candidates = new List<RecordId>();
        var found = new HashSet<RecordId>();
        await foreach (var page in reports.ReadDeletionsAsync(run.Stream, from, cancellationToken))
        {
            if (page.Deletions.Count == 0)
                continue;
            var stored = await run.Sync.Mirror.LoadAsync(run.Mirrored.Name, [.. page.Deletions.Select(gone => gone.Id)], cancellationToken);
            candidates.AddRange(stored.Where(record => record.IsLive && found.Add(record.Id)).Select(record => record.Id));
        }

        if (candidates.Count > 0)
        {
            var mayGo = await run.Brake.LetPassAsync(candidates, isComplete: false, cancellationToken);
            await IdPass.SettleAsync(run, mayGo, IdsPerRead, checkpoint => checkpoint, cancellationToken);

            // What a person is asked about is on the list still, and is looked for again.
            if (run.Question is { Answer: null })
                return;
        }

        if (until > mark)
            await run.Sync.SaveAsync(run.Mirrored.Name, run.Checkpoint with { DeletionsUntil = until }, cancellationToken);
    }
}
