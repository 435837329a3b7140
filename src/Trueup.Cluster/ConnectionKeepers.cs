using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Trueup.Contract;

namespace Trueup.Cluster;

/// <summary>The keepers of this process, one per connection.</summary>
public sealed class ConnectionKeepers(KeeperTools tools) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ConnectionKeeper>> keepers = new();
    private volatile bool closed;

    /// <summary>The keeper of a connection that is in the catalog; made and begun where that has not happened.</summary>
    public ConnectionKeeper Of(string connectionId)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        var keeper = keepers.GetOrAdd(connectionId, id => new Lazy<ConnectionKeeper>(() => new ConnectionKeeper(id, tools))).Value;
        keeper.Begin();
        return keeper;
    }

    /// <summary>The keeper of a connection; null while it has none in this process.</summary>
    public ConnectionKeeper? Find(string connectionId) => keepers.TryGetValue(connectionId, out var keeper) ? keeper.Value : null;

    /// <summary>Stops keeping a connection, deletes its mirror and then its line in the catalog.</summary>
    public async Task RemoveAsync(string connectionId, CancellationToken cancellationToken)
    {
        await StopAsync(connectionId);
        tools.Meters.Forget(connectionId);
        await tools.Mirrors.DeleteAsync(connectionId, cancellationToken);
        await tools.Edits.RemoveAsync(connectionId, before: null, cancellationToken);
        await using (var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken))
            await catalog.Connections.Where(c => c.Id == connectionId).ExecuteDeleteAsync(cancellationToken);
        tools.Board.Announce();
    }

    /// <summary>Moves the mirror of a connection aside and begins anew with an empty one. Answers where the old one is.</summary>
    public async Task<string> RebuildAsync(string connectionId, CancellationToken cancellationToken)
    {
        await StopAsync(connectionId);
        await tools.Journal.CancelWaitingAsync(connectionId, "The mirror was moved aside and is loaded anew.", cancellationToken);
        var aside = await tools.Mirrors.MoveAsideAsync(connectionId, cancellationToken);
        await using (var catalog = await tools.Catalog.CreateDbContextAsync(cancellationToken))
        {
            await catalog.Connections.Where(c => c.Id == connectionId).ExecuteUpdateAsync(set => set
                .SetProperty(c => c.Attention, (string?)null).SetProperty(c => c.AttentionKind, Catalog.AttentionKind.None)
                .SetProperty(c => c.OnboardedAt, (DateTimeOffset?)null).SetProperty(c => c.VerifiedAsOf, (DateTimeOffset?)null)
                .SetProperty(c => c.HourlyAt, (DateTimeOffset?)null).SetProperty(c => c.NightlyAt, (DateTimeOffset?)null)
                .SetProperty(c => c.Difference, 0), cancellationToken);
        }
        Of(connectionId).Wake();
        tools.Board.Announce();
        return aside;
    }

    /// <summary>Stops all keepers, side by side.</summary>
    public async ValueTask DisposeAsync()
    {
        closed = true;
        await Task.WhenAll(keepers.Keys.ToList().Select(StopAsync));
    }

    private async Task StopAsync(string connectionId)
    {
        if (keepers.TryRemove(connectionId, out var keeper))
            await keeper.Value.DisposeAsync();
    }
}

/// <summary>Wakes the grain of every connection when the server starts, and stops the syncs when it stops.</summary>
internal sealed class Awakening(IDbContextFactory<Catalog.CatalogContext> catalog, Orleans.IGrainFactory grains, ConnectionKeepers keepers) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        foreach (var connection in await context.Connections.AsNoTracking().ToListAsync(cancellationToken))
        {
            var grain = grains.GetGrain<IConnectionGrain>(connection.Id);
            await (connection.DeletingAt is null ? grain.WakeAsync() : grain.RemoveAsync());
        }
    }

    // Before anything else stops: a sync ends with its commit, and the log says so.
    public async Task StoppingAsync(CancellationToken cancellationToken) => await keepers.DisposeAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
