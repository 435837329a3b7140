using Microsoft.Extensions.Logging;
using Trueup.Contract;
using Trueup.Engine.Passes;
using Trueup.Engine.Planning;
using Trueup.Engine.State;

namespace Trueup.Engine;

/// <summary>One sync from its plan to its report.</summary>
/// <remarks>Threads: <see cref="RunAsync"/> once; <see cref="Report"/> from any.</remarks>
internal sealed class SyncRun
{
    private readonly SyncContext sync;
    private readonly DateTimeOffset startedAt;
    private readonly Lock gate = new();
    private readonly List<PlanStep> steps = [];
    private readonly List<MetadataChange> metadata = [];
    private IReadOnlyList<StreamRun> runs = [];
    private ApiScope? scope;
    private DateTimeOffset? asOf;
    private DateTimeOffset? endedAt;
    private SyncStatus status = SyncStatus.Running;
    private string? reason;

    public SyncRun(SyncContext sync)
    {
        this.sync = sync;
        startedAt = sync.Clock.GetUtcNow();
    }

    /// <summary>The streams at work.</summary>
    public IReadOnlyList<StreamRun> Streams => runs;

    /// <summary>What was done so far.</summary>
    public SyncReport Report
    {
        get
        {
            lock (gate)
            {
                return new SyncReport
                {
                    Request = sync.Request, StartedAt = startedAt, AsOf = asOf, EndedAt = endedAt, Status = status, Reason = reason,
                    Streams = [.. runs.Select(run => run.Report)], ApiCalls = scope?.Calls ?? 0, Retries = scope?.Retries ?? 0,
                    Bytes = scope?.Bytes ?? 0, MetadataChanges = [.. metadata], Steps = [.. steps],
                };
            }
        }
    }

    /// <summary>Runs to the end. Failures of the CRM end up in the report; those of the mirror and cancellation are thrown, with the report ended.</summary>
    public async Task<SyncReport> RunAsync(CancellationToken cancellationToken)
    {
        using (scope = ApiScope.Begin(PriorityOf(sync.Request.Kind)))
        {
            try
            {
                await SyncAsync(cancellationToken);
                End();
            }
            catch (CrmException problem)
            {
                End(SyncStatus.Failed, problem.Message);
            }
            catch (MirrorException problem) when (problem is not FencedOffException)
            {
                End(SyncStatus.Failed, problem.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                End(SyncStatus.Stopped, "Stopped before its end; it goes on where it stood.");
            }
        }

        return Report;
    }

    private static ApiPriority PriorityOf(SyncKind kind) => kind switch
    {
        SyncKind.Records => ApiPriority.Interactive,
        SyncKind.Login or SyncKind.LastHour or SyncKind.LastDay or SyncKind.Full => ApiPriority.Manual,
        SyncKind.Hourly => ApiPriority.Scheduled,
        _ => ApiPriority.Background,
    };

    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        if (sync.Request.Kind != SyncKind.Records || !sync.Checkpoints.IsIdentityChecked)
            await StepAsync(null, FixedStep.Account, () => CheckIdentityAsync(cancellationToken));
        if (Planner.AsksMetadata(sync.Request.Kind))
            await StepAsync(null, FixedStep.Streams, async () => Add(await MetadataPass.DiscoverAsync(sync, cancellationToken)));

        var streams = (await sync.Mirror.StreamsAsync(cancellationToken)).Where(stream => stream.GoneAt is null).ToList();
        runs =
        [
            .. streams
                .Where(stream => sync.Options.Includes(stream.Name) && (sync.Request.Stream is not { } only || stream.Name == only))
                .Select(stream => new StreamRun(sync, stream))

                // The stalest hour first: where a quota ends every sync early, none starves. Then the largest, so that the small ones
                // are done beside it and not after it.
                .OrderBy(run => (run.Checkpoint.ReadUntil ?? DateTimeOffset.MinValue).UtcTicks / TimeSpan.TicksPerHour)
                .ThenByDescending(run => run.Mirrored.Live),
        ];
        if (sync.Request.Stream is { } wanted && runs.Count == 0)
            throw new CrmRefusedException($"This connection has no stream called {wanted}.");
        if (runs.Count == 0)
            throw new CrmRefusedException("The app shows this connection nothing to mirror; check the scopes of its credentials.");

        await ExpectAsync(cancellationToken);
        asOf = sync.Connector.Now;
        sync.Progress();
        await Parallel.ForEachAsync(
            runs,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = sync.Options.StreamsAtOnce, TaskScheduler = TaskScheduler.Current, CancellationToken = cancellationToken,
            },
            async (run, stop) => await GuardAsync(run, () => RunStreamAsync(run, stop)));
        await LinkAsync(cancellationToken);
    }

    private async Task CheckIdentityAsync(CancellationToken cancellationToken)
    {
        var identity = await sync.Connector.IdentifyAsync(cancellationToken);
        var checkpoint = sync.Checkpoints.Connection;
        if (checkpoint.ExternalId is { } known && known != identity.ExternalId)
            throw new CrmUnauthorizedException($"The credentials lead to {identity.ExternalId}, but this mirror is of {known}; connect that account anew instead.");
        sync.Checkpoints.IsIdentityChecked = true;
        if (sync.Request.Kind == SyncKind.Records)
            return;

        // Which records had changed when the last sync died is not known any more, so their links cannot be followed: sweep them all,
        // also those that it had swept, for it may have put records after that.
        await sync.SaveAsync(
            checkpoint with
            {
                ExternalId = identity.ExternalId, Unfinished = sync.Request,
                PairsKnown = checkpoint.Unfinished is null ? checkpoint.PairsKnown : [],
            },
            cancellationToken);
    }

    /// <summary>Asks how much there is to load, for the forecast.</summary>
    private async Task ExpectAsync(CancellationToken cancellationToken)
    {
        var unloaded = runs.Where(run => run.Checkpoint.Watermark is null && run.Stream is { Refusal: null, Traits.Counts: true }).ToList();
        if (unloaded.Count == 0 || sync.Connector is not ICounts counts)
            return;
        await StepAsync(null, "estimate", "Tells how much there is to load.", 1, async () =>
        {
            var expected = await counts.EstimateAsync([.. unloaded.Select(run => run.Stream)], cancellationToken);
            foreach (var run in unloaded.Where(run => expected.ContainsKey(run.Mirrored.Name)))
                run.Note(report => report with { InApp = expected[run.Mirrored.Name] });
        });
        runs = [.. runs.OrderByDescending(run => run.Report.InApp ?? run.Mirrored.Live)];
    }

    /// <summary>A stream that fails stops alone and says why; the others go on (invariant I22).</summary>
    private async Task GuardAsync(StreamRun run, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (CrmForbiddenException problem)
        {
            await RefuseAsync(run, problem.Message);
        }
        catch (CrmException problem) when (problem is not CrmUnauthorizedException)
        {
            sync.Log.LogWarning("{Stream} stops: {Reason}", run.Mirrored.Name, problem.Message);
            run.End(SyncStatus.Failed, problem.Message);
        }
        finally
        {
            // Everything the comparison needed is in the report; the map is the largest thing in memory.
            run.Known = null;
            sync.Progress();
        }
    }

    private async Task RefuseAsync(StreamRun run, string why)
    {
        run.End(SyncStatus.Failed, why);
        var checkpoint = run.Checkpoint;
        if (checkpoint.Refusal != why)
            await sync.SaveAsync(run.Mirrored.Name, checkpoint with { Refusal = why }, CancellationToken.None);
    }

    private async Task RunStreamAsync(StreamRun run, CancellationToken cancellationToken)
    {
        if (run.Stream.Refusal is { } refusal)
        {
            await RefuseAsync(run, refusal);
            return;
        }

        run.Note(report => report with { Status = SyncStatus.Running });
        run.ChangedIds = Planner.IsThorough(sync.Request.Kind) || sync.Links is null ? null : [];
        if (Planner.AsksMetadata(sync.Request.Kind) || run.Mirrored.Fields.Count == 0)
            await StepAsync(run, FixedStep.Fields, async () => Add(await MetadataPass.DescribeAsync(run, cancellationToken)));
        var steps = new Queue<PlannedStep>(Planner.For(sync.Request.Kind, Facts(run), sync.Connector.Now));
        while (steps.TryDequeue(out var step))
        {
            await StepAsync(run, step.Means, step.Reason, step.ForecastCalls, () => CarryOutAsync(run, step, cancellationToken));
            await run.Brake.AskAboutHeldBackAsync(cancellationToken);
            foreach (var next in WhatFollows(run, step))
                steps.Enqueue(next);
        }

        if (sync.Request.Kind == SyncKind.Records)
            run.End(SyncStatus.Verified, null);
    }

    private StreamFacts Facts(StreamRun run) => new(run.Mirrored, run.Checkpoint, run.Report.InApp) { IsNamed = sync.Request.Stream is not null };

    private IReadOnlyList<PlannedStep> WhatFollows(StreamRun run, PlannedStep step) =>
        step.Kind == StepKind.Compare && (!run.IsEnumerated || run.IsResumed) && run.Report.Difference > 0 && run.Question is null
            ? Planner.AfterDisagreement(Facts(run), run.IsResumed)
            : [];

    private async Task CarryOutAsync(StreamRun run, PlannedStep step, CancellationToken cancellationToken)
    {
        switch (step.Kind)
        {
            case StepKind.ReadModified when run.EnumeratedAtOnceAt is not null && step.Since is null:
                // One page shows one moment: nothing can have changed behind it, and the counts will say whether it was all.
                break;
            case StepKind.ReadEverything:
                await FullPass.RunAsync(run, takesOver: false, cancellationToken);

                // No count will say whether what was listed before the interruption is still there.
                if (run.IsResumed && !run.Stream.Traits.Counts)
                    await FullPass.RunAsync(run, takesOver: false, cancellationToken);
                break;
            case StepKind.ReadModified when !await ModifiedPass.RunAsync(run, step.Since, cancellationToken):
                // So much was modified that reading everything is cheaper, and exact.
                await FullPass.RunAsync(run, takesOver: true, cancellationToken);
                await ModifiedPass.RunAsync(run, null, cancellationToken);
                break;
            case StepKind.ReadDeletions:
                await DeletionPass.RunAsync(run, step.Since, cancellationToken);
                break;
            case StepKind.ReadByIds:
                await IdPass.SettleAsync(run, sync.Request.Ids ?? [], idsPerRead: 1_000, checkpoint => checkpoint, cancellationToken);
                foreach (var id in sync.Request.LinkedIds ?? sync.Request.Ids ?? [])
                    run.NoteChanged(id);
                break;
            case StepKind.WaitForNight:
                Leave(run);
                break;
            case StepKind.Compare:
                await Comparison.RunAsync(run, cancellationToken);
                break;
        }
    }

    /// <summary>Leaves a stream as it is. The whole is then verified only as of when that stream last was.</summary>
    private void Leave(StreamRun run)
    {
        lock (gate)
            asOf = run.Checkpoint.VerifiedAt < asOf ? run.Checkpoint.VerifiedAt : asOf;
        run.End(SyncStatus.Verified, $"{run.Stream.Label} wait for the night, and are as of {run.Checkpoint.VerifiedAt?.UtcDateTime:u}.");
    }

    private async Task LinkAsync(CancellationToken cancellationToken)
    {
        if (sync.Links is not { } links)
            return;

        // A sync of one stream needs the other ends of its links as well.
        var mirrored = await sync.Mirror.StreamsAsync(cancellationToken);
        var byName = mirrored.Where(stream => stream is { GoneAt: null, Description.Refusal: null, Live: > 0 } && sync.Options.Includes(stream.Name))
            .ToDictionary(stream => stream.Name, stream => runs.FirstOrDefault(run => run.Mirrored.Name == stream.Name) ?? new StreamRun(sync, stream));
        foreach (var pair in PairsOf(links, byName))
        {
            var (from, to) = (byName[pair.From], byName[pair.To]);
            if (!runs.Contains(from) && !runs.Contains(to))
                continue;
            if (from.Report.Status == SyncStatus.Failed || to.Report.Status == SyncStatus.Failed)
            {
                if (from.ChangedIds is not { Count: 0 } || to.ChangedIds is not { Count: 0 })
                    await ForgetAsync(pair, cancellationToken);
                continue;
            }

            await GuardLinksAsync(pair, from, () => LinkAsync(links, pair, from, to, cancellationToken), cancellationToken);
        }
    }

    // A connector that has not been asked for the streams since the process began may not know yet how custom objects are linked.
    private IEnumerable<AssociationPair> PairsOf(LinkSource links, Dictionary<StreamName, StreamRun> streams)
    {
        var told = links.PairsOf([.. streams.Values.Select(run => run.Stream)]);
        return Planner.AsksMetadata(sync.Request.Kind)
            ? told
            : told.Union(sync.Checkpoints.Connection.PairsKnown.Select(PairOf).Where(pair => streams.ContainsKey(pair.From) && streams.ContainsKey(pair.To)));
    }

    private async Task LinkAsync(LinkSource links, AssociationPair pair, StreamRun from, StreamRun to, CancellationToken cancellationToken)
    {
        var name = NameOf(pair);
        if (from.Checkpoint.Watermark is null || to.Checkpoint.Watermark is null)
            return;

        var hasManyChanges = from.HasManyChanges || to.HasManyChanges;
        if (Planner.IsThorough(sync.Request.Kind) || !sync.Checkpoints.LinksKnown(name) || hasManyChanges)
        {
            await StepAsync(
                from, $"associations with {pair.To}",
                hasManyChanges ? "So many records changed that reading the links of all is cheaper." : "Linking and unlinking moves no modified stamp.", links.CallsFor(from.Mirrored.Live),
                () => LinkPass.SweepAsync(sync, links, pair, from, to, cancellationToken));
            var checkpoint = sync.Checkpoints.Connection;
            if (!checkpoint.PairsKnown.Contains(name))
                await sync.SaveAsync(checkpoint with { PairsKnown = [.. checkpoint.PairsKnown, name] }, cancellationToken);
        }
        else if (from.ChangedIds is { Count: > 0 } || to.ChangedIds is { Count: > 0 })
        {
            await StepAsync(from, $"associations with {pair.To}", "The links of records that changed may have changed too.", links.CallsFor(1),
                () => LinkPass.FollowAsync(sync, links, pair, from, to, cancellationToken));
        }
    }

    private static string NameOf(AssociationPair pair) => $"{pair.From}>{pair.To}";

    private static AssociationPair PairOf(string name) => name.Split('>') is [var from, var to]
        ? new AssociationPair(new StreamName(from), new StreamName(to))
        : throw new MirrorCorruptException($"The mirror's checkpoints name a pair of streams that cannot be read: {name}; have the mirror moved aside and onboarded anew.");

    /// <summary>The links of records that changed could not be read: the next sync that can reads all of the pair.</summary>
    private async Task ForgetAsync(AssociationPair pair, CancellationToken cancellationToken)
    {
        var checkpoint = sync.Checkpoints.Connection;
        if (checkpoint.PairsKnown.Contains(NameOf(pair)))
            await sync.SaveAsync(checkpoint with { PairsKnown = [.. checkpoint.PairsKnown.Where(known => known != NameOf(pair))] }, cancellationToken);
    }

    private async Task GuardLinksAsync(AssociationPair pair, StreamRun from, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (CrmException problem) when (problem is not CrmUnauthorizedException)
        {
            await ForgetAsync(pair, cancellationToken);
            from.End(SyncStatus.Partial, $"Its links could not be read: {problem.Message}");
        }
    }

    private Task StepAsync(StreamRun? run, FixedStep step, Func<Task> work) =>
        StepAsync(run, step.Means, step.Reason, sync.Checkpoints.Connection.ForecastOf(step, run?.Mirrored.Name), work);

    private async Task StepAsync(StreamRun? run, string means, string why, long forecastCalls, Func<Task> work)
    {
        using var stepScope = ApiScope.Begin();
        try
        {
            await work();
        }
        finally
        {
            lock (gate)
                steps.Add(new PlanStep(run?.Mirrored.Name, means, why, forecastCalls, stepScope.Calls));
            sync.Progress();
        }
    }

    private void Add(IReadOnlyList<MetadataChange> changes)
    {
        lock (gate)
            metadata.AddRange(changes);
    }

    private void End()
    {
        var reports = runs.Select(run => run.Report).ToList();
        var failed = reports.Where(report => report.Status is SyncStatus.Failed or SyncStatus.Partial).ToList();
        var unverified = reports.Where(report => report.Status == SyncStatus.Unverified).ToList();
        if (failed.Count > 0)
            End(failed.Count == reports.Count ? SyncStatus.Failed : SyncStatus.Partial, $"{failed[0].Label}: {failed[0].Reason}");
        else if (unverified.Count > 0)
            End(SyncStatus.Unverified, unverified[0].Reason);
        else
            End(SyncStatus.Verified, null);
    }

    private void End(SyncStatus how, string? why)
    {
        lock (gate)
            (status, reason, endedAt) = (how, why, sync.Clock.GetUtcNow());
    }
}
