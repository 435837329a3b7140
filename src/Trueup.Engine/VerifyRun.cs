using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.Passes;

namespace Trueup.Engine;

/// <summary>Reads everything again and compares record by record with the mirror, changing nothing.</summary>
internal sealed class VerifyRun(SyncContext sync)
{
    /// <summary>Runs to the end. Errors are as for <see cref="ConnectionSync.RunAsync"/>.</summary>
    public async Task<SyncReport> RunAsync(Action<SyncReport> progress, CancellationToken cancellationToken)
    {
        var startedAt = sync.Clock.GetUtcNow();
        var mirrored = (await sync.Mirror.StreamsAsync(cancellationToken)).Where(stream =>
            stream.GoneAt is null && sync.Options.Includes(stream.Name) && (sync.Request.Stream is not { } wanted || stream.Name == wanted)).ToList();
        var runs = mirrored.Select(stream => new StreamRun(sync, stream)).ToList();
        using var scope = ApiScope.Begin(ApiPriority.Manual);
        SyncReport Report(SyncStatus status, string? reason) => new()
        {
            Request = sync.Request, StartedAt = startedAt, AsOf = sync.Connector.Now, Status = status, Reason = reason,
            EndedAt = status == SyncStatus.Running ? null : sync.Clock.GetUtcNow(),
            Streams = [.. runs.Select(run => run.Report)], ApiCalls = scope.Calls, Retries = scope.Retries, Bytes = scope.Bytes,
        };

        if (runs.Count == 0)
            return Report(SyncStatus.Failed, sync.Request.Stream is { } only ? $"This connection has no stream called {only}." : "This connection has no stream to verify.");

        foreach (var run in runs)
        {
            if (run.Stream.Refusal is { } refusal)
            {
                run.End(SyncStatus.Failed, refusal);
                continue;
            }

            try
            {
                await CompareAsync(run, () => progress(Report(SyncStatus.Running, null)), cancellationToken);
            }
            catch (CrmException problem)
            {
                run.End(SyncStatus.Failed, problem.Message);
            }
        }

        var worst = runs.FirstOrDefault(run => run.Report.Status == SyncStatus.Failed) ?? runs.FirstOrDefault(run => run.Report.Status != SyncStatus.Verified);
        return Report(worst?.Report.Status ?? SyncStatus.Verified, worst?.Report.Reason);
    }

    private async Task CompareAsync(StreamRun run, Action progress, CancellationToken cancellationToken)
    {
        var known = await KnownRecords.LoadAsync(sync.Mirror, run.Mirrored, 0, cancellationToken);
        long listed = 0;
        var pages = PageReader.ReadAsync(
            (cursor, stop) => sync.Connector.ReadAllAsync(new FullRead(run.Stream, run.Fields, cursor), stop), null, sync, cancellationToken);
        await foreach (var page in pages)
        {
            using (page)
                await CompareAsync(run, known, page, cancellationToken);
            listed += page.Records.Count;
            run.Note(report => report with { InApp = listed });
            progress();
        }

        await sync.Mirror.VisitIndexAsync(run.Mirrored.Name, (id, _, isLive) =>
        {
            if (isLive && !known.IsSeen(Fingerprint.OfId(id)))
                run.NameExtra(System.Text.Encoding.UTF8.GetString(id));
        }, cancellationToken);
        var drift = run.Report.Drift;
        var differences = drift.Missing.Count + drift.Extra.Count + drift.Different.Count + drift.SetAside.Count;
        run.End(
            differences == 0 ? SyncStatus.Verified : SyncStatus.Unverified,
            differences == 0 ? null : $"{run.Stream.Label}: {drift.Missing.Count} missing, {drift.Extra.Count} extra, {drift.Different.Count} different.");
    }

    private async Task CompareAsync(StreamRun run, KnownRecords known, RecordPage page, CancellationToken cancellationToken)
    {
        foreach (var refused in page.SetAside)
            run.NameSetAside(refused);
        var differing = new List<RecordSlice>();
        foreach (var slice in page.Records)
        {
            var key = Fingerprint.OfId(page.IdOf(slice).Span);
            if (!known.TryFind(key, out var hash, out var isLive) || !isLive)
            {
                run.NameMissing(page.RecordIdOf(slice).Value);
                continue;
            }

            known.MarkSeen(key);
            if (hash != slice.Hash)
                differing.Add(slice);
        }

        if (differing.Count == 0)
            return;
        var stored = (await sync.Mirror.LoadAsync(run.Mirrored.Name, [.. differing.Select(slice => page.RecordIdOf(slice))], cancellationToken))
            .ToDictionary(record => record.Id);
        foreach (var slice in differing)
        {
            var id = page.RecordIdOf(slice);
            if (!stored.TryGetValue(id, out var record))
                continue;
            var difference = PropertyDifference.Between(record.Properties, page.PropertiesOf(slice));
            if (difference.Contradicts || difference.Adds || record.ModifiedMilliseconds != slice.ModifiedMilliseconds)
                run.NameDifferent(id.Value);
        }
    }
}
