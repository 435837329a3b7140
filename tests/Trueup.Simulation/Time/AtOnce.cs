namespace Trueup.Simulation.Time;

/// <summary>Does work where it is asked for, at once: blocking work of a process whose every turn the world decides.</summary>
public sealed class AtOnce : TaskScheduler
{
    /// <inheritdoc/>
    protected override void QueueTask(Task task) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !taskWasPreviouslyQueued && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
