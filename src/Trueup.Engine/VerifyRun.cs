using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.Passes;

namespace Trueup.Engine;

/// <summary>Reads everything again and compares record by record with the mirror, changing nothing.</summary>
internal sealed class VerifyRun(SyncContext sync)
{
    /// <summary>How many records of one stream differ, and how. More than are named.</summary>
    private sealed class Findings
    {
        public long Missing { get; set; }

        public long Extra { get; set; }

        public long Different { get; set; }

        public long Linked { get; set; }
    }

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

        var findings = runs.ToDictionary(run => run, _ => new Findings());
        if (runs.Count == 0)
            return Report(SyncStatus.Failed, sync.Request.Stream is { } only ? $"This connection has no stream called {only}." : "This connection has no stream to verify.");

        foreach (var run in runs)
        {
            if (run.Stream.Refusal is { } refusal)
            {
                run.End(SyncStatus.Failed, refusal);
                continue;
            }

            await GuardAsync(run, () => CompareAsync(run, findings[run], () => progress(Report(SyncStatus.Running, null)), cancellationToken));
        }

        await CompareLinksAsync(findings, () => progress(Report(SyncStatus.Running, null)), cancellationToken);
        foreach (var run in runs.Where(run => run.Report.Status != SyncStatus.Failed))
            End(run, findings[run]);

        var worst = runs.FirstOrDefault(run => run.Report.Status == SyncStatus.Failed) ?? runs.FirstOrDefault(run => run.Report.Status != SyncStatus.Verified);
        return Report(worst?.Report.Status ?? SyncStatus.Verified, worst?.Report.Reason);
    }

    private async Task CompareAsync(StreamRun run, Findings found, Action progress, CancellationToken cancellationToken)
    {
        var known = await KnownRecords.LoadAsync(sync.Mirror, run.Mirrored, 0, cancellationToken);
        long listed = 0;
        var pages = PageReader.ReadAsync(
            (cursor, stop) => sync.Connector.ReadAllAsync(new FullRead(run.Stream, run.Fields, cursor), stop), null, sync, cancellationToken);
        await foreach (var page in pages)
        {
            using (page)
                await CompareAsync(run, found, known, page, cancellationToken);
            listed += page.Records.Count;
            run.Note(report => report with { InApp = listed });
            progress();
        }

        await sync.Mirror.VisitIndexAsync(run.Mirrored.Name, (id, _, isLive) =>
        {
            if (!isLive || known.IsSeen(Fingerprint.OfId(id)))
                return;
            found.Extra++;
            run.NameExtra(System.Text.Encoding.UTF8.GetString(id));
        }, cancellationToken);
    }

    private static async Task GuardAsync(StreamRun run, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (CrmException problem)
        {
            run.End(SyncStatus.Failed, problem.Message);
        }
    }

    private static void End(StreamRun run, Findings found)
    {
        string[] differences =
        [
            .. Said(found.Missing, "missing"), .. Said(found.Extra, "extra"), .. Said(found.Different, "different"),
            .. Said(found.Linked, "with other links"), .. Said(run.Report.SetAside, "that cannot be mirrored"),
        ];
        run.End(
            differences.Length == 0 ? SyncStatus.Verified : SyncStatus.Unverified,
            differences.Length == 0 ? null : $"{run.Stream.Label}: {string.Join(", ", differences)}.");

        static IEnumerable<string> Said(long count, string how) => count == 0 ? [] : [$"{count:N0} {how}"];
    }

    /// <summary>Compares the links of every live record, as far as both ends could be read.</summary>
    private async Task CompareLinksAsync(Dictionary<StreamRun, Findings> findings, Action progress, CancellationToken cancellationToken)
    {
        if (sync.Links is not { } links)
            return;
        var mirrored = (await sync.Mirror.StreamsAsync(cancellationToken))
            .Where(stream => stream is { GoneAt: null, Description.Refusal: null } && sync.Options.Includes(stream.Name)).ToDictionary(stream => stream.Name);
        foreach (var pair in links.PairsOf([.. mirrored.Values.Select(stream => stream.Description)]))
        {
            var run = findings.Keys.FirstOrDefault(run => run.Mirrored.Name == pair.From);
            if (run is null || run.Report.Status == SyncStatus.Failed)
                continue;
            await GuardAsync(run, async () =>
            {
                var sources = await IdList.OfLiveAsync(sync.Mirror, pair.From, cancellationToken);
                await foreach (var answers in links.ReadAsync(run.Stream, mirrored[pair.To].Description, sources, cancellationToken))
                {
                    foreach (var source in await sync.Mirror.DifferingLinksAsync(pair, answers, cancellationToken))
                    {
                        findings[run].Linked++;
                        run.NameDifferent(source.Value);
                    }

                    progress();
                }
            });
        }
    }

    private async Task CompareAsync(StreamRun run, Findings found, KnownRecords known, RecordPage page, CancellationToken cancellationToken)
    {
        foreach (var refused in page.SetAside)
            run.NameSetAside(refused);
        var differing = new List<RecordSlice>();
        foreach (var slice in page.Records)
        {
            var key = Fingerprint.OfId(page.IdOf(slice).Span);
            if (!known.TryFind(key, out var hash, out var isLive) || !isLive)
            {
                found.Missing++;
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
            {
                found.Different++;
                run.NameDifferent(id.Value);
            }
        }
    }
}
