using System.Collections.Concurrent;
using System.Globalization;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Mirrors as SQLite files in a folder, one per connection: <c>{connectionId}.db</c>.</summary>
/// <param name="folder">The folder; made where it does not exist.</param>
/// <param name="clock">The time that names what is moved aside.</param>
/// <param name="scheduler">Where SQLite works; null for the thread pool, so that it holds up nobody. A simulation has everything on one thread.</param>
public sealed class SqliteMirrorStore(string folder, TimeProvider clock, TaskScheduler? scheduler = null) : IMirrorStore
{
    private readonly Work work = new(scheduler ?? TaskScheduler.Default);

    /// <summary>A file, its write-ahead log and the log's index.</summary>
    private static readonly string[] Parts = ["", "-wal", "-shm"];

    private readonly ConcurrentDictionary<SqliteMirror, string> open = new();

    /// <inheritdoc/>
    public Task<IMirror> OpenAsync(string connectionId, CancellationToken cancellationToken)
    {
        var path = PathOf(connectionId);
        return work.RunAsync<IMirror>(() => Reached(path, () =>
        {
            Directory.CreateDirectory(folder);
            Format.Recognise(path);
            var mirror = SqliteMirror.Open(path, work, closed => open.TryRemove(closed, out _));
            open[mirror] = connectionId;
            return mirror;
        }), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string connectionId, CancellationToken cancellationToken)
    {
        var path = PathOf(connectionId);
        await CloseAsync(connectionId);
        await work.RunAsync(() => Reached(path, () =>
        {
            if (Directory.Exists(folder))
                foreach (var part in Parts)
                    File.Delete(path + part);
            return true;
        }), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string> MoveAsideAsync(string connectionId, CancellationToken cancellationToken)
    {
        var path = PathOf(connectionId);
        await CloseAsync(connectionId);
        return await work.RunAsync(() => Reached(path, () =>
        {
            var aside = FreeNameAside(connectionId);
            // The log first: a file without its log would miss the last commits.
            foreach (var part in Parts.Reverse())
                if (File.Exists(path + part))
                    File.Move(path + part, aside + part);
            return aside;
        }), cancellationToken);
    }

    private string FreeNameAside(string connectionId)
    {
        var moved = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        var name = Path.Combine(folder, $"{connectionId}.moved-{moved}.db");
        for (var attempt = 2; File.Exists(name); attempt++)
            name = Path.Combine(folder, $"{connectionId}.moved-{moved}-{attempt}.db");
        return name;
    }

    /// <summary>What is still open would go on writing into a file that has no name any more.</summary>
    private async Task CloseAsync(string connectionId)
    {
        foreach (var (mirror, id) in open)
            if (id == connectionId)
                await mirror.DisposeAsync();
    }

    private string PathOf(string connectionId)
    {
        if (connectionId.Length is 0 or > 100 || connectionId.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            throw new ArgumentException(
                "A connection id is 1 to 100 letters, digits, hyphens or underscores, because it names a file.", nameof(connectionId));
        return Path.Combine(folder, connectionId + ".db");
    }

    private static T Reached<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Failures.OfFile(path, cause);
        }
    }
}
