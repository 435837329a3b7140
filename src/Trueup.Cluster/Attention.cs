using Microsoft.EntityFrameworkCore;
using Trueup.Catalog;

namespace Trueup.Cluster;

/// <summary>Calls a person to a connection, and lets them go again.</summary>
internal sealed class Attention(KeeperTools tools)
{
    /// <summary>Says what is the matter; once by mail where only a person can help.</summary>
    public async Task RaiseAsync(ConnectionEntry entry, AttentionKind kind, string sentence, CancellationToken cancellationToken)
    {
        var isNew = entry.AttentionKind != kind;
        (entry.AttentionKind, entry.Attention) = (kind, sentence);
        await SaveAsync(entry, cancellationToken);
        if (isNew && kind is AttentionKind.Reconnect or AttentionKind.Brake or AttentionKind.MirrorDamaged)
            await tools.Outbox.PostToAdminsAsync(
                $"Trueup: {entry.Name} needs you", $"{tools.Apps.LabelOf(entry.App)}, account {entry.Name}:\n\n{sentence}\n", cancellationToken);
        tools.Board.Announce();
    }

    /// <summary>All is well again.</summary>
    public async Task ClearAsync(ConnectionEntry entry, CancellationToken cancellationToken)
    {
        if (entry.AttentionKind == AttentionKind.None)
            return;
        (entry.AttentionKind, entry.Attention) = (AttentionKind.None, null);
        await SaveAsync(entry, cancellationToken);
        tools.Board.Announce();
    }

    private async Task SaveAsync(ConnectionEntry entry, CancellationToken cancellationToken)
    {
        await using var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken);
        await catalog.Connections.Where(c => c.Id == entry.Id).ExecuteUpdateAsync(set => set
            .SetProperty(c => c.Attention, entry.Attention).SetProperty(c => c.AttentionKind, entry.AttentionKind), cancellationToken);
    }
}
