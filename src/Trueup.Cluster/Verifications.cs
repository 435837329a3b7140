using System.Collections.Concurrent;
using Trueup.Catalog;
using Trueup.Contract;

namespace Trueup.Cluster;

/// <summary>Comparisons that change nothing, asked for by people: record by record, mirror against CRM.</summary>
/// <remarks>They live in memory, since a person waits for each; a restart ends them.</remarks>
public sealed class Verifications(ConnectionKeepers keepers, TimeProvider clock)
{
    /// <summary>So many results are kept; the oldest goes first.</summary>
    private const int MostKept = 50;

    private readonly ConcurrentDictionary<string, Verification> kept = new();
    private readonly ConcurrentDictionary<string, string> runningByConnection = new();

    /// <summary>Begins to compare. One that runs already for this connection: its id.</summary>
    /// <exception cref="MirrorException">The mirror cannot be opened.</exception>
    public async Task<string> BeginAsync(string connectionId, StreamName? stream, CancellationToken cancellationToken)
    {
        var connection = await keepers.Of(connectionId).OpenAsync(cancellationToken);
        var id = Ids.New(clock);
        var running = runningByConnection.GetOrAdd(connectionId, id);
        if (running != id)
            return running;

        kept[id] = new Verification(id, connectionId, clock.GetUtcNow(), null, null);
        foreach (var old in kept.Keys.Order(StringComparer.Ordinal).SkipLast(MostKept).ToList())
            kept.TryRemove(old, out _);
        _ = Task.Run(() => CompareAsync(id, connectionId, connection, stream), CancellationToken.None);
        return id;
    }

    /// <summary>How far one is, or what it found; null where it is unknown.</summary>
    public Verification? Find(string id) => kept.GetValueOrDefault(id);

    private async Task CompareAsync(string id, string connectionId, OpenConnection connection, StreamName? stream)
    {
        try
        {
            var report = await connection.Sync.VerifyAsync(stream, progress => Note(id, progress, null), CancellationToken.None);
            Note(id, report, report.Reason);
        }
        catch (Exception failure)
        {
            var words = failure is CrmException or MirrorException ? failure.Message : $"The comparison ended by an error in Trueup ({failure.GetType().Name}).";
            Note(id, kept.GetValueOrDefault(id)?.Report, words);
        }
        finally
        {
            runningByConnection.TryRemove(connectionId, out _);
        }
    }

    private void Note(string id, SyncReport? report, string? failure)
    {
        // One that was pushed out by newer ones stays out.
        if (kept.TryGetValue(id, out var known))
            kept.TryUpdate(id, known with { Report = report, Failure = failure }, known);
    }
}

/// <summary>One comparison.</summary>
/// <param name="Report">What it has found so far; null before the first page.</param>
/// <param name="Failure">Why it did not get to its end; null otherwise.</param>
public sealed record Verification(string Id, string ConnectionId, DateTimeOffset StartedAt, SyncReport? Report, string? Failure)
{
    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => Failure is null && Report is null or { Status: SyncStatus.Running or SyncStatus.Queued };
}
