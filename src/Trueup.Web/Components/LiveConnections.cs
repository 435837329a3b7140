using Microsoft.AspNetCore.Components;
using Trueup.Web.Application;
using PersistentStateAttribute = Microsoft.AspNetCore.Components.PersistentStateAttribute;

namespace Trueup.Web.Components;

/// <summary>The connections as one reader sees them, kept current while they look. One per circuit.</summary>
public sealed class LiveConnections(Connections connections)
{
    /// <summary>All connections; null before the first load. Rendered on the server first, then handed on to the circuit, so that nothing flickers.</summary>
    [PersistentState]
    public IReadOnlyList<ConnectionView>? Items { get; set; }

    /// <summary>Told after <see cref="Items"/> has changed, on any thread.</summary>
    public event Action? Changed;

    /// <summary>Loads once.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken) => Items ??= await connections.ListAsync(cancellationToken);

    /// <summary>Follows every change until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var items in connections.WatchAsync(cancellationToken))
        {
            Items = items;
            Changed?.Invoke();
        }
    }
}
