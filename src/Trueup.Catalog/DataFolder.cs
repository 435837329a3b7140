namespace Trueup.Catalog;

/// <summary>The folder that holds everything one installation keeps, and the proof that we are its only server.</summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream held;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    /// <summary>The catalog's database.</summary>
    public string CatalogFile => System.IO.Path.Combine(Path, "catalog.db");

    /// <summary>Where the keys lie that seal credentials.</summary>
    public string Keys => System.IO.Path.Combine(Path, "keys");

    /// <summary>Where mail goes that no mail server takes.</summary>
    public string Outbox => System.IO.Path.Combine(Path, "outbox");

    /// <summary>Where the mirrors lie.</summary>
    public string Mirrors => System.IO.Path.Combine(Path, "mirrors");

    /// <summary>Makes the folder where it is missing, and takes it for this process until disposed of.</summary>
    /// <exception cref="DataFolderException">It cannot be written, or another server holds it.</exception>
    public static DataFolder Take(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            MakeFolder(full);
            MakeFolder(System.IO.Path.Combine(full, "keys"));
            MakeFolder(System.IO.Path.Combine(full, "mirrors"));
            MakeFolder(System.IO.Path.Combine(full, "outbox"));
            ProveWritable(full);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"The data folder {full} cannot be written: {failure.Message} Make it writable for this user, or set TRUEUP_DATA to another folder.", failure);
        }

        try
        {
            // The operating system lets go of the lock when the process dies, however it dies.
            return new DataFolder(full, new FileStream(
                System.IO.Path.Combine(full, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"Another Trueup server is using the data folder {full}. Stop it first, or set TRUEUP_DATA to another folder.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    private static void ProveWritable(string folder)
    {
        var probe = System.IO.Path.Combine(folder, $".probe-{Environment.ProcessId}");
        File.WriteAllText(probe, "");
        File.Delete(probe);
    }

    private static void MakeFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
    }
}

/// <summary>The data folder cannot be used. The message is one sentence for the operator.</summary>
public sealed class DataFolderException(string message, Exception inner) : Exception(message, inner);
