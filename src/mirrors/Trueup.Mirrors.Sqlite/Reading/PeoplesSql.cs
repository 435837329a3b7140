using System.Runtime.CompilerServices;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Runs a statement that a person wrote. SQLite's own gatekeeper refuses everything that is not reading.</summary>
internal static class PeoplesSql
{
    public static async IAsyncEnumerable<IReadOnlyList<object?>> RunAsync(
        Readers readers, string sql, Action<IReadOnlyList<string>> columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var loan = readers.OpenApart();
        var statement = await loan.ReadAsync(database => Prepare(database, sql), cancellationToken);
        columns([.. Enumerable.Range(0, statement.Columns).Select(statement.NameOf)]);
        await foreach (var row in loan.StreamAsync(_ => Rows(statement), cancellationToken))
            yield return row;
    }

    private static Statement Prepare(Database database, string sql)
    {
        database.AllowReadingOnly();
        var statement = database.PrepareForeign(sql, out var rest);
        if (statement is null)
            throw new MirrorQueryException("There is no statement; write one SELECT.");
        try
        {
            if (database.PrepareForeign(rest, out _) is { } second)
            {
                second.Dispose();
                throw new MirrorQueryException("There is more than one statement; write one SELECT.");
            }

            if (!statement.IsReadOnly)
                throw new MirrorQueryException("The statement would write, but a mirror can only be read; write one SELECT.");
            return statement;
        }
        catch
        {
            statement.Dispose();
            throw;
        }
    }

    private static IEnumerable<IReadOnlyList<object?>> Rows(Statement statement)
    {
        using (statement)
            while (statement.Step())
            {
                var row = new object?[statement.Columns];
                for (var column = 0; column < row.Length; column++)
                    row[column] = statement.Value(column);
                yield return row;
            }
    }
}
