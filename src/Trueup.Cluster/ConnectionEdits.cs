using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Trueup.Catalog;
using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Cluster;

/// <summary>Carries out the edit runs of one connection, beside its syncs. A run that did not get to its end is gone on with, also after a crash.</summary>
/// <remarks>Threads: every member may be called concurrently.</remarks>
/// <param name="connectionId">The connection.</param>
/// <param name="tools">What it works with.</param>
/// <param name="open">Opens the connection, or answers it as opened.</param>
/// <param name="syncsBegun">How many syncs of the connection have begun so far, and whether one is at work.</param>
/// <param name="wake">Has the connection look for something to do.</param>
[SuppressMessage("Design", "CA1001", Justification = "Semaphores and sources whose wait handles nobody asks for hold nothing.")]
internal sealed class ConnectionEdits(
    string connectionId, KeeperTools tools, Func<CancellationToken, Task<OpenConnection>> open, Func<(long Begun, bool IsRunning)> syncsBegun, Action wake)
{
    /// <summary>Runs at once: a change in one cell does not wait behind a hundred thousand, and the API's budget is not split into crumbs.</summary>
    private const int RunsAtOnce = 4;

    /// <summary>Records read again by one sync.</summary>
    private const int RecordsPerSync = 1_000;

    private static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromSeconds(30);

    /// <summary>What a day of waiting brings is not to be asked for every half minute.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Lazy<Task>> runs = new();
    private readonly SemaphoreSlim room = new(RunsAtOnce);
    private readonly Lock gate = new();
    private readonly ILogger log = tools.Logs.CreateLogger<ConnectionEdits>();
    private CancellationTokenSource stop = new();

    /// <summary>Begins with a run, or goes on with it. Answers a task that ends when it has ended, or has been stopped.</summary>
    public Task Begin(string run)
    {
        CancellationToken token;
        lock (gate)
            token = stop.Token;
        return runs.GetOrAdd(run, id => new Lazy<Task>(() => Task.Run(() => CarryOutAsync(id, token), CancellationToken.None))).Value;
    }

    /// <summary>Goes on with every run that has not ended.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var run in await tools.Edits.UnfinishedAsync(connectionId, cancellationToken))
            _ = Begin(run.Id);
    }

    /// <summary>Stops all runs, each as soon as it can, and waits for that. What was sent and not heard of is settled when they are gone on with.</summary>
    public async Task StopAsync()
    {
        CancellationTokenSource stopped;
        lock (gate)
            (stopped, stop) = (stop, new CancellationTokenSource());
        await stopped.CancelAsync();
        await Task.WhenAll(runs.Values.Select(run => run.Value));
        stopped.Dispose();
    }

    private async Task CarryOutAsync(string run, CancellationToken cancellationToken)
    {
        try
        {
            for (var pause = PauseBeforeRetry; !await InRoomAsync(run, cancellationToken); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
                await Task.Delay(pause, tools.Clock, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The connection is closed or the server stops; the run goes on when it is opened again.
        }
        finally
        {
            runs.TryRemove(run, out _);
            tools.Board.Announce();
        }
    }

    /// <summary>Takes its turn among the runs. One that waits to be tried again takes none.</summary>
    private async Task<bool> InRoomAsync(string run, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken);
        try
        {
            return await TryAsync(run, cancellationToken);
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>Answers whether the run has ended. The outermost frame of a run: whatever goes wrong in one stays in it.</summary>
    private async Task<bool> TryAsync(string run, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(run, cancellationToken);
        }
        catch (FencedOffException failure)
        {
            // Whoever has taken over goes on with it. Another try would send what that one is sending.
            log.LogWarning("Edit run {Run} is left to another process: {Reason}", run, failure.Message);
            return true;
        }
        catch (Exception failure) when (failure is MirrorException or CrmException || CatalogTrouble.Explain(failure) is not null)
        {
            log.LogWarning("Edit run {Run} waits: {Reason}", run, CatalogTrouble.Explain(failure) ?? failure.Message);
            return false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.LogError(failure, "Edit run {Run} was interrupted by an error in Trueup", run);
            return false;
        }
    }

    private async Task<bool> RunAsync(string run, CancellationToken cancellationToken)
    {
        if (await tools.Edits.FindAsync(run, cancellationToken) is not { FinishedAt: null } entry)
            return true;
        ConnectionEntry? owner;
        await using (var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken))
            owner = await catalog.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken);
        if (owner is null or { DeletingAt: not null })
            return true;
        if (owner is { PausedAt: not null } or { AttentionKind: AttentionKind.Reconnect or AttentionKind.MirrorDamaged })
            return false;

        var before = syncsBegun();
        var connection = await open(cancellationToken);
        var report = await connection.Sync.EditAsync(
            new EditOrder(run, new StreamName(entry.Stream), entry.IsPreview, entry.Rule), tools.Edits, tools.Board.Announce, cancellationToken);
        var after = syncsBegun();
        await ReadAgainAsync(owner, entry, report, hadSync: before.IsRunning || after.Begun != before.Begun,
            linksByItself: connection.Connector is IReadsAssociations, cancellationToken);
        if (!report.IsSettled)
        {
            await tools.Edits.WaitsAsync(run, report.Stopped, cancellationToken);
            return false;
        }

        var counts = await tools.Edits.EndAsync(run, report, CancellationToken.None);
        if (!entry.IsPreview)
            await tools.Journal.EndAsync(run, await ReportOfAsync(entry, counts, report, connection), CancellationToken.None);
        log.LogInformation(
            "Edit run {Run} ended: {Succeeded} made, {Failed} refused, {Conflicted} in conflict, after {Calls} calls", run, counts.Succeeded, counts.Failed, counts.Conflicted, report.ApiCalls);
        return true;
    }

    /// <summary>Has records read once more: all that were written, where a sync was at work beside the run and may have written over them what it had read
    /// before; those that were made, because apps link new records by themselves; and the links that were written beside a sync.</summary>
    private async Task ReadAgainAsync(ConnectionEntry owner, EditEntry entry, EditReport report, bool hadSync, bool linksByItself, CancellationToken cancellationToken)
    {
        var stream = new StreamName(entry.Stream);
        var made = hadSync || linksByItself ? report.Created : [];
        var linked = hadSync ? report.Linked.Distinct().ToList() : [];
        var written = hadSync ? report.Updated.Concat(report.Deleted).Distinct().ToList() : [];
        foreach (var some in made.Concat(linked).Distinct().Chunk(RecordsPerSync))
            await tools.Journal.EnqueueAsync(owner, new SyncOrder(SyncKind.Records, SyncJournal.EditTrigger, stream, some) { Links = true }, id: null, cancellationToken);
        foreach (var some in written.Chunk(RecordsPerSync))
            await tools.Journal.EnqueueAsync(owner, new SyncOrder(SyncKind.Records, SyncJournal.EditTrigger, stream, some), id: null, cancellationToken);
        if (made.Count + linked.Count + written.Count > 0)
            wake();
    }

    private async Task<SyncReport> ReportOfAsync(EditEntry entry, EditCounts counts, EditReport report, OpenConnection connection)
    {
        var stream = (await connection.Mirror.StreamsAsync(CancellationToken.None)).First(known => known.Name.Value == entry.Stream);
        var reason = (counts, report.Stopped) switch
        {
            (_, { } stopped) => stopped,
            ({ Failed: 0, Conflicted: 0 }, _) => null,
            _ => $"{counts.Failed:N0} refused and {counts.Conflicted:N0} in conflict, of {entry.Total:N0} changes.",
        };
        var status = reason is null ? SyncStatus.Verified : counts.Succeeded + counts.Unmodified > 0 ? SyncStatus.Partial : SyncStatus.Failed;
        return new SyncReport
        {
            Request = new SyncRequest(entry.Id, SyncKind.Edit, stream.Name), StartedAt = entry.StartedAt, AsOf = connection.Connector.Now, EndedAt = tools.Clock.GetUtcNow(),
            Status = status, Reason = reason, ApiCalls = report.ApiCalls, Retries = report.Retries, Bytes = report.Bytes,
            Streams =
            [
                new StreamReport
                {
                    Stream = stream.Name, Label = stream.Description.Label, InTrueup = stream.Live, Created = report.Created.Count, Updated = report.Updated.Count,
                    Buried = report.Deleted.Count, LinksChanged = report.Linked.Count, Unchanged = counts.Unmodified, Status = status, Reason = reason,
                },
            ],
        };
    }
}
