using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>A narrow table beside a stream's records, with a typed column for each field that people have filtered or sorted by.</summary>
/// <remarks>
/// <para>Nothing of it exists until the first such question, so a first load pays nothing. New records are taken over when the next
/// question comes; changed and buried ones at once, by a trigger. All of it can be thrown away and made again.</para>
/// <para>Filling goes in short transactions through the writer's queue, so that commits are never held up for long.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore holds nothing to let go of while nobody asks for its wait handle.")]
internal sealed class Grid(Writer writer)
{
    /// <summary>Records taken over in one transaction: about a tenth of a second.</summary>
    private const long RecordsPerStep = 20_000;

    /// <summary>A grid with more columns is no longer narrow. It is then made anew with those asked for.</summary>
    private const int MostColumns = 100;

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Waits until the grid holds these columns for all records that are there when it begins.</summary>
    public async Task PrepareAsync(long stream, IReadOnlyCollection<GridColumn> columns, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var target = await StepAsync(database => AddColumns(database, stream, columns), cancellationToken);
            while (await StepAsync(database => FillStep(database, stream, target), cancellationToken))
            {
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private Task<T> StepAsync<T>(Func<Database, T> step, CancellationToken cancellationToken) =>
        writer.RunAsync(database => database.Transact("BEGIN IMMEDIATE", () => step(database)), cancellationToken);

    /// <summary>Whether the grid holds these columns for all records that it has taken over.</summary>
    public static bool Holds(Database database, long stream, IReadOnlyCollection<GridColumn> columns) =>
        Integer(database, "SELECT 1 FROM m_grids WHERE stream = ?1", stream) is not null
        && columns.All(column => column.Number == 0
            || Integer(database, "SELECT done >= until FROM m_grid_columns WHERE stream = ?1 AND field = ?2", stream, column.Number) == 1);

    /// <summary>Whether it has taken over all records that there are.</summary>
    public static bool IsCurrent(Database database, long stream) => FilledTo(database, stream) == LastRid(database, stream);

    public static string TableOf(long stream) => string.Create(CultureInfo.InvariantCulture, $"g_{stream}");

    /// <summary>Throws a grid away, for it is cheap to make again: a field has another type now.</summary>
    public static void Drop(Database database, long stream)
    {
        database.Execute($"DROP TRIGGER IF EXISTS {TableOf(stream)}_follow; DROP TABLE IF EXISTS {TableOf(stream)};");
        database["DELETE FROM m_grids WHERE stream = ?1"].Bind(1, stream).Run();
        database["DELETE FROM m_grid_columns WHERE stream = ?1"].Bind(1, stream).Run();
    }

    /// <summary>Adds the columns that are missing, empty as yet. Answers up to where the grid must be filled.</summary>
    private static long AddColumns(Database database, long stream, IReadOnlyCollection<GridColumn> columns)
    {
        var known = FieldsIn(database, stream);
        var missing = columns.Where(column => column.Number != 0 && !known.Contains(column.Number)).DistinctBy(column => column.Number).ToList();
        if (known.Count + missing.Count > MostColumns)
        {
            Drop(database, stream);
            missing = [.. columns.Where(column => column.Number != 0).DistinctBy(column => column.Number)];
        }

        var table = TableOf(stream);
        database.Execute($"CREATE TABLE IF NOT EXISTS {table}(rid INTEGER PRIMARY KEY, id TEXT NOT NULL, modified INTEGER)");
        database["INSERT INTO m_grids(stream, filled_to) VALUES (?1, 0) ON CONFLICT DO NOTHING"].Bind(1, stream).Run();
        foreach (var column in missing)
        {
            database.Execute($"ALTER TABLE {table} ADD COLUMN {column.Column}");
            database["INSERT INTO m_grid_columns(stream, field, done, until) SELECT ?1, ?2, 0, filled_to FROM m_grids WHERE stream = ?1"]
                .Bind(1, stream).Bind(2, column.Number).Run();
        }

        if (missing.Count > 0 || database.Integer($"SELECT count(*) FROM sqlite_schema WHERE name = '{table}_follow'") == 0)
            Follow(database, stream);
        return LastRid(database, stream);
    }

    /// <summary>Keeps the rows of changed and buried records right from now on.</summary>
    private static void Follow(Database database, long stream)
    {
        var table = TableOf(stream);
        var columns = ColumnsIn(database, stream);
        database.Execute($"""
            DROP TRIGGER IF EXISTS {table}_follow;
            CREATE TRIGGER {table}_follow AFTER UPDATE ON {RecordRows.TableOf(stream)} BEGIN
                DELETE FROM {table} WHERE rid = NEW.rid;
                INSERT INTO {table}(rid{Names(columns)}) SELECT NEW.rid{Values(columns, "NEW")} WHERE NEW.state = 0;
            END;
            """);
    }

    /// <summary>Completes the next of an added column, or takes over the next records. False: there is nothing left to do.</summary>
    private static bool FillStep(Database database, long stream, long target)
    {
        if (Integer(database, "SELECT min(done) FROM m_grid_columns WHERE stream = ?1 AND done < until", stream) is { } done)
        {
            Complete(database, stream, done);
            return true;
        }

        var filled = FilledTo(database, stream) ?? target;
        if (filled >= target)
            return false;
        TakeOver(database, stream, filled, Math.Min(target, filled + RecordsPerStep));
        return true;
    }

    private static void Complete(Database database, long stream, long done)
    {
        var table = TableOf(stream);
        var added = ColumnsIn(database, stream, done).Select(column => $"{column.Column} = {column.ExpressionOn("r")}");
        database[$"""
            UPDATE {table} SET {string.Join(", ", added)} FROM {RecordRows.TableOf(stream)} r
            WHERE r.rid = {table}.rid AND {table}.rid > ?1 AND {table}.rid <= ?2
            """].Bind(1, done).Bind(2, done + RecordsPerStep).Run();
        database["UPDATE m_grid_columns SET done = ?3 WHERE stream = ?1 AND done = ?2 AND done < until"]
            .Bind(1, stream).Bind(2, done).Bind(3, done + RecordsPerStep).Run();
    }

    private static void TakeOver(Database database, long stream, long after, long until)
    {
        var columns = ColumnsIn(database, stream);
        database[$"""
            INSERT OR REPLACE INTO {TableOf(stream)}(rid{Names(columns)})
            SELECT r.rid{Values(columns, "r")} FROM {RecordRows.TableOf(stream)} r WHERE r.rid > ?1 AND r.rid <= ?2 AND r.state = 0
            """].Bind(1, after).Bind(2, until).Run();
        database["UPDATE m_grids SET filled_to = ?2 WHERE stream = ?1"].Bind(1, stream).Bind(2, until).Run();
    }

    private static string Names(IEnumerable<GridColumn> columns) => string.Concat(columns.Select(column => ", " + column.Column));

    private static string Values(IEnumerable<GridColumn> columns, string row) =>
        string.Concat(columns.Select(column => ", " + column.ExpressionOn(row)));

    private static HashSet<long> FieldsIn(Database database, long stream, long? behind = null)
    {
        var fields = new HashSet<long>();
        var row = database["SELECT field FROM m_grid_columns WHERE stream = ?1 AND (?2 IS NULL OR (done = ?2 AND done < until))"].Bind(1, stream).Bind(2, behind);
        while (row.Step())
            fields.Add(row.Integer(0));
        return fields;
    }

    private static IReadOnlyList<GridColumn> ColumnsIn(Database database, long stream, long? behind = null)
    {
        var fields = FieldsIn(database, stream, behind);
        return [.. GridColumn.AllOf(database, stream).Values.Where(column => behind is null && column.Number == 0 || fields.Contains(column.Number))];
    }

    private static long? FilledTo(Database database, long stream) => Integer(database, "SELECT filled_to FROM m_grids WHERE stream = ?1", stream);

    private static long LastRid(Database database, long stream) =>
        Integer(database, $"SELECT COALESCE(max(rid), 0) FROM {RecordRows.TableOf(stream)}") ?? 0;

    private static long? Integer(Database database, string sql, params ReadOnlySpan<long> values)
    {
        var row = database[sql];
        for (var index = 0; index < values.Length; index++)
            row.Bind(index + 1, values[index]);
        var value = row.Step() ? row.IntegerOrNull(0) : null;
        row.Reset();
        return value;
    }
}
