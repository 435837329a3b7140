using Trueup.Catalog;
using Trueup.Contract;
using Trueup.Engine;

namespace Trueup.Cluster;

/// <summary>Says what a connection syncs next: first what was left unfinished, then what people want, then what is due.</summary>
/// <param name="tools">Where the sync log and the rules of the schedule are.</param>
/// <param name="onboarding">When an onboarding that did not load everything is tried again.</param>
internal sealed class SyncQueue(KeeperTools tools, Backoff onboarding)
{
    /// <summary>How long the first of several webhooks waits: a bulk edit is one sync then, and a person hardly notices.</summary>
    private static readonly TimeSpan BurstLasts = TimeSpan.FromSeconds(3);

    /// <summary>The sync to run now; null for none.</summary>
    /// <param name="entry">The connection.</param>
    /// <param name="sync">Its engine.</param>
    /// <param name="waiting">Its lines of the sync log that wait.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<SyncEntry?> NextAsync(
        ConnectionEntry entry, ConnectionSync sync, IReadOnlyList<SyncEntry> waiting, CancellationToken cancellationToken)
    {
        if (sync.Unfinished is { } unfinished)
            return await ResumeAsync(entry, unfinished, waiting, cancellationToken);
        var now = tools.Clock.GetUtcNow();
        if (waiting.Where(w => RipeAt(w) <= now).OrderBy(w => UrgencyOf(w.Kind)).ThenBy(w => w.Id, StringComparer.Ordinal).FirstOrDefault() is { } first)
            return first;

        var schedule = Schedule.Of(entry, tools.Schedule);
        SyncKind? due = !sync.IsOnboarded && onboarding.Until <= now ? SyncKind.Onboarding
            : schedule.NextNightly(entry.NightlyAt, entry.CreatedAt) <= now ? SyncKind.Nightly
            : schedule.NextHourly(entry.HourlyAt, entry.CreatedAt) <= now ? SyncKind.Hourly
            : null;
        if (due is not { } kind)
            return null;
        var id = await tools.Journal.EnqueueAsync(entry, new SyncOrder(kind, "schedule"), id: null, cancellationToken);
        return await tools.Journal.FindAsync(id, cancellationToken);
    }

    /// <summary>When there will be a sync to run, if there is none now and none is asked for meanwhile.</summary>
    public DateTimeOffset NextAt(ConnectionEntry entry, ConnectionSync sync, IReadOnlyList<SyncEntry> waiting)
    {
        var schedule = Schedule.Of(entry, tools.Schedule);
        DateTimeOffset?[] due =
        [
            schedule.NextHourly(entry.HourlyAt, entry.CreatedAt), schedule.NextNightly(entry.NightlyAt, entry.CreatedAt),
            sync.IsOnboarded ? null : onboarding.Until,
        ];
        return waiting.Select(RipeAt).Append(due.Min()!.Value).Min();
    }

    /// <summary>What a line of the sync log asks the engine for.</summary>
    public static SyncRequest RequestOf(SyncEntry entry)
    {
        var stream = entry.Stream is null ? (StreamName?)null : new StreamName(entry.Stream);
        if (entry.Ids is null)
            return new SyncRequest(entry.Id, entry.Kind, stream);
        var hints = SyncJournal.HintsIn(entry);
        return new SyncRequest(
            entry.Id, entry.Kind, stream, [.. hints.Select(hint => hint.Id)],
            entry.Trigger is SyncJournal.WebhookTrigger or SyncJournal.EditTrigger ? [.. hints.Where(hint => hint.Links).Select(hint => hint.Id)] : null,
            hints.Any(hint => hint.Erased) ? [.. hints.Where(hint => hint.Erased).Select(hint => hint.Id)] : null);
    }

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

    /// <summary>When a waiting sync may begin. Webhooks come in bursts, so the first of them waits for its fellows.</summary>
    private static DateTimeOffset RipeAt(SyncEntry waiting) =>
        waiting.Trigger == SyncJournal.WebhookTrigger ? waiting.QueuedAt + BurstLasts : waiting.QueuedAt;

    private static int UrgencyOf(SyncKind kind) => kind switch
    {
        SyncKind.Records => 0,
        SyncKind.LastHour or SyncKind.LastDay or SyncKind.Full => 1,
        SyncKind.Login => 2,
        SyncKind.Hourly => 3,
        _ => 4,
    };
}
