using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Cluster;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>The records of an account: pages, single ones, their history, the change feed, SQL and export. All of it read-only.</summary>
public sealed class Records(Connections connections, SyncLog log)
{
    /// <summary>One page of live records.</summary>
    /// <exception cref="ProblemException">404, 422 for a bad filter, sort or cursor, 503 where the mirror cannot be opened.</exception>
    public async Task<PageView<RecordView>> QueryAsync(string connection, string stream, RecordsQuery query, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        var found = await Streams.FindAsync(open, stream, cancellationToken);
        var result = await Ask(() => open.Mirror.QueryAsync(
            new RecordQuery(found.Name, query.Filter, query.Sort, Limits.Check(query.Limit, 1000), query.Cursor, query.Skip), cancellationToken));
        return new PageView<RecordView>([.. result.Records.Select(r => RecordJson.Show(found, r, query.Fields, null, null))], result.Next);
    }

    /// <summary>How many live records match.</summary>
    /// <exception cref="ProblemException">404, 422 for a bad filter, 503 where the mirror cannot be opened.</exception>
    public async Task<long> CountAsync(string connection, string stream, string? filter, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        var found = await Streams.FindAsync(open, stream, cancellationToken);
        return await Ask(() => open.Mirror.CountAsync(found.Name, filter, cancellationToken));
    }

    /// <summary>One record with its links. A merged id answers with the record it was merged into.</summary>
    /// <exception cref="ProblemException">404, 503 where the mirror cannot be opened.</exception>
    public async Task<RecordView> GetAsync(string connection, string stream, string id, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        var found = await Streams.FindAsync(open, stream, cancellationToken);
        var resolved = await open.Mirror.ResolveAsync(found.Name, new RecordId(id), cancellationToken);
        var record = (await open.Mirror.LoadAsync(found.Name, [resolved], cancellationToken)).FirstOrDefault()
            ?? throw new ProblemException(Problem.NotFound($"The mirror has never seen {stream} {id}."));
        var links = await open.Mirror.LinksAsync(found.Name, resolved, cancellationToken);
        return RecordJson.Show(found, record, null, links, open.Connector.LinkTo(found.Description, resolved));
    }

    /// <summary>The observed versions of a record, newest first.</summary>
    /// <exception cref="ProblemException">404, 503 where the mirror cannot be opened.</exception>
    public async Task<IReadOnlyList<HistoryView>> HistoryAsync(string connection, string stream, string id, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        var found = await Streams.FindAsync(open, stream, cancellationToken);
        return [.. (await open.Mirror.HistoryAsync(found.Name, new RecordId(id), cancellationToken)).Select(RecordJson.Show)];
    }

    /// <summary>All that is known about a record, or about why it is not here.</summary>
    /// <exception cref="ProblemException">404 for an unknown stream, 503 where the mirror cannot be opened.</exception>
    public async Task<WhyView> WhyAsync(string connection, string stream, string id, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        var found = await Streams.FindAsync(open, stream, cancellationToken);
        var record = (await open.Mirror.LoadAsync(found.Name, [new RecordId(id)], cancellationToken)).FirstOrDefault();
        var resolved = await open.Mirror.ResolveAsync(found.Name, new RecordId(id), cancellationToken);
        var history = record is null ? [] : await open.Mirror.HistoryAsync(found.Name, record.Id, cancellationToken);
        return RecordJson.Why(found, id, record, resolved, history);
    }

    /// <summary>The change feed, oldest first, without gaps.</summary>
    /// <param name="cursor">The <see cref="PageView{T}.Next"/> of the last page; null to begin.</param>
    /// <param name="limit">Most events, 1 to 1,000.</param>
    /// <exception cref="ProblemException">404, 422 for a bad cursor, 503 where the mirror cannot be opened.</exception>
    public async Task<PageView<ChangeView>> ChangesAsync(string connection, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        if (!long.TryParse(cursor ?? "0", out var after) || after < 0)
            throw new ProblemException(Problem.Invalid($"{cursor} is not a cursor of the change feed."));
        var events = await open.Mirror.ChangesAsync(after, Limits.Check(limit, 1000), cancellationToken);
        // The feed has no end, so there is always a place to go on from.
        var next = events.Count > 0 ? events[^1].Position : after;
        return new PageView<ChangeView>([.. events.Select(RecordJson.Show)], next.ToString());
    }

    /// <summary>Runs a SELECT on the typed views. Columns come first, then the rows.</summary>
    /// <exception cref="ProblemException">404, 422 for a wrong statement, 503 where the mirror cannot be opened.</exception>
    public async IAsyncEnumerable<IReadOnlyList<object?>> SqlAsync(
        string connection, string statement, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        IReadOnlyList<string>? columns = null;
        var rows = open.Mirror.SqlAsync(statement, found => columns = found, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (rows)
        {
            var more = await Ask(async () => await rows.MoveNextAsync());
            yield return [.. columns ?? []];
            while (more)
            {
                yield return rows.Current;
                more = await Ask(async () => await rows.MoveNextAsync());
            }
        }
    }

    /// <summary>Every live record of a stream, as of now. The stream's description comes with it.</summary>
    /// <exception cref="ProblemException">404, 503 where the mirror cannot be opened.</exception>
    public async Task<(MirroredStream Stream, IAsyncEnumerable<StoredRecord> Records)> ExportAsync(
        string connection, string stream, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        var found = await Streams.FindAsync(open, stream, cancellationToken);
        return (found, open.Mirror.ExportAsync(found.Name, cancellationToken));
    }

    private async Task<OpenConnection> OpenAsync(string connection, CancellationToken cancellationToken) =>
        await log.OpenAsync(await connections.FindAsync(connection, cancellationToken), cancellationToken);

    private static async Task<T> Ask<T>(Func<Task<T>> question)
    {
        try
        {
            return await question();
        }
        catch (MirrorQueryException failure)
        {
            throw new ProblemException(new Problem("bad-query", 422, "The query is not valid", failure.Message));
        }
        catch (MirrorException failure)
        {
            throw new ProblemException(Problem.Unavailable(failure.Message));
        }
    }
}
