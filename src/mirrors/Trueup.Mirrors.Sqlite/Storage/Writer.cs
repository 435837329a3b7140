using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>The connection that writes. Works one piece at a time, in the order asked, off the caller's thread.</summary>
internal sealed class Writer(Database database) : IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private bool closed;

    public string Path => database.Path;

    public async Task<T> RunAsync<T>(Func<Database, T> work, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (closed)
                throw Readers.Closed(Path);
            return await Task.Run(() => work(database), cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        if (!closed)
            database.Dispose();
        closed = true;
        turn.Release();
    }
}
