using Microsoft.EntityFrameworkCore;
using Orleans;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>The sync log, and the syncs that people start.</summary>
public sealed class SyncLog(
    Connections connections, SyncJournal journal, ConnectionKeepers keepers, ConnectionBoard board, Apps apps, IDbContextFactory<CatalogContext> catalog,
    AuditTrail audit, IGrainFactory grains, TimeProvider clock)
{
    /// <summary>Most ids in one sync of single records.</summary>
    public const int MostIds = 10_000;

    /// <summary>A sync at login is left out when the mirror was brought up to date this recently.</summary>
    private static readonly TimeSpan FreshEnough = TimeSpan.FromMinutes(1);

    /// <summary>One page of the log, newest first.</summary>
    /// <param name="connection">Id or name of a connection; null for all.</param>
    /// <param name="status">Only this status; null for all.</param>
    /// <param name="cursor">A <see cref="PageView{T}.Next"/>; null for the newest.</param>
    /// <param name="limit">Most rows, 1 to 500.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<PageView<SyncView>> ListAsync(string? connection, SyncStatus? status, string? cursor, int limit, CancellationToken cancellationToken)
    {
        limit = Limits.Check(limit, 500);
        var connectionId = connection is null ? null : (await connections.FindAsync(connection, cancellationToken)).Id;
        var entries = await journal.ListAsync(connectionId, status, cursor, limit + 1, cancellationToken);
        return new PageView<SyncView>(
            [.. entries.Take(limit).Select(e => Show(e, withDetails: false))], entries.Count > limit ? entries[limit - 1].Id : null);
    }

    /// <summary>One sync with its plan and the ids that differ; live while it runs.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async Task<SyncView> GetAsync(string id, CancellationToken cancellationToken) => Show(await FindAsync(id, cancellationToken), withDetails: true);

    /// <summary>Starts a sync by hand. Answers its id; the same kind already waiting: its id. Needs editor.</summary>
    /// <exception cref="ProblemException">404, 409 for a paused account, 422 for a wrong kind, stream or ids.</exception>
    public async Task<string> StartAsync(Actor actor, string connection, NewSync wanted, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        var entry = await connections.FindAsync(connection, cancellationToken);
        await CheckAsync(entry, wanted, cancellationToken);
        var order = new SyncOrder(
            wanted.Kind, actor.Trigger, wanted.Stream is null ? null : new StreamName(wanted.Stream), wanted.Ids?.Select(i => new RecordId(i)).ToList());
        var id = await journal.EnqueueAsync(entry, order, id: null, cancellationToken);
        await audit.WriteAsync(actor.Name, "sync.start", entry.Name, wanted.Kind.ToString(), cancellationToken);
        await grains.GetGrain<IConnectionGrain>(entry.Id).WakeAsync();
        board.Announce();
        return id;
    }

    /// <summary>Brings every live account up to date because somebody signed in. Accounts that are fresh, paused or in need of a person are left alone.</summary>
    public async Task StartAtLoginAsync(string memberName, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var stale = clock.GetUtcNow() - FreshEnough;
        var entries = await context.Connections.AsNoTracking().Where(c => c.DeletingAt == null && c.PausedAt == null && c.OnboardedAt != null
            && c.AttentionKind == AttentionKind.None && (c.HourlyAt == null || c.HourlyAt < stale)).ToListAsync(cancellationToken);
        foreach (var entry in entries)
        {
            await journal.EnqueueAsync(entry, new SyncOrder(SyncKind.Login, $"user {memberName}"), id: null, cancellationToken);
            await grains.GetGrain<IConnectionGrain>(entry.Id).WakeAsync();
        }
    }

    /// <summary>The last comparison of an account: per stream what is missing, extra or different, and what the brake asks.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async Task<DriftView> DriftAsync(string connection, CancellationToken cancellationToken)
    {
        var entry = await connections.FindAsync(connection, cancellationToken);
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var last = await context.Syncs.AsNoTracking().Where(s => s.ConnectionId == entry.Id && s.Report != null && s.EndedAt != null
                && (s.Kind == SyncKind.Onboarding || s.Kind == SyncKind.Nightly || s.Kind == SyncKind.Full))
            .OrderByDescending(s => s.Id).FirstOrDefaultAsync(cancellationToken);
        var braked = keepers.Find(entry.Id)?.Open?.Sync.Braked;
        var streams = last is null ? [] : SyncJournal.ReportOf(last)?.Streams ?? [];
        return new DriftView(last?.Id, last?.AsOf, [.. streams.Select(s => new StreamDriftView(
            s.Stream.Value, s.Label, s.InApp, s.InTrueup, s.Difference, s.Status, s.Reason, s.Drift.Missing, s.Drift.Extra, s.Drift.Different,
            s.Drift.SetAside, braked is not null && braked.TryGetValue(s.Stream, out var held) ? held : null))]);
    }

    /// <summary>Answers a braked mass delete; a full sync of the stream follows. Needs admin.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="decision"><c>bury</c> or <c>keep</c>.</param>
    /// <exception cref="ProblemException">404, 409 where nothing is braked, 422 for another word.</exception>
    public async Task AnswerBrakeAsync(Actor actor, string connection, string? stream, string? decision, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        var entry = await connections.FindAsync(connection, cancellationToken);
        if (decision is not ("bury" or "keep"))
            throw new ProblemException(Problem.Invalid($"decision is bury or keep, not {decision}."));
        var name = new StreamName(stream ?? "");
        var open = await OpenAsync(entry, cancellationToken);
        if (!open.Sync.Braked.ContainsKey(name) || !await open.Sync.AnswerBrakeAsync(name, bury: decision == "bury", cancellationToken))
            throw new ProblemException(Problem.Conflict("nothing-braked", $"No mass delete of {stream} waits for an answer."));
        await audit.WriteAsync(actor.Name, "brake.answer", entry.Name, $"{decision} {stream}", cancellationToken);
        await journal.EnqueueAsync(entry, new SyncOrder(SyncKind.Full, actor.Trigger, name), id: null, cancellationToken);
        await grains.GetGrain<IConnectionGrain>(entry.Id).WakeAsync();
    }

    /// <summary>What a sync did and why; with <paramref name="sync"/> null, what a sync of a kind would do now.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async Task<ExplanationView> ExplainAsync(string connection, string? sync, SyncKind kind, CancellationToken cancellationToken)
    {
        var entry = await connections.FindAsync(connection, cancellationToken);
        if (sync is not null)
        {
            var done = await GetAsync(sync, cancellationToken);
            if (done.ConnectionId != entry.Id)
                throw new ProblemException(Problem.NotFound($"{entry.Name} has no sync {sync}."));
            return new ExplanationView(done.Id, done.Kind, done.Steps ?? []);
        }
        var open = await OpenAsync(entry, cancellationToken);
        return new ExplanationView(null, kind, await open.Sync.ExplainAsync(kind, cancellationToken));
    }

    internal async Task<OpenConnection> OpenAsync(ConnectionEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await keepers.Of(entry.Id).OpenAsync(cancellationToken);
        }
        catch (MirrorException failure)
        {
            throw new ProblemException(Problem.Unavailable(failure.Message));
        }
    }

    internal static BreakdownView Show(StreamReport stream, bool withDrift) => new(
        stream.Stream.Value, stream.Label, stream.InApp, stream.InTrueup, stream.Difference, stream.Created, stream.Updated, stream.Unchanged,
        stream.Buried, stream.Merged, stream.SetAside, stream.RowsWritten, stream.LinksChanged, stream.Status, stream.Reason,
        withDrift ? stream.Drift : null);

    private async Task<SyncEntry> FindAsync(string id, CancellationToken cancellationToken) =>
        await journal.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound($"There is no sync {id}."));

    private async Task CheckAsync(ConnectionEntry entry, NewSync wanted, CancellationToken cancellationToken)
    {
        if (wanted.Kind is not (SyncKind.LastHour or SyncKind.LastDay or SyncKind.Full or SyncKind.Records))
            throw new ProblemException(Problem.Invalid("kind is last-hour, last-day, full or records."));
        if (wanted.Kind == SyncKind.Records && wanted is not { Stream: not null, Ids.Count: >= 1 and <= MostIds })
            throw new ProblemException(Problem.Invalid($"A sync of single records needs stream, and 1 to {MostIds} ids."));
        if (wanted.Ids?.Any(i => string.IsNullOrWhiteSpace(i) || i.Contains('\n', StringComparison.Ordinal)) == true)
            throw new ProblemException(Problem.Invalid("An id is empty or has a line break."));
        if (entry.PausedAt is not null)
            throw new ProblemException(Problem.Conflict("paused", $"{entry.Name} is paused; resume it first."));
        if (entry.AttentionKind is AttentionKind.Reconnect or AttentionKind.MirrorDamaged)
            throw new ProblemException(Problem.Conflict("needs-attention", $"{entry.Name} cannot sync: {entry.Attention}"));
        if (wanted.Stream is not null)
        {
            var open = await OpenAsync(entry, cancellationToken);
            if ((await open.Mirror.StreamsAsync(cancellationToken)).All(s => s.Name.Value != wanted.Stream))
                throw new ProblemException(Problem.Invalid($"{entry.Name} has no stream {wanted.Stream}."));
        }
    }

    private SyncView Show(SyncEntry entry, bool withDetails)
    {
        var keeper = keepers.Find(entry.ConnectionId);
        var report = keeper?.CurrentId == entry.Id && keeper.Current is { } live ? live : SyncJournal.ReportOf(entry);
        var streams = report?.Streams ?? [];
        return new SyncView(
            entry.Id, entry.ConnectionId, entry.App, apps.LabelOf(entry.App), entry.Account, entry.Kind, entry.Trigger, entry.QueuedAt,
            entry.StartedAt, report?.AsOf ?? entry.AsOf, entry.EndedAt, entry.Status, entry.Reason,
            streams.Sum(s => s.InApp ?? s.InTrueup), streams.Sum(s => s.InTrueup), streams.Sum(s => s.Difference),
            [.. streams.Select(s => Show(s, withDetails))], report?.ApiCalls ?? 0, report?.Retries ?? 0, report?.Bytes ?? 0,
            report?.MetadataChanges ?? [], withDetails ? report?.Steps : null);
    }
}

/// <summary>Bounds of page sizes.</summary>
internal static class Limits
{
    internal static int Check(int limit, int most) =>
        limit >= 1 && limit <= most ? limit : throw new ProblemException(Problem.Invalid($"limit is 1 to {most}, not {limit}."));
}
