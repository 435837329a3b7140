using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Orleans;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>Takes in what apps tell by themselves: checks that it is theirs, and notes which records to read.</summary>
public sealed partial class Webhooks(
    IDbContextFactory<CatalogContext> catalog, Apps apps, CredentialVault vault, SyncJournal journal, SyncLog log, IGrainFactory grains,
    ConnectionBoard board, TimeProvider clock, ILogger<Webhooks> logger)
{
    /// <summary>Takes in a delivery. What it hints at is durable when this returns.</summary>
    /// <returns>False if it is not to be believed; which accounts there are does not show from outside.</returns>
    public async Task<bool> ReceiveAsync(string app, string connectionId, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var entry = await context.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == connectionId && c.App == app && c.DeletingAt == null, cancellationToken);
        if (entry is null || !apps.TryFind(app, out var factory) || factory is not IReceivesWebhooks receives || Open(entry) is not { } credentials)
            return false;

        switch (receives.ReadWebhook(delivery, credentials, entry.ExternalId, clock.GetUtcNow()))
        {
            case WebhookReading.Accepted accepted:
                await NoteAsync(entry, accepted.Hints, cancellationToken);
                return true;
            case WebhookReading.Refused refused:
                LogRefused(logger, entry.Id, refused.Reason);
                return false;
            default:
                throw new System.Diagnostics.UnreachableException("A delivery is accepted or refused.");
        }
    }

    private Credentials? Open(ConnectionEntry entry)
    {
        try
        {
            return vault.Open(entry.SealedCredentials);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // The account asks to be reconnected already, or will with its next sync.
            LogRefused(logger, entry.Id, "The stored credentials cannot be opened.");
            return null;
        }
    }

    private async Task NoteAsync(ConnectionEntry entry, IReadOnlyList<WebhookHint> hints, CancellationToken cancellationToken)
    {
        // A paused account catches up by its watermarks when it is resumed, and one that is not loaded yet reads everything anyway.
        if (hints.Count == 0 || entry.PausedAt is not null || entry.OnboardedAt is null)
            return;
        var streams = (await (await log.OpenAsync(entry, cancellationToken)).Mirror.StreamsAsync(cancellationToken))
            .Where(stream => stream is { GoneAt: null, Description.Refusal: null }).ToDictionary(stream => stream.Description.TypeId, StringComparer.Ordinal);
        foreach (var ofType in hints.GroupBy(hint => hint.TypeId).Where(ofType => streams.ContainsKey(ofType.Key)))
            await journal.HintAsync(entry, streams[ofType.Key].Name, [.. ofType.Select(hint => new RecordHint(hint.Id, hint.Links, hint.Erased))], cancellationToken);
        await grains.GetGrain<IConnectionGrain>(entry.Id).WakeAsync();
        board.Announce();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection}: a webhook was refused. {Reason}")]
    private static partial void LogRefused(ILogger logger, string connection, string reason);
}
