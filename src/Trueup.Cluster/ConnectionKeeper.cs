using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Trueup.Catalog;
using Trueup.Contract;

namespace Trueup.Cluster;

/// <summary>Keeps one connection: runs what is queued and what is due, one sync at a time, for as long as the process lives.</summary>
/// <remarks>
/// <para>The queue is the sync log, so a crash at any point loses nothing. Between syncs the keeper sleeps until the next one is due;
/// an idle connection costs no CPU.</para>
/// <para>It knows nothing of Orleans: a grain is its door, and may come and go while a sync runs.</para>
/// <para>Threads: every member may be called concurrently.</para>
/// </remarks>
public sealed class ConnectionKeeper : IAsyncDisposable
{
    /// <summary>How long lines stay in the sync log.</summary>
    private static readonly TimeSpan LogLasts = TimeSpan.FromDays(90);

    private readonly string connectionId;
    private readonly KeeperTools tools;
    private readonly ILogger log;
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim woken = new(0);
    private readonly SemaphoreSlim opening = new(1);
    private readonly Lock gate = new();
    private CancellationTokenSource? running;
    private Task loop = Task.CompletedTask;
    private bool begun;
    private volatile OpenConnection? open;
    private volatile SyncReport? current;
    private volatile string? currentId;
    private volatile string? trouble;
    private readonly SemaphoreSlim stepping = new(1);
    private readonly Backoff retry;
    private readonly Backoff onboarding;
    private readonly ConnectionEdits edits;
    private long syncsBegun;
    private bool fencedOff;

    /// <param name="connectionId">The connection.</param>
    /// <param name="tools">What it works with.</param>
    public ConnectionKeeper(string connectionId, KeeperTools tools)
    {
        this.connectionId = connectionId;
        this.tools = tools;
        log = tools.Logs.CreateLogger<ConnectionKeeper>();
        retry = new Backoff(tools.Clock, tools.Schedule.Hourly);
        onboarding = new Backoff(tools.Clock, tools.Schedule.Hourly);
        edits = new ConnectionEdits(connectionId, tools, OpenAsync, () => (Interlocked.Read(ref syncsBegun), currentId is not null), () => Wake());
    }

    /// <summary>The connection.</summary>
    public string ConnectionId => connectionId;

    /// <summary>The connection as opened; null before, and while its mirror cannot be opened.</summary>
    public OpenConnection? Open => open;

    /// <summary>What the sync under way has done so far; null while none runs.</summary>
    public SyncReport? Current => current;

    /// <summary>The id of the sync under way; null while none runs.</summary>
    public string? CurrentId => currentId;

    /// <summary>Why nothing can be noted in the catalog, such as a full disk, in one sentence; null when all is well. Tried again by itself.</summary>
    public string? Trouble => trouble;

    /// <summary>Begins to keep the connection. Calling it again does nothing.</summary>
    public void Begin()
    {
        lock (gate)
        {
            if (begun)
                return;
            begun = true;
            loop = Task.Run(() => KeepAsync(closing.Token));
        }
    }

    /// <summary>Looks at once whether there is something to do: an order came, a person resumed or reconnected.</summary>
    /// <param name="forget">Whether to forget earlier failures, so that nothing waits for its retry.</param>
    public void Wake(bool forget = false)
    {
        if (forget)
        {
            retry.Forget();
            onboarding.Forget();
        }
        woken.Release();
    }

    /// <summary>Begins to carry out an edit run that the journal has. Answers a task that ends when it has ended, or was stopped; then it goes on by itself later.</summary>
    public Task Edit(string run) => edits.Begin(run);

    /// <summary>Stops the sync under way after its current commit. It goes on where it stood when there is a reason to.</summary>
    public void StopCurrent()
    {
        lock (gate)
            running?.Cancel();
    }

    /// <summary>The connection opened, opening it now where that is needed.</summary>
    /// <exception cref="MirrorException">Its mirror cannot be opened.</exception>
    public async Task<OpenConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (open is { } already)
            return already;
        await opening.WaitAsync(cancellationToken);
        try
        {
            if (open is { } meanwhile)
                return meanwhile;
            await using var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken);
            var entry = await catalog.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken)
                ?? throw new MirrorUnavailableException("The connection was deleted.");
            var opened = await OpenConnection.OpenAsync(entry, tools, cancellationToken);
            await tools.Journal.CloseOrphansAsync(connectionId, opened.Sync.Unfinished?.Id, cancellationToken);
            open = opened;
            await edits.ResumeAsync(cancellationToken);
            return opened;
        }
        finally
        {
            opening.Release();
        }
    }

    /// <summary>Closes connector and mirror; the next need opens them anew, with what the catalog says then.</summary>
    public async Task CloseAsync()
    {
        StopCurrent();
        await stepping.WaitAsync();
        await edits.StopAsync();
        await opening.WaitAsync();
        try
        {
            if (Interlocked.Exchange(ref open, null) is { } was)
                await was.DisposeAsync();
        }
        finally
        {
            opening.Release();
            stepping.Release();
        }
    }

    /// <summary>Keeps what a person decided about a field. Stops the sync under way for a moment; it goes on by itself.</summary>
    /// <exception cref="MirrorException">The mirror cannot be opened or written.</exception>
    public async Task ChooseAsync(FieldChoice choice, CancellationToken cancellationToken)
    {
        StopCurrent();
        await stepping.WaitAsync(cancellationToken);
        try
        {
            // The engine holds the fence of the opened mirror, so this commit takes its own and the engine a new one after it.
            await edits.StopAsync();
            if (Interlocked.Exchange(ref open, null) is { } was)
                await was.DisposeAsync();
            await using var mirror = await tools.Mirrors.OpenAsync(connectionId, cancellationToken);
            var fence = await mirror.TakeFenceAsync(cancellationToken);
            await mirror.CommitAsync(new MirrorCommit(fence, tools.Clock.GetUtcNow(), "a person's choice") { FieldChoices = [choice] }, cancellationToken);
        }
        finally
        {
            stepping.Release();
            Wake();
        }
    }

    /// <summary>Stops for good, after the commit at work.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        StopCurrent();
        await loop;
        await CloseAsync();
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var until = await StepOrWaitForRetryAsync(cancellationToken);
                if (until is { } sleep)
                    await SleepAsync(sleep, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; everything that matters is in the mirror and the log.
        }
    }

    /// <summary>The outermost loop of a connection: whatever goes wrong in one stays in it (invariant I22).</summary>
    private async Task<DateTimeOffset?> StepOrWaitForRetryAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await StepAsync(cancellationToken);
        }
        catch (Exception failure) when (CatalogTrouble.Explain(failure) is { } sentence && !cancellationToken.IsCancellationRequested)
        {
            // The catalog cannot say it, so the keeper does. Opened anew, it closes the line of a sync whose end could not be noted.
            log.LogWarning("Connection {Connection} waits: {Reason}", connectionId, sentence);
            trouble = sentence;
            tools.Board.Announce();
            await CloseAsync();
            return retry.Hinder();
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.LogError(failure, "Connection {Connection}: keeping it failed", connectionId);
            return retry.Fail();
        }
    }

    /// <summary>Does the next thing, if there is one. Answers until when to sleep; null: look again at once.</summary>
    private async Task<DateTimeOffset?> StepAsync(CancellationToken cancellationToken)
    {
        var entry = await LoadAsync(cancellationToken);
        if (entry is not null)
            tools.Meters.Watch(entry);
        if (entry is null or { PausedAt: not null } or { DeletingAt: not null } or { AttentionKind: AttentionKind.Reconnect or AttentionKind.MirrorDamaged })
            return DateTimeOffset.MaxValue;

        var waiting = await tools.Journal.WaitingAsync(connectionId, cancellationToken);
        // A person who asks again after a failure is not made to wait for the retry.
        if (tools.Clock.GetUtcNow() < retry.Until && !waiting.Any(w => w.Trigger != "schedule" && w.QueuedAt > retry.FailedAt))
            return retry.Until;

        await stepping.WaitAsync(cancellationToken);
        try
        {
            if (await TryOpenAsync(entry, cancellationToken) is not { } connection)
                return retry.Until;
            await new AfterSync(tools, log).NoteOnboardedAsync(entry, connection, cancellationToken);
            var queue = new SyncQueue(tools, onboarding);
            if (await queue.NextAsync(entry, connection.Sync, waiting, cancellationToken) is not { } next)
            {
                trouble = null;
                return queue.NextAt(entry, connection.Sync, waiting);
            }
            await RunAsync(entry, connection, next, cancellationToken);
        }
        finally
        {
            stepping.Release();
        }
        if (fencedOff)
            await CloseAsync();
        fencedOff = false;
        return null;
    }

    private async Task<ConnectionEntry?> LoadAsync(CancellationToken cancellationToken)
    {
        await using var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken);
        return await catalog.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken);
    }

    private async Task<OpenConnection?> TryOpenAsync(ConnectionEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await OpenAsync(cancellationToken);
            return connection;
        }
        catch (MirrorCorruptException failure)
        {
            retry.Fail();
            await new Attention(tools).RaiseAsync(entry, AttentionKind.MirrorDamaged, failure.Message, cancellationToken);
            return null;
        }
        catch (MirrorException failure)
        {
            retry.Fail();
            await new Attention(tools).RaiseAsync(entry, AttentionKind.MirrorUnavailable, failure.Message, cancellationToken);
            return null;
        }
    }

    private async Task RunAsync(ConnectionEntry entry, OpenConnection connection, SyncEntry next, CancellationToken cancellationToken)
    {
        var beganAt = tools.Clock.GetUtcNow();

        // Only now is it certain which records it is about: until it began, webhooks added to it.
        if (await tools.Journal.BeginAsync(next.Id, cancellationToken) is not { } begun)
            return;
        var request = SyncQueue.RequestOf(begun);
        SyncReport report;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            lock (gate)
                running = stop;
            currentId = next.Id;
            Interlocked.Increment(ref syncsBegun);
            current = new SyncReport { Request = request, StartedAt = beganAt, Status = SyncStatus.Running };
            tools.Board.Announce();
            try
            {
                report = await connection.Sync.RunAsync(request, Progress, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                report = current with { Status = SyncStatus.Stopped, EndedAt = tools.Clock.GetUtcNow() };
            }
            catch (FencedOffException failure)
            {
                report = current with { Status = SyncStatus.Stopped, EndedAt = tools.Clock.GetUtcNow(), Reason = failure.Message };
                fencedOff = true;
                retry.Fail();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                log.LogError(failure, "Connection {Connection}: sync {Sync} ended by an error in Trueup", connectionId, next.Id);
                report = current with
                {
                    Status = SyncStatus.Failed, EndedAt = tools.Clock.GetUtcNow(),
                    Reason = $"An error in Trueup ended this sync ({failure.GetType().Name}); the server's log has the details. It is tried again by itself.",
                };
            }
            finally
            {
                lock (gate)
                    running = null;
            }
        }

        try
        {
            // Also when the server is stopping: the line has to say how it ended.
            await tools.Journal.EndAsync(next.Id, report, CancellationToken.None);

            // Other syncs go on by themselves; of single records nobody would know any more.
            if (report.Status == SyncStatus.Stopped && request.Kind == SyncKind.Records && cancellationToken.IsCancellationRequested)
                await tools.Journal.RequeueAsync(next.Id, CancellationToken.None);
            if (request.Kind is SyncKind.Hourly or SyncKind.Nightly)
                await PruneAsync();
            if (request is { ErasedIds: { Count: > 0 } erased, Stream: { } stream })
                await ForgetErasedAsync(connection, stream, erased);
            await new AfterSync(tools, log).NoteAsync(entry, connection, report, beganAt, CancellationToken.None);
            trouble = null;
        }
        finally
        {
            (current, currentId) = (null, null);
            tools.Board.Announce();
        }

        if (report.Status == SyncStatus.Failed || (connection.Sync.Unfinished is not null && report.Status != SyncStatus.Stopped))
            retry.Fail();
        else if (report.Status != SyncStatus.Stopped)
            retry.Forget();
        // A stream that cannot be loaded must not keep the others from being brought up to date.
        if (request.Kind == SyncKind.Onboarding && !connection.Sync.IsOnboarded && report.Status != SyncStatus.Stopped)
            onboarding.Fail();
    }

    private async Task PruneAsync()
    {
        var before = tools.Clock.GetUtcNow() - LogLasts;
        await tools.Journal.PruneAsync(connectionId, before, CancellationToken.None);
        await tools.Edits.RemoveAsync(connectionId, before, CancellationToken.None);
    }

    /// <summary>Of whom nothing may be kept, the edit runs must not know anything either.</summary>
    private async Task ForgetErasedAsync(OpenConnection connection, StreamName stream, IReadOnlyList<RecordId> ids)
    {
        var erased = (await connection.Mirror.LoadAsync(stream, ids, CancellationToken.None)).Where(record => record.Gone?.Cause == GoneCause.Erased).Select(record => record.Id).ToList();
        if (erased.Count > 0)
            await tools.Edits.EraseAsync(connectionId, stream, erased, CancellationToken.None);
    }

    private void Progress(SyncReport report)
    {
        current = report;
        tools.Board.Announce();
    }

    private async Task SleepAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        // A timer takes at most 49 days, and clocks are set: look again at least daily.
        var longest = TimeSpan.FromDays(1);
        var wait = until - tools.Clock.GetUtcNow();
        wait = wait > longest ? longest : wait;
        if (wait > TimeSpan.Zero)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var timer = Task.Delay(wait, tools.Clock, either.Token);
            var wake = woken.WaitAsync(either.Token);
            await Task.WhenAny(timer, wake);
            await either.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (woken.Wait(0, CancellationToken.None))
        {
            // Several wake-ups are one.
        }
    }
}
