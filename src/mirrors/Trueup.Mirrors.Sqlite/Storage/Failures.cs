using System.Diagnostics;
using SQLitePCL;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Turns SQLite's result codes into errors that say what happens next.</summary>
internal static class Failures
{
    public static Exception Of(string path, int code, string? detail = null)
    {
        var file = Path.GetFileName(path);
        return (code & 0xFF) switch
        {
            raw.SQLITE_FULL => new MirrorUnavailableException(
                $"The disk that holds the mirror file {file} is full; make room, and syncing goes on by itself."),
            raw.SQLITE_IOERR => new MirrorUnavailableException(
                $"The mirror file {file} cannot be read or written (input/output error {code}); check the disk that holds it."),
            raw.SQLITE_READONLY or raw.SQLITE_PERM => new MirrorUnavailableException(
                $"The mirror file {file} cannot be written; give the server write permission on it and its folder."),
            raw.SQLITE_CANTOPEN => new MirrorUnavailableException(
                $"The mirror file {file} cannot be opened; check that its folder exists and that the server may write there."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => new MirrorUnavailableException(
                $"The mirror file {file} is in use by another process; close that process."),
            raw.SQLITE_NOMEM => new MirrorUnavailableException(
                $"The machine has no memory left to work on the mirror file {file}; give the server more."),
            raw.SQLITE_CORRUPT => new MirrorCorruptException(
                $"The mirror file {file} is damaged; move it aside to have everything loaded again, or restore a copy."),
            raw.SQLITE_NOTADB => new MirrorCorruptException(
                $"The file {file} is not a SQLite database; move it aside to have everything loaded again, or restore a copy."),
            raw.SQLITE_INTERRUPT => new OperationCanceledException(),
            raw.SQLITE_TOOBIG => new MirrorUnavailableException(
                $"A value is too large for the mirror file {file}; SQLite holds at most a billion bytes in one."),
            _ => new UnreachableException($"SQLite refused a statement of ours on {file} with code {code}: {detail}"),
        };
    }

    /// <summary>Whether a code means that a statement is wrong, rather than that something is wrong with the file.</summary>
    public static bool IsMistake(int code) =>
        (code & 0xFF) is raw.SQLITE_ERROR or raw.SQLITE_AUTH or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE or raw.SQLITE_READONLY;

    /// <summary>Says in one sentence what is wrong with a person's statement.</summary>
    public static string OfStatement(int code, string message) => (code & 0xFF) is raw.SQLITE_AUTH or raw.SQLITE_READONLY
        ? $"The statement would do more than read ({message}), but a mirror can only be read; write one SELECT."
        : $"The statement is wrong: {message}.";

    /// <summary>Says in one sentence why a folder or file cannot be used.</summary>
    public static MirrorUnavailableException OfFile(string path, Exception cause) => new(
        $"The mirror file {Path.GetFileName(path)} cannot be reached ({cause.GetType().Name}); "
        + "check the data folder and the server's permissions on it.",
        cause);
}
