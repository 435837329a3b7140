namespace Trueup.Mirrors.Sqlite;

/// <summary>Where SQLite works, which blocks whoever waits for it.</summary>
internal sealed class Work(TaskScheduler scheduler)
{
    public Task<T> RunAsync<T>(Func<T> piece, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(piece, cancellationToken, TaskCreationOptions.DenyChildAttach, scheduler);
}
