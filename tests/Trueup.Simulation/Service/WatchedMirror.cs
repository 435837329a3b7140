using Trueup.Contract;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Service;

/// <summary>Sees every commit of a process before and after it.</summary>
public interface ICommitObserver
{
    /// <summary>A commit is about to be made; the mirror still holds what was before. Answers what to do once it is durable: it may be refused.</summary>
    Task<Func<Task>> BeforeAsync(Machine machine, IMirror mirror, MirrorCommit commit);
}

/// <summary>The real mirror of a process, on a disk that may be slow or full, of a process that may die at any point.</summary>
public sealed class WatchedMirror(
    IMirror mirror, Machine machine, FaultPlan faults, ICommitObserver observer, Voice voice, Random chance) : IMirror
{
    /// <summary>The mirror itself.</summary>
    public IMirror Inner => mirror;

    /// <inheritdoc/>
    public async Task<CommitResult> CommitAsync(MirrorCommit commit, CancellationToken cancellationToken)
    {
        await WaitForDiskAsync(FatePoint.BeforeCommit, cancellationToken);
        var isFull = faults.DiskFull > 0 && chance.NextDouble() < faults.DiskFull;
        var stepsToFull = isFull ? chance.Next(4) : 0;
        var after = await observer.BeforeAsync(machine, mirror, commit);
        CommitResult result;
        try
        {
            result = await mirror.CommitAsync(isFull || machine.Fate is not null ? Tripwire.Across(commit, Step) : commit, cancellationToken);
        }
        catch (ProcessDiedException)
        {
            await Machine.Never();
            throw;
        }
        catch (MirrorException problem)
        {
            voice.Say($"#{machine.Number} commit refused: {problem.GetType().Name}");
            throw;
        }

        voice.Say($"#{machine.Number} commit {commit.Source}: {commit.Puts.Sum(puts => puts.Records.Count)} puts, {commit.Buries.Count} burials, "
            + $"{commit.Links.Count} links, {string.Join(' ', commit.Documents.Keys)} -> {result.RowsWritten} rows");
        await after();
        await machine.PassAsync(FatePoint.AfterCommit);
        return result;

        void Step()
        {
            if (isFull && --stepsToFull < 0)
                throw new MirrorUnavailableException("The disk is full; make room.");
            if (machine.Fate is { } fate && fate.StrikesAt(FatePoint.WithinCommit))
            {
                machine.Fate = null;
                fate.Strike();
                if (machine.Dead)
                    throw new ProcessDiedException();
            }
        }
    }

    /// <inheritdoc/>
    public Task<long> TakeFenceAsync(CancellationToken cancellationToken) => ReadAsync(() => mirror.TakeFenceAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MirroredStream>> StreamsAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.StreamsAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task VisitIndexAsync(StreamName stream, IndexVisitor visitor, CancellationToken cancellationToken)
    {
        await WaitForDiskAsync(FatePoint.BeforeRead, cancellationToken);
        await mirror.VisitIndexAsync(stream, visitor, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredRecord>> LoadAsync(StreamName stream, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.LoadAsync(stream, ids, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<RecordId, IReadOnlyList<RecordId>>> LinkedAsync(
        AssociationPair pair, IReadOnlyList<RecordId> ids, bool fromTargets, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.LinkedAsync(pair, ids, fromTargets, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordId>> DifferingLinksAsync(
        AssociationPair pair, IReadOnlyList<RecordAssociations> sources, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.DifferingLinksAsync(pair, sources, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<RecordId> ResolveAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.ResolveAsync(stream, id, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<string?> LoadDocumentAsync(string key, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.LoadDocumentAsync(key, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> LoadDocumentsAsync(string keyPrefix, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.LoadDocumentsAsync(keyPrefix, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<RecordQueryResult> QueryAsync(RecordQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.QueryAsync(query, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(StreamName stream, string? filter, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.CountAsync(stream, filter, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordLink>> LinksAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.LinksAsync(stream, id, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HistoryEntry>> HistoryAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.HistoryAsync(stream, id, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChangeEvent>> ChangesAsync(long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(() => mirror.ChangesAsync(after, limit, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<object?>> SqlAsync(string statement, Action<IReadOnlyList<string>> columns, CancellationToken cancellationToken) =>
        mirror.SqlAsync(statement, columns, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredRecord> ExportAsync(StreamName stream, CancellationToken cancellationToken) => mirror.ExportAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => mirror.DisposeAsync();

    private async Task<T> ReadAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        await WaitForDiskAsync(FatePoint.BeforeRead, cancellationToken);
        return await read();
    }

    private async Task WaitForDiskAsync(FatePoint point, CancellationToken cancellationToken)
    {
        await machine.PassAsync(point);

        // Also a quick disk lets others have a turn.
        var slowest = faults.DiskSlow > TimeSpan.Zero ? faults.DiskSlow : TimeSpan.FromMilliseconds(2);
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Floor(chance.NextDouble() * slowest.TotalMilliseconds)), machine.Clock, cancellationToken);
        await machine.PassAsync(point);
    }
}
