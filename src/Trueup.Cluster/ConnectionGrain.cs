using Orleans;

namespace Trueup.Cluster;

/// <summary>One connection in the cluster: at most one activation owns its schedule. The key is the connection's id.</summary>
public interface IConnectionGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that the connection is kept, and looks whether there is something to do.</summary>
    Task WakeAsync();

    /// <summary>As <see cref="WakeAsync"/>, and forgets earlier failures: a person resumed or reconnected, with what the catalog says now.</summary>
    Task RenewAsync();

    /// <summary>Stops the sync under way after its current commit.</summary>
    Task StopCurrentAsync();

    /// <summary>Stops keeping the connection and deletes its mirror.</summary>
    Task RemoveAsync();

    /// <summary>Moves the mirror aside and begins anew. Answers where the old one is.</summary>
    Task<string> RebuildAsync();
}

/// <summary>The door to a <see cref="ConnectionKeeper"/>. The keeper outlives the activation, so a sync survives when the grain is moved or put to sleep.</summary>
internal sealed class ConnectionGrain(ConnectionKeepers keepers) : Grain, IConnectionGrain
{
    public Task WakeAsync()
    {
        keepers.Of(this.GetPrimaryKeyString()).Wake();
        return Task.CompletedTask;
    }

    public async Task RenewAsync()
    {
        var keeper = keepers.Of(this.GetPrimaryKeyString());
        await keeper.CloseAsync();
        keeper.Wake(forget: true);
    }

    public Task StopCurrentAsync()
    {
        keepers.Find(this.GetPrimaryKeyString())?.StopCurrent();
        return Task.CompletedTask;
    }

    public async Task RemoveAsync()
    {
        await keepers.RemoveAsync(this.GetPrimaryKeyString(), CancellationToken.None);
        DeactivateOnIdle();
    }

    public Task<string> RebuildAsync() => keepers.RebuildAsync(this.GetPrimaryKeyString(), CancellationToken.None);
}
