using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Trueup.Catalog;
using Trueup.Contract;

namespace Trueup.Cluster;

/// <summary>Draws the conclusions from a sync: what the connection's line says now, whether a person is needed, who gets mail.</summary>
internal sealed class AfterSync(KeeperTools tools, ILogger log)
{
    public async Task NoteAsync(
        ConnectionEntry entry, OpenConnection connection, SyncReport report, DateTimeOffset beganAt, CancellationToken cancellationToken)
    {
        log.LogInformation(
            "Connection {Connection}: {Kind} sync {Sync} ended {Status} after {Calls} calls", entry.Id, report.Request.Kind, report.Request.Id, report.Status, report.ApiCalls);

        tools.Meters.Ended(entry, report);
        await SaveProgressAsync(entry, connection, report, beganAt, cancellationToken);
        await NoteOnboardedAsync(entry, connection, cancellationToken);
        await JudgeAsync(entry, connection, report, cancellationToken);
    }

    /// <summary>Says once that everything is loaded: in the catalog and by mail. Also after a crash between the mirror's commit and the catalog's.</summary>
    public async Task NoteOnboardedAsync(ConnectionEntry entry, OpenConnection connection, CancellationToken cancellationToken)
    {
        if (!connection.Sync.IsOnboarded || entry.OnboardedAt is not null)
            return;
        entry.OnboardedAt = tools.Clock.GetUtcNow();
        var text = ReadyText(entry, await connection.Mirror.StreamsAsync(cancellationToken));
        await using (var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken))
            await catalog.Connections.Where(c => c.Id == entry.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.OnboardedAt, entry.OnboardedAt), cancellationToken);
        await tools.Outbox.PostToAdminsAsync($"Trueup: {entry.Name} is ready", text, cancellationToken);
        tools.Board.Announce();
    }

    private async Task SaveProgressAsync(
        ConnectionEntry entry, OpenConnection connection, SyncReport report, DateTimeOffset beganAt, CancellationToken cancellationToken)
    {
        await using var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken);
        if (await catalog.Connections.SingleOrDefaultAsync(c => c.Id == entry.Id, cancellationToken) is not { } kept)
            return;

        var isWhole = report.Request.Stream is null && report.Request.Kind != SyncKind.Records;
        if (isWhole && report.Status is SyncStatus.Verified or SyncStatus.Unverified or SyncStatus.Partial)
        {
            kept.HourlyAt = beganAt;
            if (report.Request.Kind is SyncKind.Onboarding or SyncKind.Nightly or SyncKind.Full)
                kept.NightlyAt = beganAt;
            kept.Difference = report.Streams.Sum(s => s.Difference);
            if (report.Status == SyncStatus.Verified && report.AsOf is { } asOf)
                kept.VerifiedAsOf = asOf;
            kept.VerifiedAsOf ??= connection.Sync.VerifiedAsOf;
        }
        await catalog.SaveChangesAsync(cancellationToken);
    }

    private async Task JudgeAsync(ConnectionEntry entry, OpenConnection connection, SyncReport report, CancellationToken cancellationToken)
    {
        var attention = new Attention(tools);
        if (connection.Sync.Braked is { Count: > 0 } braked)
        {
            var streams = string.Join(", ", braked.Select(b => $"{b.Value} of {b.Key}"));
            await attention.RaiseAsync(entry, AttentionKind.Brake,
                $"The last sync would have removed {streams} from the mirror, which is more than the brake allows. Decide whether they are really gone: bury or keep.",
                cancellationToken);
            return;
        }

        switch (report.Status)
        {
            case SyncStatus.Failed:
                var (kind, sentence) = await DiagnoseAsync(connection, report, cancellationToken);
                await attention.RaiseAsync(entry, kind, sentence, cancellationToken);
                break;
            case SyncStatus.Verified or SyncStatus.Unverified or SyncStatus.Partial:
                await attention.ClearAsync(entry, cancellationToken);
                break;
        }
    }

    /// <summary>Asks the CRM whether the credentials are the trouble; everything else is tried again by itself.</summary>
    private static async Task<(AttentionKind Kind, string Sentence)> DiagnoseAsync(
        OpenConnection connection, SyncReport report, CancellationToken cancellationToken)
    {
        var reason = report.Reason ?? report.Streams.Select(s => s.Reason).FirstOrDefault(r => r is not null) ?? "The last sync failed.";
        try
        {
            await connection.Connector.IdentifyAsync(cancellationToken);
            return (AttentionKind.Failing, reason);
        }
        catch (CrmUnauthorizedException failure)
        {
            return (AttentionKind.Reconnect, failure.Message);
        }
        catch (CrmException failure)
        {
            return (AttentionKind.Failing, failure.Message);
        }
    }

    private static string ReadyText(ConnectionEntry entry, IReadOnlyList<MirroredStream> streams)
    {
        var lines = streams.Where(s => s.GoneAt is null && s.Description.Refusal is null).Select(s => $"  {s.Description.Label}: {s.Live}");
        return $"Everything of the account {entry.Name} has been loaded and compared with the app.\n\n{string.Join('\n', lines)}\n";
    }
}
