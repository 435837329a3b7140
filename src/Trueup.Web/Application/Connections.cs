using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Orleans;
using Trueup.Catalog;
using Trueup.Cluster;

namespace Trueup.Web.Application;

/// <summary>The connected accounts: list, watch, change, delete. Connecting is <see cref="Connecting"/>.</summary>
public sealed class Connections(
    IDbContextFactory<CatalogContext> catalog, Apps apps, ConnectionKeepers keepers, ConnectionBoard board, SyncJournal journal,
    Connecting connecting, ScheduleOptions schedules, AuditTrail audit, IGrainFactory grains, TimeProvider clock)
{
    /// <summary>No watcher is told more often than this.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(400);

    /// <summary>All connections, oldest first.</summary>
    public async Task<IReadOnlyList<ConnectionView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var entries = await context.Connections.AsNoTracking().Where(c => c.DeletingAt == null).OrderBy(c => c.Id).ToListAsync(cancellationToken);
        return [.. entries.Select(Show)];
    }

    /// <summary>All connections now, and again whenever something about one of them changes: progress, state, a sync begun or ended.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ConnectionView>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var _ in board.WatchAsync(cancellationToken))
        {
            yield return await ListAsync(cancellationToken);
            await Task.Delay(ShortestPause, clock, cancellationToken);
        }
    }

    /// <summary>One connection, by id or by name.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async Task<ConnectionView> GetAsync(string idOrName, CancellationToken cancellationToken) => Show(await FindAsync(idOrName, cancellationToken));

    /// <summary>Changes a connection. Needs admin.</summary>
    /// <exception cref="ProblemException">404, or what is wrong with the change; nothing is changed then.</exception>
    public async Task<ConnectionView> ChangeAsync(Actor actor, string id, ConnectionPatch patch, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        var entry = await FindAsync(id, cancellationToken);
        await connecting.ApplyAsync(entry, patch, cancellationToken);
        await audit.WriteAsync(actor.Name, "connection.change", entry.Name, Describe(patch), cancellationToken);

        var grain = grains.GetGrain<IConnectionGrain>(entry.Id);
        if (patch.Paused == true)
            await grain.StopCurrentAsync();
        if (patch.Mirror is not null)
            await grain.RebuildAsync();
        else if (patch.Credentials is not null || patch.BaseUrl is not null || patch.Paused == false)
            await grain.RenewAsync();
        else
            await grain.WakeAsync();
        board.Announce();
        return Show(await FindAsync(entry.Id, cancellationToken));
    }

    /// <summary>Deletes a connection with its mirror and credentials, at once; nothing in the CRM. Needs admin.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async Task DeleteAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        var entry = await FindAsync(id, cancellationToken);
        await using (var context = await catalog.CreateDbContextAsync(cancellationToken))
        {
            var now = clock.GetUtcNow();
            await context.Connections.Where(c => c.Id == entry.Id).ExecuteUpdateAsync(set => set
                .SetProperty(c => c.DeletingAt, now).SetProperty(c => c.SealedCredentials, ""), cancellationToken);
        }
        await audit.WriteAsync(actor.Name, "connection.delete", entry.Name, entry.ExternalId, cancellationToken);
        await journal.CancelWaitingAsync(entry.Id, "The connection was deleted.", CancellationToken.None);
        // A crash from here on is made good when the server starts again.
        await grains.GetGrain<IConnectionGrain>(entry.Id).RemoveAsync();
        board.Announce();
    }

    internal async Task<ConnectionEntry> FindAsync(string idOrName, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return await context.Connections.AsNoTracking().Where(c => c.DeletingAt == null && (c.Id == idOrName || c.Name == idOrName))
                .OrderByDescending(c => c.Id == idOrName).FirstOrDefaultAsync(cancellationToken)
            ?? throw new ProblemException(Problem.NotFound($"There is no connection {idOrName}."));
    }

    private ConnectionView Show(ConnectionEntry entry)
    {
        var keeper = keepers.Find(entry.Id);
        var sync = keeper?.Open?.Sync;
        var state = entry.PausedAt is not null ? "paused"
            : entry.AttentionKind != AttentionKind.None || keeper?.Trouble is not null ? "attention"
            : entry.OnboardedAt is null ? "onboarding" : "live";
        var rests = entry.PausedAt is not null || entry.AttentionKind is AttentionKind.Reconnect or AttentionKind.MirrorDamaged;
        var schedule = rests ? null : Schedule.Of(entry, schedules);
        return new ConnectionView(
            entry.Id, entry.App, apps.LabelOf(entry.App), entry.Name, entry.ExternalId, state, keeper?.Trouble ?? entry.Attention,
            keeper?.Trouble is null ? entry.AttentionKind : AttentionKind.MirrorUnavailable, entry.CreatedAt,
            entry.OnboardedAt is null ? ShowOnboarding(sync) : null, entry.VerifiedAsOf, entry.Difference,
            schedule?.NextHourly(entry.HourlyAt, entry.CreatedAt), schedule?.NextNightly(entry.NightlyAt, entry.CreatedAt),
            entry.TimeZone, entry.BaseUrl, keeper?.CurrentId,
            sync?.Braked.ToDictionary(b => b.Key.Value, b => b.Value) ?? []);
    }

    private static OnboardingView ShowOnboarding(Engine.ConnectionSync? sync)
    {
        if (sync is null)
            return new OnboardingView(0, null, []);
        if (sync.Onboarding is not { } onboarding)
            return new OnboardingView(100, new RangeView(0, 0), []);
        return new OnboardingView(
            Math.Round(onboarding.Percent, 1),
            onboarding.Eta is { } eta ? new RangeView((long)eta.Low.TotalSeconds, (long)Math.Ceiling(eta.High.TotalSeconds)) : null,
            [.. onboarding.Streams.Select(s => new StreamProgressView(s.Stream.Value, s.Label, s.Mirrored, s.Expected, s.Phase, s.Reason))]);
    }

    private static string Describe(ConnectionPatch patch)
    {
        var changed = new List<string>();
        if (patch.Name is not null)
            changed.Add("renamed");
        if (patch.Paused is { } paused)
            changed.Add(paused ? "paused" : "resumed");
        if (patch.Credentials is not null)
            changed.Add("new credentials");
        if (patch.BaseUrl is not null)
            changed.Add("new base URL");
        if (patch.TimeZone is not null)
            changed.Add("new time zone");
        if (patch.Mirror is not null)
            changed.Add("mirror rebuilt");
        return string.Join(", ", changed);
    }
}
