using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Trueup.Cluster;

/// <summary>Tells whoever watches that something about a connection changed.</summary>
public sealed class ConnectionBoard
{
    private readonly ConcurrentDictionary<Channel<bool>, byte> watchers = new();

    /// <summary>Says that something changed. Costs next to nothing, and nothing when nobody watches.</summary>
    public void Announce()
    {
        foreach (var (watcher, _) in watchers)
            watcher.Writer.TryWrite(true);
    }

    /// <summary>Comes once at the beginning, and once after one or more changes; a slow reader misses none, but sees them together.</summary>
    public async IAsyncEnumerable<bool> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        watcher.Writer.TryWrite(true);
        watchers.TryAdd(watcher, 0);
        try
        {
            await foreach (var change in watcher.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            watchers.TryRemove(watcher, out _);
        }
    }
}
