using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Trueup.Engine.Passes;

/// <summary>Reads a little ahead of whoever works on what was read, so that asking and writing go on at the same time.</summary>
/// <remarks>Whoever reads ahead goes on wherever its answers arrive, not on a thread of its own: a simulation then decides every turn.</remarks>
internal static class ReadAhead
{
    /// <summary>The same items in the same order, read at most so many ahead. A failure of the source comes after the items before it.</summary>
    public static async IAsyncEnumerable<T> AheadAsync<T>(
        this IAsyncEnumerable<T> source, int items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = Channel.CreateBounded<T>(new BoundedChannelOptions(items) { SingleReader = true, SingleWriter = true });
        var reading = FillAsync(source, ahead.Writer, stop.Token);
        try
        {
            while (await ahead.Reader.WaitToReadAsync(cancellationToken))
                while (ahead.Reader.TryRead(out var item))
                    yield return item;
        }
        finally
        {
            stop.Cancel();
            await reading;
        }
    }

    private static async Task FillAsync<T>(IAsyncEnumerable<T> source, ChannelWriter<T> ahead, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in source.WithCancellation(cancellationToken))
                await ahead.WriteAsync(item, cancellationToken);
            ahead.Complete();
        }
        catch (Exception problem)
        {
            // Whoever reads the channel gets it, with its stack.
            ahead.Complete(problem);
        }
    }
}
