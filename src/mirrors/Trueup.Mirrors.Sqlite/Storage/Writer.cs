namespace Trueup.Mirrors.Sqlite;

/// <summary>The connection that writes. Works one piece at a time, in the order asked, off the caller's thread.</summary>
internal sealed class Writer(Database database, Work work) : IAsyncDisposable
{
    /// <summary>Eight times what SQLite keeps by itself. Tried again each time the log has grown by as much.</summary>
    private const long LongLogBytes = 256L << 20;

    private readonly SemaphoreSlim turn = new(1, 1);
    private long triedAtBytes;
    private bool closed;

    public string Path => database.Path;

    public async Task<T> RunAsync<T>(Func<Database, T> piece, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (closed)
                throw Readers.Closed(Path);
            return await work.RunAsync(() => Carry(piece), cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private T Carry<T>(Func<Database, T> piece)
    {
        var result = piece(database);
        KeepLogShort();
        return result;
    }

    /// <summary>Readers that overlap without a pause keep SQLite from starting its log anew. Once it is long, this waits for such a pause.</summary>
    private void KeepLogShort()
    {
        var log = new FileInfo(Path + "-wal");
        var bytes = log.Exists ? log.Length : 0;
        if (bytes < LongLogBytes)
            triedAtBytes = 0;
        else if (bytes >= triedAtBytes + LongLogBytes)
        {
            triedAtBytes = bytes;
            database.ShortenLog();
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
