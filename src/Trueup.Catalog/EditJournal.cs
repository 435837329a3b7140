using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Catalog;

/// <summary>Edit runs and what became of each of their changes, safe against a crash at any point.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
public sealed class EditJournal(IDbContextFactory<CatalogContext> catalog, TimeProvider clock) : IEditJournal
{
    private const string Columns = "\"RecordId\", \"Result\", \"Wanted\", \"Seen\", \"Before\", \"After\", \"Current\", \"Reason\", \"SentAt\"";
    private const string Insert = $"INSERT INTO \"EditChanges\" (\"RunId\", \"Position\", \"Kind\", {Columns}) VALUES (@run, @position, @kind, @id, @result, @wanted, @seen, @before, @after, @current, @reason, @sent)";

    private const string Update =
        "UPDATE \"EditChanges\" SET \"RecordId\" = @id, \"Result\" = @result, \"Wanted\" = @wanted, \"Seen\" = @seen, \"Before\" = @before, \"After\" = @after, "
        + "\"Current\" = @current, \"Reason\" = @reason, \"SentAt\" = @sent WHERE \"RunId\" = @run AND \"Position\" = @position";

    // A change that has ended stays as it ended: a process that froze and was taken over from may come with another opinion.
    private const string UpdateOpen = $"{Update} AND \"Result\" IN (0, 1)";

    private static readonly EditResult[] Open = [EditResult.Waiting, EditResult.Sending];
    private static readonly EditResult[] Done = [EditResult.Updated, EditResult.Created, EditResult.Deleted, EditResult.Restored];

    // The database takes one writer at a time, and waits for the lock in long steps.
    private readonly SemaphoreSlim writing = new(1);

    /// <summary>Notes a run with all its changes, and begins its line in the sync log where it is no preview. Durable when it returns.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="run">The run.</param>
    /// <param name="changes">Its changes.</param>
    /// <param name="trigger">How the sync log names what began it.</param>
    /// <param name="preview">The preview that it makes live, which goes in the same moment; null where it comes from none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>False where the preview is not there any more, so that nothing was noted: no preview is made live twice.</returns>
    public async Task<bool> CreateAsync(
        ConnectionEntry connection, EditEntry run, IEnumerable<EditItem> changes, string trigger, string? preview, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        await writing.WaitAsync(cancellationToken);
        try
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            if (preview is not null)
            {
                if (await context.Edits.Where(e => e.Id == preview && e.IsPreview).ExecuteDeleteAsync(cancellationToken) == 0)
                    return false;
                await context.EditChanges.Where(c => c.RunId == preview).ExecuteDeleteAsync(cancellationToken);
            }

            context.Edits.Add(run);
            if (!run.IsPreview)
                context.Syncs.Add(new SyncEntry
                {
                    Id = run.Id, ConnectionId = connection.Id, App = connection.App, Account = connection.Name, Kind = SyncKind.Edit, Trigger = trigger,
                    Stream = run.Stream, QueuedAt = run.StartedAt, StartedAt = run.StartedAt, Status = SyncStatus.Running,
                });
            await context.SaveChangesAsync(cancellationToken);
            await WriteAsync(context, Insert, run.Id, changes, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>One run; null where there is none.</summary>
    public async Task<EditEntry?> FindAsync(string run, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return await context.Edits.AsNoTracking().SingleOrDefaultAsync(e => e.Id == run, cancellationToken);
    }

    /// <summary>One page of runs, newest first.</summary>
    /// <param name="connectionId">Only this connection; null for all.</param>
    /// <param name="before">An id: only runs before it; null for the newest.</param>
    /// <param name="limit">Most runs.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<EditEntry>> ListAsync(string? connectionId, string? before, int limit, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return await context.Edits.AsNoTracking()
            .Where(e => (connectionId == null || e.ConnectionId == connectionId) && (before == null || string.Compare(e.Id, before) < 0))
            .OrderByDescending(e => e.Id).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>The runs of a connection that have not ended, oldest first.</summary>
    public async Task<IReadOnlyList<EditEntry>> UnfinishedAsync(string connectionId, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return await context.Edits.AsNoTracking().Where(e => e.ConnectionId == connectionId && e.FinishedAt == null).OrderBy(e => e.Id).ToListAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EditItem>> ReadAsync(string run, int after, int limit, bool openOnly, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var changes = context.EditChanges.AsNoTracking().Where(c => c.RunId == run && c.Position > after);
        if (openOnly)
            changes = changes.Where(c => Open.Contains(c.Result));
        return [.. (await changes.OrderBy(c => c.Position).Take(limit).ToListAsync(cancellationToken)).Select(Show)];
    }

    /// <summary>One page of the changes of a run, in order.</summary>
    /// <param name="run">The run.</param>
    /// <param name="only">Only changes that ended so; empty for all.</param>
    /// <param name="after">Only those behind this position; -1 to begin.</param>
    /// <param name="limit">Most changes.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<EditItem>> ListAsync(string run, IReadOnlyList<EditResult> only, int after, int limit, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var changes = context.EditChanges.AsNoTracking().Where(c => c.RunId == run && c.Position > after);
        if (only.Count > 0)
            changes = changes.Where(c => only.Contains(c.Result));
        return [.. (await changes.OrderBy(c => c.Position).Take(limit).ToListAsync(cancellationToken)).Select(Show)];
    }

    /// <inheritdoc/>
    public Task SaveAsync(string run, IReadOnlyList<EditItem> items, CancellationToken cancellationToken) => SaveAsync(UpdateOpen, run, items, cancellationToken);

    private async Task SaveAsync(string update, string run, IReadOnlyList<EditItem> items, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        await writing.WaitAsync(cancellationToken);
        try
        {
            // Not to be cancelled: what the CRM said of records that were written must not be forgotten.
            await using var transaction = await context.Database.BeginTransactionAsync(CancellationToken.None);
            await WriteAsync(context, update, run, items, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<RecordId>> CreatedAsync(string run, IReadOnlyCollection<RecordId> records, CancellationToken cancellationToken)
    {
        var wanted = records.Select(record => record.Value).ToList();
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return (await context.EditChanges.Where(c => c.RunId == run && c.Kind == WriteKind.Create && wanted.Contains(c.RecordId)).Select(c => c.RecordId).ToListAsync(cancellationToken))
            .Select(id => new RecordId(id)).ToHashSet();
    }

    /// <summary>How many changes of a run have ended how, so far.</summary>
    public async Task<EditCounts> CountAsync(string run, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var counts = await context.EditChanges.Where(c => c.RunId == run).GroupBy(c => c.Result).Select(group => new { group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        int Of(params EditResult[] results) => counts.Where(count => results.Contains(count.Key)).Sum(count => count.Count);
        return new EditCounts(Of(Done), Of(EditResult.Rejected), Of(EditResult.Conflict), Of(EditResult.Unmodified));
    }

    /// <summary>Notes what people decided about changes of a run that has ended, and counts anew.</summary>
    public async Task DecideAsync(string run, IReadOnlyList<EditItem> items, CancellationToken cancellationToken)
    {
        await SaveAsync(Update, run, items, cancellationToken);
        var counts = await CountAsync(run, CancellationToken.None);
        await using var context = await catalog.CreateDbContextAsync(CancellationToken.None);
        await context.Edits.Where(e => e.Id == run).ExecuteUpdateAsync(set => set
            .SetProperty(e => e.Succeeded, counts.Succeeded).SetProperty(e => e.Failed, counts.Failed).SetProperty(e => e.Conflicted, counts.Conflicted)
            .SetProperty(e => e.Unmodified, counts.Unmodified), CancellationToken.None);
    }

    /// <summary>Notes why a run waits; null when it goes on.</summary>
    public async Task WaitsAsync(string run, string? reason, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        await context.Edits.Where(e => e.Id == run).ExecuteUpdateAsync(set => set.SetProperty(e => e.Reason, reason), cancellationToken);
    }

    /// <summary>Notes that a run has ended. Answers how its changes did.</summary>
    public async Task<EditCounts> EndAsync(string run, EditReport report, CancellationToken cancellationToken)
    {
        var counts = await CountAsync(run, cancellationToken);
        var now = clock.GetUtcNow();
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        await context.Edits.Where(e => e.Id == run).ExecuteUpdateAsync(set => set
            .SetProperty(e => e.FinishedAt, now).SetProperty(e => e.Reason, report.Stopped)
            .SetProperty(e => e.Succeeded, counts.Succeeded).SetProperty(e => e.Failed, counts.Failed).SetProperty(e => e.Conflicted, counts.Conflicted)
            .SetProperty(e => e.Unmodified, counts.Unmodified).SetProperty(e => e.ApiCalls, e => e.ApiCalls + report.ApiCalls), cancellationToken);
        return counts;
    }

    /// <summary>Removes every value of records that were erased on a person's demand.</summary>
    public async Task EraseAsync(string connectionId, StreamName stream, IReadOnlyCollection<RecordId> records, CancellationToken cancellationToken)
    {
        var ids = records.Select(record => record.Value).ToList();
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var runs = context.Edits.Where(e => e.ConnectionId == connectionId && e.Stream == stream.Value).Select(e => e.Id);
        await context.EditChanges.Where(c => ids.Contains(c.RecordId) && runs.Contains(c.RunId)).ExecuteUpdateAsync(set => set
            .SetProperty(c => c.Wanted, (string?)null).SetProperty(c => c.Seen, (string?)null).SetProperty(c => c.Before, (string?)null)
            .SetProperty(c => c.After, (string?)null).SetProperty(c => c.Current, (string?)null)
            .SetProperty(c => c.Reason, c => c.Reason == null ? null : "The record was erased, and with it what was said of it."), cancellationToken);
    }

    /// <summary>Removes the runs of a connection that ended before an instant; all of them, ended or not, where none is given.</summary>
    public async Task RemoveAsync(string connectionId, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var runs = context.Edits.Where(e => e.ConnectionId == connectionId && (before == null || e.FinishedAt < before));
        await context.EditChanges.Where(c => runs.Select(e => e.Id).Contains(c.RunId)).ExecuteDeleteAsync(cancellationToken);
        await runs.ExecuteDeleteAsync(cancellationToken);
    }

    private static EditItem Show(EditChangeEntry change) => new()
    {
        Position = change.Position, Kind = change.Kind, Id = change.RecordId.Length == 0 ? default : new RecordId(change.RecordId), Wanted = change.Wanted, Seen = change.Seen,
        Result = change.Result, Before = change.Before, After = change.After, Current = change.Current, Reason = change.Reason, SentAt = change.SentAt,
    };

    /// <summary>Runs one prepared statement for each change: 100,000 of them through the change tracker would take minutes.</summary>
    private static async Task WriteAsync(CatalogContext context, string statement, string run, IEnumerable<EditItem> items, CancellationToken cancellationToken)
    {
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = statement;
        command.Transaction = Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(context.Database.CurrentTransaction!);
        DbParameter Add(string name)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
            return parameter;
        }

        var (runId, position, id, result, wanted) = (Add("@run"), Add("@position"), Add("@id"), Add("@result"), Add("@wanted"));
        var (seen, before, after, current, reason, sent) = (Add("@seen"), Add("@before"), Add("@after"), Add("@current"), Add("@reason"), Add("@sent"));
        var kind = ReferenceEquals(statement, Insert) ? Add("@kind") : null;
        runId.Value = run;
        foreach (var item in items)
        {
            (position.Value, id.Value, result.Value) = (item.Position, item.Id.Value, (int)item.Result);
            (wanted.Value, seen.Value, before.Value) = (OrNull(item.Wanted), OrNull(item.Seen), OrNull(item.Before));
            (after.Value, current.Value, reason.Value) = (OrNull(item.After), OrNull(item.Current), OrNull(item.Reason));
            sent.Value = item.SentAt is { } at ? at.ToUnixTimeMilliseconds() : DBNull.Value;
            if (kind is not null)
                kind.Value = (int)item.Kind;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static object OrNull(string? text) => text is null ? DBNull.Value : text;
}
