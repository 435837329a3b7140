using Trueup.Contract;

namespace Trueup.Engine.Passes;

/// <summary>Asks the CRM for its list of deleted records, and buries those the mirror still holds, after reading each by id.</summary>
internal static class DeletionPass
{
    private const int IdsPerRead = 1_000;

    /// <summary>Runs the pass.</summary>
    /// <returns>False if burying stopped at the brake.</returns>
    public static async Task<bool> RunAsync(StreamRun run, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        if (run.Sync.Connector is not IReportsDeletions reports || !run.Stream.Traits.ReportsDeletions)
            return true;

        var mark = run.Checkpoint.DeletionsUntil ?? DateTimeOffset.UnixEpoch;
        var from = (since is { } asked && asked < mark ? asked : mark) - run.Lag;
        var until = run.Sync.Connector.Now;
        var candidates = new List<RecordId>();
        var found = new HashSet<RecordId>();
        UInt128 digest = 0;
        await foreach (var page in reports.ReadDeletionsAsync(run.Stream, from, cancellationToken))
        {
            if (page.Deletions.Count == 0)
                continue;
            var stored = await run.Sync.Mirror.LoadAsync(run.Mirrored.Name, [.. page.Deletions.Select(gone => gone.Id)], cancellationToken);
            foreach (var record in stored.Where(record => record.IsLive && found.Add(record.Id)))
            {
                candidates.Add(record.Id);
                digest = unchecked(digest + Fingerprint.OfId(record.Id));
            }
        }

        if (candidates.Count > 0)
        {
            if (!await Brake.LetsPassAsync(run, candidates.Count, digest, isComplete: false, cancellationToken))
            {
                foreach (var candidate in candidates)
                    run.NameExtra(candidate.Value);
                return false;
            }

            await IdPass.SettleAsync(run, candidates, IdsPerRead, checkpoint => checkpoint, cancellationToken);
        }

        if (until > mark)
            await run.Sync.SaveAsync(run.Mirrored.Name, run.Checkpoint with { DeletionsUntil = until }, cancellationToken);
        return true;
    }
}
