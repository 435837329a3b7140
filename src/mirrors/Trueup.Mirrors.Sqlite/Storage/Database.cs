using SQLitePCL;

namespace Trueup.Mirrors.Sqlite;

/// <summary>One connection to a mirror's file, with its prepared statements.</summary>
/// <remarks>Not for concurrent use, except <see cref="Interrupt"/>. SQLite's errors leave it as <see cref="Contract.MirrorException"/>s.</remarks>
internal sealed class Database : IDisposable
{
    /// <summary>How long a statement waits for another process that holds a lock.</summary>
    private const int BusyMilliseconds = 10_000;

    private const int PauseMilliseconds = 1_000;

    /// <summary>The largest value that a person's statement may make: far more than a record, far less than the machine's memory.</summary>
    private const int MostBytesForPeople = 64 << 20;

    private readonly sqlite3 handle;
    private readonly Dictionary<string, Statement> prepared = new(StringComparer.Ordinal);
    private bool isForPeople;

    static Database() => Batteries_V2.Init();

    private Database(string path, sqlite3 handle)
    {
        Path = path;
        this.handle = handle;
    }

    public string Path { get; }

    /// <summary>Opens the file for reading and writing; makes it where there is none.</summary>
    public static Database OpenForWriting(string path) =>
        Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX);

    /// <summary>Opens the file for reading only.</summary>
    public static Database OpenForReading(string path) => Open(path, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX);

    private static Database Open(string path, int flags)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new Database(path, handle);
        if (code != raw.SQLITE_OK)
        {
            database.Dispose();
            throw Failures.Of(path, code);
        }

        _ = raw.sqlite3_extended_result_codes(handle, 1);
        _ = raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
        return database;
    }

    /// <summary>A statement that is prepared once and kept. Bind all its parameters anew each time; run it to the end or reset it.</summary>
    public Statement this[string sql]
    {
        get
        {
            if (!prepared.TryGetValue(sql, out var statement))
                prepared.Add(sql, statement = Prepare(sql));
            return statement;
        }
    }

    /// <summary>Prepares a statement that the caller disposes of.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return new Statement(this, statement);
    }

    /// <summary>Prepares the first statement of a person's text, which the caller disposes of. Null: there is none, only blanks or comments.</summary>
    public Statement? PrepareForeign(string sql, out string rest)
    {
        Check(raw.sqlite3_prepare_v2(handle, sql, out var statement, out rest));
        return statement.IsInvalid ? null : new Statement(this, statement);
    }

    private string LastMessage => raw.sqlite3_errmsg(handle).utf8_to_string();

    /// <summary>Runs statements without parameters.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(handle, sql));

    /// <summary>The first column of the first row.</summary>
    public long Integer(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    /// <summary>Runs the work in a transaction that is committed whole or rolled back whole.</summary>
    public T Transact<T>(string begin, Func<T> work)
    {
        Execute(begin);
        var committed = false;
        try
        {
            var result = work();
            Execute("COMMIT");
            committed = true;
            return result;
        }
        finally
        {
            if (!committed)
                RollBack();
        }
    }

    private void RollBack()
    {
        foreach (var statement in prepared.Values)
            statement.Reset();
        // SQLite has already rolled back by itself after some errors; then this says so and changes nothing.
        _ = raw.sqlite3_exec(handle, "ROLLBACK");
    }

    /// <summary>Writes the whole log back into the file and cuts it off, if readers leave a pause within a second.</summary>
    public void ShortenLog()
    {
        _ = raw.sqlite3_busy_timeout(handle, PauseMilliseconds);
        // Not done is not wrong: the log goes on growing, and it is tried again later.
        _ = raw.sqlite3_wal_checkpoint_v2(handle, null, raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        _ = raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
    }

    /// <summary>Only lets statements read, whatever they say.</summary>
    /// <remarks>From now on a wrong statement is a person's mistake and no longer ours.</remarks>
    public void AllowReadingOnly()
    {
        Check(raw.sqlite3_set_authorizer(handle, Authorize, null));
        _ = raw.sqlite3_limit(handle, raw.SQLITE_LIMIT_LENGTH, MostBytesForPeople);
        isForPeople = true;
    }

    private static int Authorize(object user, int action, string first, string second, string database, string trigger) => action switch
    {
        raw.SQLITE_SELECT or raw.SQLITE_READ or raw.SQLITE_RECURSIVE => raw.SQLITE_OK,
        raw.SQLITE_FUNCTION => string.Equals(second, "load_extension", StringComparison.OrdinalIgnoreCase) ? raw.SQLITE_DENY : raw.SQLITE_OK,
        _ => raw.SQLITE_DENY,
    };

    /// <summary>Makes the statement that runs now fail soon. May be called from any thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(handle);

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    public Exception Failure(int code) => isForPeople && Failures.IsMistake(code)
        ? new Contract.MirrorQueryException(Failures.OfStatement(code, LastMessage))
        : Failures.Of(Path, code, LastMessage);

    public void Dispose()
    {
        foreach (var statement in prepared.Values)
            statement.Dispose();
        prepared.Clear();
        handle.Dispose();
    }
}
