using System.Text;
using SQLitePCL;

namespace Trueup.Mirrors.Sqlite;

/// <summary>A prepared statement of one <see cref="Database"/>. Text goes in and out as UTF-8, without conversion.</summary>
/// <remarks>Parameters and columns are numbered from 1 and from 0, as SQLite does. Not for concurrent use.</remarks>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    public int Columns => raw.sqlite3_column_count(handle);

    public bool IsReadOnly => raw.sqlite3_stmt_readonly(handle) != 0;

    public string NameOf(int column) => raw.sqlite3_column_name(handle, column).utf8_to_string();

    public Statement Bind(int parameter, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, long? value) => value is { } known ? Bind(parameter, known) : BindNull(parameter);

    public Statement Bind(int parameter, double value)
    {
        database.Check(raw.sqlite3_bind_double(handle, parameter, value));
        return this;
    }

    public Statement BindNull(int parameter)
    {
        database.Check(raw.sqlite3_bind_null(handle, parameter));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> utf8)
    {
        // An empty span is pinned as a null pointer, which SQLite would take for NULL.
        database.Check(utf8.IsEmpty
            ? raw.sqlite3_bind_text(handle, parameter, "")
            : raw.sqlite3_bind_text(handle, parameter, utf8));
        return this;
    }

    public Statement Bind(int parameter, string? text)
    {
        if (text is null)
            return BindNull(parameter);
        if (Encoding.UTF8.GetMaxByteCount(text.Length) > 512)
            return Bind(parameter, Encoding.UTF8.GetBytes(text));
        Span<byte> buffer = stackalloc byte[512];
        return Bind(parameter, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
    }

    public Statement Bind(int parameter, UInt128 hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        Contract.Fingerprint.Write(hash, bytes);
        database.Check(raw.sqlite3_bind_blob(handle, parameter, bytes));
        return this;
    }

    /// <summary>Goes to the next row. False: there is none, and the statement is ready to be bound again.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        // The reset repeats the code of a failed step.
        var failure = code == raw.SQLITE_DONE ? null : database.Failure(code);
        _ = raw.sqlite3_reset(handle);
        return failure is null ? false : throw failure;
    }

    /// <summary>Runs to the end.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Makes it ready to be bound again after rows were left unread.</summary>
    public void Reset() => _ = raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public long? IntegerOrNull(int column) => IsNull(column) ? null : Integer(column);

    /// <summary>The bytes of a text or blob, valid until the next step. Empty for NULL.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Whether the column holds this text, or NULL for null.</summary>
    public bool Holds(int column, string? text)
    {
        if (text is null || IsNull(column))
            return text is null && IsNull(column);
        var bytes = Bytes(column);
        return Ascii.Equals(bytes, text) || (!Ascii.IsValid(text) && Encoding.UTF8.GetString(bytes) == text);
    }

    public UInt128 Hash(int column) => Contract.Fingerprint.Read(Bytes(column));

    /// <summary>The value as SQLite holds it: long, double, string, byte[] or null.</summary>
    public object? Value(int column) => raw.sqlite3_column_type(handle, column) switch
    {
        raw.SQLITE_INTEGER => Integer(column),
        raw.SQLITE_FLOAT => raw.sqlite3_column_double(handle, column),
        raw.SQLITE_TEXT => Text(column),
        raw.SQLITE_BLOB => Bytes(column).ToArray(),
        _ => null,
    };

    public void Dispose() => handle.Dispose();
}
