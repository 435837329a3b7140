using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

internal sealed partial class SqliteMirror
{
    public Task<RecordQueryResult> QueryAsync(RecordQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<long> CountAsync(StreamName stream, string? filter, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<RecordLink>> LinksAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<HistoryEntry>> HistoryAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<ChangeEvent>> ChangesAsync(long after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    public IAsyncEnumerable<IReadOnlyList<object?>> SqlAsync(string statement, Action<IReadOnlyList<string>> columns, CancellationToken cancellationToken) => throw new NotImplementedException();

    public IAsyncEnumerable<StoredRecord> ExportAsync(StreamName stream, CancellationToken cancellationToken) => throw new NotImplementedException();
}
