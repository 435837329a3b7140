using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>Pages that were fetched and wait to be taken, a bounded number of them.</summary>
/// <remarks>Threads: one adds, one takes.</remarks>
/// <param name="most">Pages that may wait.</param>
internal sealed class PageSpool(int most) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<RecordPage> waiting = new();
    private TaskCompletionSource changed = NewSignal();
    private Exception? failure;
    private bool hasEnded;

    /// <summary>Adds a page, once there is room for it.</summary>
    public async Task AddAsync(RecordPage page, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource wait;
            lock (gate)
            {
                if (waiting.Count < most)
                {
                    waiting.Enqueue(page);
                    Signal();
                    return;
                }

                wait = changed;
            }

            await WaitAsync(wait, cancellationToken);
        }
    }

    /// <summary>No more pages come.</summary>
    /// <param name="why">What ended them; null for the end of the stream.</param>
    public void End(Exception? why)
    {
        lock (gate)
        {
            (hasEnded, failure) = (true, why);
            Signal();
        }
    }

    /// <summary>Takes the next page; null at the end.</summary>
    /// <exception cref="CrmException">What ended them too early.</exception>
    public async Task<RecordPage?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource wait;
            lock (gate)
            {
                if (waiting.TryDequeue(out var page))
                {
                    Signal();
                    return page;
                }

                if (failure is not null)
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
                if (hasEnded)
                    return null;
                wait = changed;
            }

            await WaitAsync(wait, cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            while (waiting.TryDequeue(out var page))
                page.Dispose();
        }
    }

    private static async Task WaitAsync(TaskCompletionSource signal, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(_ => signal.TrySetResult(), null))
            await signal.Task;
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Signal()
    {
        changed.TrySetResult();
        changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
