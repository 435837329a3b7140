namespace Trueup.Simulation.Time;

/// <summary>Gives everything in a world its turn, one after the other on one thread; when nothing can go on, the time does.</summary>
/// <remarks>Work that went to the thread pool comes back at a moment that no seed decides. It is caught here, for it would break replays.</remarks>
public sealed class Turns(VirtualTime time, Random order, bool shuffled) : TaskScheduler
{
    /// <summary>Among so many of those that wait longest the next one is drawn, so that turns are mixed and yet nobody starves.</summary>
    private const int Mixed = 4;

    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly List<Task> ready = [];
    private volatile string? escaped;

    /// <summary>Turns taken so far.</summary>
    public long Taken { get; private set; }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs the work to its end, with everything it sets off.</summary>
    /// <param name="work">The work.</param>
    /// <param name="most">Turns after which it counts as endless.</param>
    /// <exception cref="WorldStoppedException">It never ends, waits for nothing, or left the world's thread.</exception>
    public void Run(Func<Task> work, long most)
    {
        var main = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();
        while (!main.IsCompleted)
        {
            if (escaped is { } stack)
                throw new WorldStoppedException($"Something came back from the thread pool; its timing is not the world's, so nothing could be replayed.\n{stack}");
            if (Taken++ > most)
                throw new WorldStoppedException($"After {most:N0} turns there is still no end.");
            if (ready.Count > 0)
                TakeTurn();
            else if (time.Advance() is { } ring)
                Queue(ring);
            else
                throw new WorldStoppedException("Everything waits and no timer is set: the world stands still.");
        }

        main.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            escaped = Environment.StackTrace;
            return;
        }

        ready.Add(task);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        Environment.CurrentManagedThreadId == thread && !taskWasPreviouslyQueued && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => ready;

    private void TakeTurn()
    {
        var next = shuffled ? order.Next(Math.Min(Mixed, ready.Count)) : 0;
        var task = ready[next];
        ready.RemoveAt(next);
        TryExecuteTask(task);
    }

    private void Queue(Action ring) =>
        Task.Factory.StartNew(ring, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this);
}

/// <summary>The world cannot go on.</summary>
public sealed class WorldStoppedException(string message) : Exception(message);
