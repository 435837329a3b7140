namespace Trueup.Contract;

/// <summary>Where mirrors live: a folder of SQLite files, or a PostgreSQL database.</summary>
/// <remarks>Threads: every member may be called concurrently.</remarks>
public interface IMirrorStore
{
    /// <summary>Opens the mirror of a connection; makes an empty one where there is none.</summary>
    /// <exception cref="MirrorCorruptException">The file is no mirror of ours, or damaged. Nothing was changed.</exception>
    /// <exception cref="MirrorUnavailableException">It cannot be opened now.</exception>
    Task<IMirror> OpenAsync(string connectionId, CancellationToken cancellationToken);

    /// <summary>Deletes a mirror and everything in it. Deleting one that does not exist does nothing.</summary>
    Task DeleteAsync(string connectionId, CancellationToken cancellationToken);

    /// <summary>Moves a mirror out of the way, keeping it for a person to look at. Answers where it is now.</summary>
    Task<string> MoveAsideAsync(string connectionId, CancellationToken cancellationToken);
}

/// <summary>The mirror did not do what was asked. The subclass says what happens next. Messages are one plain sentence.</summary>
public abstract class MirrorException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another writer has taken over. The pass stops at once and changes nothing more (invariant I27).</summary>
public sealed class FencedOffException(string message) : MirrorException(message);

/// <summary>The mirror cannot be reached or written now: disk full, permission, connection. Syncs stop, say so, and go on when it works again.</summary>
public sealed class MirrorUnavailableException(string message, Exception? inner = null) : MirrorException(message, inner);

/// <summary>The stored mirror is damaged. Only a person decides to move it aside.</summary>
public sealed class MirrorCorruptException(string message, Exception? inner = null) : MirrorException(message, inner);

/// <summary>A person's query is wrong: unknown field, bad filter, statement that would write.</summary>
public sealed class MirrorQueryException(string message) : MirrorException(message);
