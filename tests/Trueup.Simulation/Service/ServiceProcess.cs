using Trueup.Contract;
using Trueup.Mirrors.Sqlite;
using Trueup.Simulation.Time;

namespace Trueup.Simulation.Service;

/// <summary>One process of the service: what all its accounts share, and a keeper for each of them.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly List<Keeper> keepers = [];

    /// <summary>Makes a process that has not begun.</summary>
    public ServiceProcess(World world, Machine machine)
    {
        Machine = machine;
        var wires = world.Accounts.ToDictionary(account => account.Url.Host, account => account.Wire(machine));
        Factory = world.App.Connect(world.Options, new Switchboard(wires), Seeds.Of(world.Options.Seed, $"retries {machine.Number}"));
        Store = new SqliteMirrorStore(machine.Folder, machine.Clock, new AtOnce());
        foreach (var account in world.Accounts)
            keepers.Add(new Keeper(this, account, wires[account.Url.Host]));
    }

    /// <summary>The machine it runs on.</summary>
    public Machine Machine { get; }

    /// <summary>Makes the connectors of all accounts.</summary>
    public IConnectorFactory Factory { get; }

    /// <summary>Keeps the mirrors of all accounts.</summary>
    public SqliteMirrorStore Store { get; }

    /// <summary>What keeps each account, in the order of the world's accounts.</summary>
    public IReadOnlyList<Keeper> Keepers => keepers;

    /// <summary>Closes what a dead process held, as its end does.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var keeper in keepers)
            await keeper.DisposeAsync();
        (Factory as IDisposable)?.Dispose();
    }
}
