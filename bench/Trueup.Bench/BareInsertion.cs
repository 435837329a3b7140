using System.Diagnostics;
using System.Text;
using SQLitePCL;
using Trueup.Contract;

namespace Trueup.Bench;

/// <summary>The machine's own limit: the same rows put into the same kind of table, with nothing around it.</summary>
internal static class BareInsertion
{
    private const int RowsPerTransaction = 10_000;

    /// <summary>Inserts the rows and answers the time spent inside SQLite; making the rows is not counted.</summary>
    public static TimeSpan Measure(IRecords records, string folder)
    {
        Batteries_V2.Init();
        var path = Path.Combine(folder, "bare.db");
        Check(raw.sqlite3_open(path, out var database));
        foreach (var statement in new[]
        {
            "PRAGMA page_size=16384", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA cache_size=-65536",
            "CREATE TABLE t(rid INTEGER PRIMARY KEY, id TEXT, modified INTEGER, hash BLOB, props TEXT)", "CREATE INDEX i ON t(id, hash)",
        })
            Check(raw.sqlite3_exec(database, statement));
        Check(raw.sqlite3_prepare_v2(database, "INSERT INTO t VALUES(?,?,?,?,?)", out var insert));

        var spent = TimeSpan.Zero;
        var hash = new byte[16];
        for (var first = 0; first < records.Count; first += RowsPerTransaction)
        {
            var rows = Enumerable.Range(first, Math.Min(RowsPerTransaction, records.Count - first))
                .Select(index => (Index: index, Id: Encoding.UTF8.GetBytes(records.IdOf(index)), Properties: records.PropertiesOf(index))).ToList();
            var started = Stopwatch.GetTimestamp();
            Check(raw.sqlite3_exec(database, "BEGIN IMMEDIATE"));
            foreach (var (index, id, properties) in rows)
            {
                var modified = records.StampOf(index).ToUnixTimeMilliseconds();
                Fingerprint.Write(Fingerprint.OfRecord(modified, properties), hash);
                raw.sqlite3_bind_int64(insert, 1, index + 1);
                raw.sqlite3_bind_text(insert, 2, id.AsSpan());
                raw.sqlite3_bind_int64(insert, 3, modified);
                raw.sqlite3_bind_blob(insert, 4, hash);
                raw.sqlite3_bind_text(insert, 5, properties.AsSpan());
                if (raw.sqlite3_step(insert) != raw.SQLITE_DONE)
                    throw new InvalidOperationException(raw.sqlite3_errmsg(database).utf8_to_string());
                raw.sqlite3_reset(insert);
            }

            Check(raw.sqlite3_exec(database, "COMMIT"));
            spent += Stopwatch.GetElapsedTime(started);
        }

        raw.sqlite3_finalize(insert);
        raw.sqlite3_close(database);
        return spent;
    }

    private static void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw new InvalidOperationException($"SQLite answered {result}.");
    }
}
