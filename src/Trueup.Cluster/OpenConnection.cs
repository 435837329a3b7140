using Microsoft.Extensions.Logging;
using Trueup.Catalog;
using Trueup.Contract;
using Trueup.Engine;

namespace Trueup.Cluster;

/// <summary>The connector, the mirror and the engine of one connection, opened.</summary>
public sealed class OpenConnection : IAsyncDisposable
{
    private OpenConnection(IConnector connector, IMirror mirror, ConnectionSync sync)
    {
        Connector = connector;
        Mirror = mirror;
        Sync = sync;
    }

    /// <summary>Reads the CRM.</summary>
    public IConnector Connector { get; }

    /// <summary>What is known of it.</summary>
    public IMirror Mirror { get; }

    /// <summary>Keeps the two equal.</summary>
    public ConnectionSync Sync { get; }

    /// <summary>Opens a connection and takes its fence.</summary>
    /// <exception cref="MirrorException">The mirror cannot be opened.</exception>
    public static async Task<OpenConnection> OpenAsync(ConnectionEntry entry, KeeperTools tools, CancellationToken cancellationToken)
    {
        if (!tools.Apps.TryFind(entry.App, out var factory))
            throw new MirrorUnavailableException($"This build knows no app called {entry.App}.");

        var log = tools.Logs.CreateLogger($"Trueup.Connection.{entry.App}");
        var connector = factory.Create(new ConnectorSetup(
            new Uri(entry.BaseUrl), tools.Vault.SourceFor(entry.Id), tools.Apps.Options.BudgetShare, tools.Clock, log));
        IMirror? mirror = null;
        try
        {
            mirror = await tools.Mirrors.OpenAsync(entry.Id, cancellationToken);
            var options = tools.Engine with { Streams = entry.Streams?.Split(',').Select(name => new StreamName(name)).ToHashSet() };
            var sync = new ConnectionSync(connector, mirror, options, tools.Clock, new Random(Seed.Of(entry.Id)), log);
            await sync.StartAsync(cancellationToken);
            return new OpenConnection(connector, mirror, sync);
        }
        catch
        {
            if (mirror is not null)
                await mirror.DisposeAsync();
            await connector.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Mirror.DisposeAsync();
        await Connector.DisposeAsync();
    }
}

/// <summary>A number that a connection keeps for life, so that its jitter is the same after every restart.</summary>
internal static class Seed
{
    internal static int Of(string connectionId)
    {
        var hash = Fingerprint.OfId(new RecordId(connectionId));
        return (int)(uint)(hash & int.MaxValue);
    }
}
