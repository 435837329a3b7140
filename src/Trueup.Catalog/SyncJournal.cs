using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trueup.Contract;

namespace Trueup.Catalog;

/// <summary>The sync log, which is the queue as well: what waits, what runs and what ended, safe against a crash at any point.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
public sealed class SyncJournal(IDbContextFactory<CatalogContext> catalog, TimeProvider clock)
{
    /// <summary>What the trigger of a sync says that a webhook asked for.</summary>
    public const string WebhookTrigger = "webhook";

    /// <summary>What the trigger of a sync says that reads again what an edit run wrote.</summary>
    public const string EditTrigger = "edit";

    /// <summary>Records that one waiting sync takes in; reading more one by one costs more than reading the last day.</summary>
    public const int MostHints = 2_000;

    /// <summary>Lines of a connection that stay however old they are.</summary>
    public const int LinesKept = 100;

    private readonly SemaphoreSlim hinting = new(1);

    /// <summary>Puts a sync into the queue of a connection. The same order already waiting: its id.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="order">What is wanted.</param>
    /// <param name="id">An id to give it; null for a new one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<string> EnqueueAsync(ConnectionEntry connection, SyncOrder order, string? id, CancellationToken cancellationToken)
    {
        var stream = order.Stream?.Value;
        var ids = order.Ids is null ? null : RecordHint.ToText(order.Ids.Select(each => new RecordHint(each, order.Links, Erased: false)));
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var waiting = await context.Syncs.Where(s => s.ConnectionId == connection.Id && s.Status == SyncStatus.Queued
            && s.Kind == order.Kind && s.Stream == stream && s.Ids == ids).Select(s => s.Id).FirstOrDefaultAsync(cancellationToken);
        if (waiting is not null)
            return waiting;

        var entry = new SyncEntry
        {
            Id = id ?? Catalog.Ids.New(clock), ConnectionId = connection.Id, App = connection.App, Account = connection.Name,
            Kind = order.Kind, Trigger = order.Trigger, Stream = stream, Ids = ids, QueuedAt = clock.GetUtcNow(), Status = SyncStatus.Queued,
        };
        context.Syncs.Add(entry);
        await context.SaveChangesAsync(cancellationToken);
        return entry.Id;
    }

    /// <summary>Notes that records may have changed, for a sync of single records. What waits already takes them in, so a flood of hints is one sync; beyond
    /// <see cref="MostHints"/> records a sync of the last day reads them instead. Durable when it returns.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="hints">The records.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task HintAsync(
        ConnectionEntry connection, StreamName stream, IReadOnlyList<RecordHint> hints, CancellationToken cancellationToken)
    {
        await hinting.WaitAsync(cancellationToken);
        try
        {
            await using var context = await catalog.CreateDbContextAsync(cancellationToken);
            var waiting = await context.Syncs.Where(s => s.ConnectionId == connection.Id && s.Status == SyncStatus.Queued
                && s.Kind == SyncKind.Records && s.Stream == stream.Value && s.Trigger == WebhookTrigger).FirstOrDefaultAsync(cancellationToken);
            var wanted = new Dictionary<RecordId, RecordHint>();
            foreach (var hint in (waiting is null ? [] : HintsIn(waiting)).Concat(hints))
                wanted[hint.Id] = wanted.TryGetValue(hint.Id, out var known) ? known.And(hint) : hint;
            if (wanted.Count > MostHints)
            {
                await EnqueueAsync(connection, new SyncOrder(SyncKind.LastDay, WebhookTrigger, stream), id: null, cancellationToken);
                return;
            }

            // A sync that has begun meanwhile takes in nothing more.
            if (waiting is not null && await context.Syncs.Where(s => s.Id == waiting.Id && s.Status == SyncStatus.Queued)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.Ids, RecordHint.ToText(wanted.Values)), cancellationToken) == 1)
                return;
            context.Syncs.Add(new SyncEntry
            {
                Id = Catalog.Ids.New(clock), ConnectionId = connection.Id, App = connection.App, Account = connection.Name, Kind = SyncKind.Records,
                Trigger = WebhookTrigger, Stream = stream.Value, QueuedAt = clock.GetUtcNow(), Status = SyncStatus.Queued,
                Ids = RecordHint.ToText(hints.Distinct()),
            });
            await context.SaveChangesAsync(cancellationToken);
        }
        finally
        {
            hinting.Release();
        }
    }

    /// <summary>The records of a line, each once.</summary>
    public static IReadOnlyList<RecordHint> HintsIn(SyncEntry entry) =>
        [.. RecordHint.FromText(entry.Ids ?? "").GroupBy(hint => hint.Id).Select(same => same.Aggregate((one, other) => one.And(other)))];

    /// <summary>Removes lines that are too old to be of use: all that ended before an instant, and those of quiet webhooks after a day.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="before">Lines that ended before are removed, except for the newest <see cref="LinesKept"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task PruneAsync(string connectionId, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var lines = context.Syncs.Where(s => s.ConnectionId == connectionId && s.Status != SyncStatus.Queued && s.Status != SyncStatus.Running);
        var yesterday = clock.GetUtcNow() - TimeSpan.FromDays(1);
        await lines.Where(s => s.Trigger == WebhookTrigger && s.Status == SyncStatus.Verified && s.EndedAt < yesterday).ExecuteDeleteAsync(cancellationToken);
        var oldestKept = await lines.OrderByDescending(s => s.Id).Skip(LinesKept - 1).Select(s => s.Id).FirstOrDefaultAsync(cancellationToken);
        if (oldestKept is not null)
            await lines.Where(s => s.EndedAt < before && string.Compare(s.Id, oldestKept) < 0).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>The syncs that wait for a connection, oldest first.</summary>
    public async Task<IReadOnlyList<SyncEntry>> WaitingAsync(string connectionId, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return await context.Syncs.AsNoTracking().Where(s => s.ConnectionId == connectionId && s.Status == SyncStatus.Queued)
            .OrderBy(s => s.Id).ToListAsync(cancellationToken);
    }

    /// <summary>One line; null where there is none.</summary>
    public async Task<SyncEntry?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return await context.Syncs.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellationToken);
    }

    /// <summary>One page of the log, newest first.</summary>
    /// <param name="connectionId">Only this connection; null for all.</param>
    /// <param name="status">Only this status; null for all.</param>
    /// <param name="before">An id: only lines before it; null for the newest.</param>
    /// <param name="limit">Most lines.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<SyncEntry>> ListAsync(
        string? connectionId, SyncStatus? status, string? before, int limit, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var lines = context.Syncs.AsNoTracking();
        if (connectionId is not null)
            lines = lines.Where(s => s.ConnectionId == connectionId);
        if (status is not null)
            lines = lines.Where(s => s.Status == status);
        if (before is not null)
            lines = lines.Where(s => string.Compare(s.Id, before) < 0);
        return await lines.OrderByDescending(s => s.Id).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Notes that a sync begins. Answers its line as it is from now on; null where it is gone.</summary>
    public async Task<SyncEntry?> BeginAsync(string id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        await context.Syncs.Where(s => s.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, SyncStatus.Running)
            .SetProperty(s => s.StartedAt, s => s.StartedAt ?? now)
            .SetProperty(s => s.EndedAt, (DateTimeOffset?)null)
            .SetProperty(s => s.Reason, (string?)null), cancellationToken);
        return await context.Syncs.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellationToken);
    }

    /// <summary>Notes what a sync did.</summary>
    public async Task EndAsync(string id, SyncReport report, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        if (await context.Syncs.SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } entry)
            return;
        entry.Status = report.Status == SyncStatus.Running ? SyncStatus.Stopped : report.Status;
        entry.AsOf = report.AsOf;
        entry.EndedAt = report.EndedAt ?? clock.GetUtcNow();
        entry.Reason = report.Reason;
        entry.TotalApp = report.Streams.Sum(s => s.InApp ?? s.InTrueup);
        entry.TotalTrueup = report.Streams.Sum(s => s.InTrueup);
        entry.TotalDifference = report.Streams.Sum(s => s.Difference);
        entry.Report = JsonSerializer.Serialize(report, CatalogJson.Options);
        await context.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Puts a sync that was stopped back into the queue, so that it goes on under its own id.</summary>
    public async Task RequeueAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        await context.Syncs.Where(s => s.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, SyncStatus.Queued).SetProperty(s => s.EndedAt, (DateTimeOffset?)null), cancellationToken);
    }

    /// <summary>Ends every line of a connection that says it runs although nothing does: the last process died with it.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="except">The one that will be gone on with; null for none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task CloseOrphansAsync(string connectionId, string? except, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);

        // Of single records nothing else would know that they were to be read.
        await context.Syncs.Where(s => s.ConnectionId == connectionId && s.Status == SyncStatus.Running && s.Kind == SyncKind.Records)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, SyncStatus.Queued), cancellationToken);
        await context.Syncs.Where(s => s.ConnectionId == connectionId && s.Status == SyncStatus.Running && s.Id != except && s.Kind != SyncKind.Edit)
            .ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, SyncStatus.Stopped)
                .SetProperty(s => s.EndedAt, now)
                .SetProperty(s => s.Reason, "This sync was cut short, because the server ended or its disk was full. What it had read is kept; a later sync goes on from there."), cancellationToken);
    }

    /// <summary>Takes what waits out of the queue, because the connection goes.</summary>
    public async Task CancelWaitingAsync(string connectionId, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        await context.Syncs
            .Where(s => s.ConnectionId == connectionId && (s.Status == SyncStatus.Queued || s.Status == SyncStatus.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, SyncStatus.Stopped).SetProperty(s => s.EndedAt, now)
                .SetProperty(s => s.Reason, reason), cancellationToken);
    }

    /// <summary>The report of a line; null where it has none yet.</summary>
    public static SyncReport? ReportOf(SyncEntry entry) =>
        entry.Report is null ? null : JsonSerializer.Deserialize<SyncReport>(entry.Report, CatalogJson.Options);
}
