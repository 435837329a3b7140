using Trueup.Contract;
using Trueup.Engine.Deciding;

namespace Trueup.Engine.Passes;

/// <summary>Asks the CRM for its list of deleted records, and buries those the mirror still holds, after reading each by id. Those that were
/// merged get their alias, also where the mirror never held them: their ids stand in links, mails and other systems (invariant I13).</summary>
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
        var held = new List<RecordId>();
        var merged = new List<GoneRecord>();
        var mergedAnew = new List<RecordId>();
        var found = new HashSet<RecordId>();
        await foreach (var page in reports.ReadDeletionsAsync(run.Stream, from, cancellationToken))
        {
            if (page.Deletions.Count == 0)
                continue;
            var stored = (await run.Sync.Mirror.LoadAsync(run.Mirrored.Name, [.. page.Deletions.Select(gone => gone.Id).Distinct()], cancellationToken))
                .ToDictionary(record => record.Id);
            foreach (var gone in page.Deletions.Where(gone => found.Add(gone.Id)))
            {
                var record = stored.GetValueOrDefault(gone.Id);
                if (record?.IsLive == true)
                    held.Add(gone.Id);
                else if (gone.Cause == GoneCause.Merged && record is null)
                    merged.Add(gone);
                else if (gone.Cause == GoneCause.Merged && gone.MergedInto != record?.Gone?.MergedInto)
                    mergedAnew.Add(gone.Id);
            }
        }

        var mayGo = held.Count == 0 ? held : await run.Brake.LetPassAsync(held, isComplete: false, cancellationToken);
        if (mayGo.Count + mergedAnew.Count > 0)
            await IdPass.SettleAsync(run, [.. mayGo, .. mergedAnew], IdsPerRead, checkpoint => checkpoint, cancellationToken);
        await LeaveAliasesAsync(run, merged, cancellationToken);

        // What a person is asked about is on the list still, and is looked for again.
        if (held.Count > 0 && run.Question is { Answer: null })
            return;

        if (until > mark)
            await run.Sync.SaveAsync(run.Mirrored.Name, run.Checkpoint with { DeletionsUntil = until }, cancellationToken);
    }

    /// <summary>Writes down where ids lead that the mirror never held. Nothing is buried by it, so the list is proof enough and no call is spent.</summary>
    private static async Task LeaveAliasesAsync(StreamRun run, IReadOnlyList<GoneRecord> merged, CancellationToken cancellationToken)
    {
        if (merged.Count == 0)
            return;
        await using var intake = new RecordIntake(run, Means.ById, "deleted list");
        foreach (var some in merged.Chunk(IdsPerRead))
        {
            await intake.TakeAsync(new RecordsById([], some), cancellationToken);
            await intake.FinishAsync(checkpoint => checkpoint, cancellationToken);
        }
    }
}
