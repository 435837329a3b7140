namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>Whether the portal still has a record.</summary>
internal enum RecordLife : byte
{
    Live,
    Archived,
    /// <summary>Purged, erased or merged away.</summary>
    Gone,
}

/// <summary>One record: its identity, and its newest version.</summary>
internal sealed class Record(long id, long created)
{
    public long Id { get; } = id;

    /// <summary>Milliseconds since 1970 UTC.</summary>
    public long Created { get; } = created;

    public RecordVersion Now { get; set; } = RecordVersion.None;

    /// <summary>The record that answers for this one; 0 unless merged away.</summary>
    public long MergedInto { get; set; }
}

/// <summary>What a record held from one write to the next.</summary>
/// <param name="body">See <see cref="RecordBody"/>.</param>
/// <param name="modified">The stamp that the API shows, in milliseconds since 1970 UTC.</param>
/// <param name="written">When it was written, which a lagging view goes by.</param>
/// <param name="archivedAt">When it went to the recycle bin; 0 unless archived.</param>
internal sealed class RecordVersion(byte[] body, long modified, long written, RecordLife life, long archivedAt)
{
    public static readonly RecordVersion None = new([], 0, 0, RecordLife.Gone, 0);

    public byte[] Body { get; } = body;
    public long Modified { get; } = modified;
    public long Written { get; } = written;
    public RecordLife Life { get; } = life;
    public long ArchivedAt { get; } = archivedAt;

    /// <summary>Whether it was written while views lag, so that they see it late.</summary>
    public bool Lags { get; set; }

    /// <summary>The version before, kept only as long as a lagging view may need it.</summary>
    public RecordVersion? Previous { get; set; }
}
