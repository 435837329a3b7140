using Trueup.Contract;

namespace Trueup.Simulation.Service;

/// <summary>What the catalog remembers of one connection: outlives every process.</summary>
public sealed class Journal
{
    private int numbers;

    /// <summary>Syncs that people asked for, oldest first.</summary>
    public List<SyncRequest> Waiting { get; } = [];

    /// <summary>All syncs that ended, with when they began by the world's time.</summary>
    public List<(SyncReport Report, DateTimeOffset BeganAt)> Ended { get; } = [];

    /// <summary>When the last whole sync began; null before.</summary>
    public DateTimeOffset? HourlyAt { get; set; }

    /// <summary>When the last enumeration of everything began; null before.</summary>
    public DateTimeOffset? NightlyAt { get; set; }

    /// <summary>Makes a request with an id of its own.</summary>
    public SyncRequest Request(SyncKind kind, StreamName? stream = null, IReadOnlyList<RecordId>? ids = null, IReadOnlyList<RecordId>? linkedIds = null) =>
        new($"sync-{++numbers}", kind, stream, ids, linkedIds);
}
