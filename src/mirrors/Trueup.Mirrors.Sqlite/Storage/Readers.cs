using System.Runtime.CompilerServices;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>The connections that read, each used by one caller at a time and kept for the next.</summary>
internal sealed class Readers(string path, Work work) : IDisposable
{
    /// <summary>Reads at the same time. Each holds up to 8 MB of cache; more would not read faster from one disk.</summary>
    private const int Most = 8;

    private readonly Work work = work;
    private readonly SemaphoreSlim places = new(Most, Most);
    private readonly Stack<Database> idle = [];
    private bool closed;

    /// <summary>Runs the work on a snapshot of the mirror, off the caller's thread. Cancelling interrupts it.</summary>
    public async Task<T> RunAsync<T>(Func<Database, T> piece, CancellationToken cancellationToken)
    {
        using var loan = await BorrowAsync(cancellationToken);
        return await loan.ReadAsync(database => database.Transact("BEGIN", () => piece(database)), cancellationToken);
    }

    /// <summary>A connection of its own, for reads that go on while the caller consumes: whoever is slow must not take the others' places.</summary>
    public Loan OpenApart()
    {
        ThrowIfClosed();
        return new Loan(this, Open(), isShared: false);
    }

    private async Task<Loan> BorrowAsync(CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            Database? database;
            lock (idle)
            {
                ThrowIfClosed();
                _ = idle.TryPop(out database);
            }

            return new Loan(this, database ?? Open(), isShared: true);
        }
        catch
        {
            places.Release();
            throw;
        }
    }

    private Database Open()
    {
        var database = Database.OpenForReading(path);
        Format.TuneForReading(database);
        return database;
    }

    private void ThrowIfClosed()
    {
        lock (idle)
            if (closed)
                throw Closed(path);
    }

    public static MirrorUnavailableException Closed(string path) =>
        new($"The mirror file {Path.GetFileName(path)} was closed; open it again.");

    /// <summary>Closes those that are idle at once and the others when they come back. Waits for nobody: an export may stand still for ever.</summary>
    public void Dispose()
    {
        lock (idle)
        {
            closed = true;
            while (idle.TryPop(out var database))
                database.Dispose();
        }
    }

    private void Return(Database database)
    {
        lock (idle)
            if (closed)
                database.Dispose();
            else
                idle.Push(database);
    }

    /// <summary>A connection on loan.</summary>
    /// <param name="isShared">Whether it goes back to the others; if not, it is closed after use.</param>
    internal sealed class Loan(Readers owner, Database database, bool isShared) : IDisposable
    {
        /// <summary>Rows fetched at a time, so that the switch between threads does not weigh.</summary>
        private const int RowsPerBatch = 256;

        private bool broken;

        /// <summary>Reads, off the caller's thread; cancelling interrupts.</summary>
        public Task<T> ReadAsync<T>(Func<Database, T> piece, CancellationToken cancellationToken) =>
            owner.work.RunAsync(() => Read(piece, cancellationToken), cancellationToken);

        private T Read<T>(Func<Database, T> piece, CancellationToken cancellationToken)
        {
            using var registration = cancellationToken.Register(database.Interrupt);
            try
            {
                return piece(database);
            }
            catch
            {
                broken = true;
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }

        /// <summary>Reads the rows of one statement as the caller asks for them. A statement sees one snapshot, however long it runs.</summary>
        public async IAsyncEnumerable<T> StreamAsync<T>(
            Func<Database, IEnumerable<T>> work, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using var rows = work(database).GetEnumerator();
            for (var batch = new List<T>(RowsPerBatch); ; batch.Clear())
            {
                owner.ThrowIfClosed();
                await ReadAsync(_ => Fill(batch, rows), cancellationToken);
                foreach (var row in batch)
                    yield return row;
                if (batch.Count < RowsPerBatch)
                    break;
            }
        }

        private static bool Fill<T>(List<T> batch, IEnumerator<T> rows)
        {
            while (batch.Count < RowsPerBatch && rows.MoveNext())
                batch.Add(rows.Current);
            return true;
        }

        public void Dispose()
        {
            if (broken || !isShared)
                database.Dispose();
            else
                owner.Return(database);
            if (isShared)
                owner.places.Release();
        }
    }
}
