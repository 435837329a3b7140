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
public sealed class ConnectionKeeper(string connectionId, KeeperTools tools) : IAsyncDisposable
{
    /// <summary>The wait after the first failed sync; doubled after each more, up to <see cref="LongestRetry"/>.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(30);

    /// <summary>How long the first of several webhooks waits: a bulk edit is one sync then, and a person hardly notices.</summary>
    private static readonly TimeSpan BurstLasts = TimeSpan.FromSeconds(3);

    /// <summary>How long lines stay in the sync log.</summary>
    private static readonly TimeSpan LogLasts = TimeSpan.FromDays(90);

    private readonly ILogger log = tools.Logs.CreateLogger<ConnectionKeeper>();
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
    private int failures;
    private bool fencedOff;
    private int incompleteOnboardings;
    private DateTimeOffset nextOnboardingAt;
    private DateTimeOffset failedAt;
    private DateTimeOffset retryAt;

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
            (failures, retryAt, nextOnboardingAt) = (0, default, default);
        woken.Release();
    }

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

    /// <summary>When syncs are due next, by the schedule alone.</summary>
    public Schedule ScheduleOf(ConnectionEntry entry)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(entry.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        return new Schedule(tools.Schedule, zone, jitter: Seed.Of(entry.Id) / (double)int.MaxValue);
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
            failedAt = tools.Clock.GetUtcNow();
            return retryAt = failedAt + WaitAfter(0);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.LogError(failure, "Connection {Connection}: keeping it failed", connectionId);
            return PostponeAfterFailure();
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
        if (tools.Clock.GetUtcNow() < retryAt && !waiting.Any(w => w.Trigger != "schedule" && w.QueuedAt > failedAt))
            return retryAt;

        await stepping.WaitAsync(cancellationToken);
        try
        {
            if (await TryOpenAsync(entry, cancellationToken) is not { } connection)
                return retryAt;
            await new AfterSync(tools, log).NoteOnboardedAsync(entry, connection, cancellationToken);
            if (await NextAsync(entry, connection, waiting, cancellationToken) is not { } next)
            {
                trouble = null;
                var due = NextDue(entry, connection);
                return waiting.Select(RipeAt).Append(due).Min();
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
            PostponeAfterFailure();
            await new Attention(tools).RaiseAsync(entry, AttentionKind.MirrorDamaged, failure.Message, cancellationToken);
            return null;
        }
        catch (MirrorException failure)
        {
            PostponeAfterFailure();
            await new Attention(tools).RaiseAsync(entry, AttentionKind.MirrorUnavailable, failure.Message, cancellationToken);
            return null;
        }
    }

    /// <summary>What to run now: first what was left unfinished, then what people want, then what is due; null for nothing.</summary>
    private async Task<SyncEntry?> NextAsync(
        ConnectionEntry entry, OpenConnection connection, IReadOnlyList<SyncEntry> waiting, CancellationToken cancellationToken)
    {
        if (connection.Sync.Unfinished is { } unfinished)
            return await ResumeAsync(entry, unfinished, waiting, cancellationToken);
        var now = tools.Clock.GetUtcNow();
        if (waiting.Where(w => RipeAt(w) <= now).OrderBy(w => UrgencyOf(w.Kind)).ThenBy(w => w.Id, StringComparer.Ordinal).FirstOrDefault() is { } first)
            return first;

        var schedule = ScheduleOf(entry);
        SyncKind? due = !connection.Sync.IsOnboarded && nextOnboardingAt <= now ? SyncKind.Onboarding
            : schedule.NextNightly(entry.NightlyAt, entry.CreatedAt) <= now ? SyncKind.Nightly
            : schedule.NextHourly(entry.HourlyAt, entry.CreatedAt) <= now ? SyncKind.Hourly
            : null;
        if (due is not { } kind)
            return null;
        var id = await tools.Journal.EnqueueAsync(entry, new SyncOrder(kind, "schedule"), id: null, cancellationToken);
        return await tools.Journal.FindAsync(id, cancellationToken);
    }

    /// <summary>When a waiting sync may begin. Webhooks come in bursts, so the first of them waits for its fellows.</summary>
    private static DateTimeOffset RipeAt(SyncEntry waiting) =>
        waiting.Trigger == SyncJournal.WebhookTrigger ? waiting.QueuedAt + BurstLasts : waiting.QueuedAt;

    private async Task<SyncEntry?> ResumeAsync(
        ConnectionEntry entry, SyncRequest unfinished, IReadOnlyList<SyncEntry> waiting, CancellationToken cancellationToken)
    {
        if (waiting.FirstOrDefault(w => w.Id == unfinished.Id) is { } queued)
            return queued;
        if (await tools.Journal.FindAsync(unfinished.Id, cancellationToken) is { } known)
        {
            await tools.Journal.RequeueAsync(known.Id, cancellationToken);
            return known;
        }
        // The mirror knows of a sync that the catalog does not, as after restoring an older catalog.
        var id = await tools.Journal.EnqueueAsync(
            entry, new SyncOrder(unfinished.Kind, "schedule", unfinished.Stream, unfinished.Ids), unfinished.Id, cancellationToken);
        return await tools.Journal.FindAsync(id, cancellationToken);
    }

    private async Task RunAsync(ConnectionEntry entry, OpenConnection connection, SyncEntry next, CancellationToken cancellationToken)
    {
        var beganAt = tools.Clock.GetUtcNow();

        // Only now is it certain which records it is about: until it began, webhooks added to it.
        if (await tools.Journal.BeginAsync(next.Id, cancellationToken) is not { } begun)
            return;
        var request = RequestOf(begun);
        SyncReport report;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            lock (gate)
                running = stop;
            currentId = next.Id;
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
                PostponeAfterFailure();
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
                await tools.Journal.PruneAsync(connectionId, tools.Clock.GetUtcNow() - LogLasts, CancellationToken.None);
            await new AfterSync(tools, log).NoteAsync(entry, connection, report, beganAt, CancellationToken.None);
            trouble = null;
        }
        finally
        {
            (current, currentId) = (null, null);
            tools.Board.Announce();
        }

        if (report.Status == SyncStatus.Failed || (connection.Sync.Unfinished is not null && report.Status != SyncStatus.Stopped))
            PostponeAfterFailure();
        else if (report.Status != SyncStatus.Stopped)
            (failures, retryAt) = (0, default);
        // A stream that cannot be loaded must not keep the others from being brought up to date.
        if (request.Kind == SyncKind.Onboarding && !connection.Sync.IsOnboarded && report.Status != SyncStatus.Stopped)
            nextOnboardingAt = tools.Clock.GetUtcNow() + WaitAfter(incompleteOnboardings++);
    }

    private void Progress(SyncReport report)
    {
        current = report;
        tools.Board.Announce();
    }

    private DateTimeOffset PostponeAfterFailure()
    {
        failedAt = tools.Clock.GetUtcNow();
        retryAt = failedAt + WaitAfter(failures++);
        return retryAt;
    }

    /// <summary>Doubles with every failure, but is never longer than the schedule would have waited anyway.</summary>
    private TimeSpan WaitAfter(int earlierFailures)
    {
        var wait = FirstRetry * Math.Pow(2, Math.Min(earlierFailures, 10));
        var longest = tools.Schedule.Hourly < LongestRetry ? tools.Schedule.Hourly : LongestRetry;
        return wait < longest ? wait : longest;
    }

    private DateTimeOffset NextDue(ConnectionEntry entry, OpenConnection connection)
    {
        var schedule = ScheduleOf(entry);
        DateTimeOffset?[] due =
        [
            schedule.NextHourly(entry.HourlyAt, entry.CreatedAt), schedule.NextNightly(entry.NightlyAt, entry.CreatedAt),
            connection.Sync.IsOnboarded ? null : nextOnboardingAt,
        ];
        return due.Min()!.Value;
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

    private static int UrgencyOf(SyncKind kind) => kind switch
    {
        SyncKind.Records => 0,
        SyncKind.LastHour or SyncKind.LastDay or SyncKind.Full => 1,
        SyncKind.Login => 2,
        SyncKind.Hourly => 3,
        _ => 4,
    };

    private static SyncRequest RequestOf(SyncEntry entry)
    {
        var stream = entry.Stream is null ? (StreamName?)null : new StreamName(entry.Stream);
        if (entry.Ids is null)
            return new SyncRequest(entry.Id, entry.Kind, stream);
        var hints = SyncJournal.HintsIn(entry);
        return new SyncRequest(
            entry.Id, entry.Kind, stream, [.. hints.Select(hint => hint.Id)],
            entry.Trigger == SyncJournal.WebhookTrigger ? [.. hints.Where(hint => hint.Links).Select(hint => hint.Id)] : null,
            hints.Any(hint => hint.Erased) ? [.. hints.Where(hint => hint.Erased).Select(hint => hint.Id)] : null);
    }
}
