using System.Runtime.CompilerServices;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

internal sealed partial class SqliteMirror
{
    private const int MostEvents = 10_000;

    public Task<RecordQueryResult> QueryAsync(RecordQuery query, CancellationToken cancellationToken) =>
        SearchAsync(query, (search, database) => search.Page(database), cancellationToken);

    public Task<long> CountAsync(StreamName stream, string? filter, CancellationToken cancellationToken) =>
        SearchAsync(new RecordQuery(stream, filter, null, 1, null), (search, database) => search.Count(database), cancellationToken);

    private async Task<T> SearchAsync<T>(RecordQuery query, Func<RecordSearch, Database, T> answer, CancellationToken cancellationToken)
    {
        for (var isPrepared = false; ; isPrepared = true)
        {
            var (search, isReady, found) = await readers.RunAsync(
                database =>
                {
                    var search = RecordSearch.Of(database, query);
                    return search.IsReady(database, staleAllowed: isPrepared) ? (search, true, answer(search, database)) : (search, false, default(T));
                },
                cancellationToken);
            if (isReady)
                return found!;
            // Should somebody throw the grid away in between, it is prepared once more.
            await grid.PrepareAsync(search.Stream, search.Columns, cancellationToken);
        }
    }

    public Task<IReadOnlyList<RecordLink>> LinksAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) =>
        readers.RunAsync(database => LinkRows.Of(database, stream, id), cancellationToken);

    public Task<IReadOnlyList<HistoryEntry>> HistoryAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) =>
        readers.RunAsync(database => HistoryRows.Of(database, stream, id), cancellationToken);

    public Task<IReadOnlyList<ChangeEvent>> ChangesAsync(long after, int limit, CancellationToken cancellationToken) =>
        limit is < 1 or > MostEvents
            ? throw new MirrorQueryException($"The limit of change events is {limit}, but must be 1 to {MostEvents}.")
            : readers.RunAsync(database => FeedRows.After(database, after, limit), cancellationToken);

    public IAsyncEnumerable<IReadOnlyList<object?>> SqlAsync(
        string statement, Action<IReadOnlyList<string>> columns, CancellationToken cancellationToken) =>
        PeoplesSql.RunAsync(readers, statement, columns, cancellationToken);

    public async IAsyncEnumerable<StoredRecord> ExportAsync(
        StreamName stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var loan = readers.OpenApart();
        await foreach (var record in loan.StreamAsync(database => RecordRows.Live(database, stream), cancellationToken))
            yield return record;
    }
}
