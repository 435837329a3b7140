namespace Trueup.Emulators;

/// <summary>Whether an emulated CRM still has a record.</summary>
public enum RecordLife : byte
{
    /// <summary>It is there.</summary>
    Live,

    /// <summary>It is in the recycle bin.</summary>
    Archived,

    /// <summary>Purged, erased or merged away without a recycle bin.</summary>
    Gone,
}

/// <summary>One record: its identity, and its newest version.</summary>
/// <param name="id">The part of its id that is its own; ascending within its kind.</param>
/// <param name="created">When it was created, in milliseconds since 1970 UTC.</param>
public sealed class Record(long id, long created)
{
    /// <summary>The part of its id that is its own; ascending within its kind.</summary>
    public long Id { get; } = id;

    /// <summary>When it was created, in milliseconds since 1970 UTC.</summary>
    public long Created { get; } = created;

    /// <summary>What it holds now; <see cref="RecordVersion.None"/> before its first version.</summary>
    public RecordVersion Now { get; set; } = RecordVersion.None;

    /// <summary>The record that answers for this one; 0 unless merged away.</summary>
    public long MergedInto { get; set; }
}

/// <summary>What a record held from one write to the next.</summary>
/// <param name="body">Its values, in the vendor's own encoding.</param>
/// <param name="modified">The stamp that the API shows, in milliseconds since 1970 UTC.</param>
/// <param name="written">When it was written, which a lagging view goes by.</param>
/// <param name="life">Whether it is there.</param>
/// <param name="archivedAt">When it went to the recycle bin; 0 while it is live.</param>
public sealed class RecordVersion(byte[] body, long modified, long written, RecordLife life, long archivedAt)
{
    /// <summary>The version of a record that is not there yet.</summary>
    public static readonly RecordVersion None = new([], 0, 0, RecordLife.Gone, 0);

    /// <summary>Its values, in the vendor's own encoding.</summary>
    public byte[] Body { get; } = body;

    /// <summary>The stamp that the API shows, in milliseconds since 1970 UTC.</summary>
    public long Modified { get; } = modified;

    /// <summary>The stamp of the last change by a person, for a vendor that tells it apart; else the same as <see cref="Modified"/>.</summary>
    public long ModifiedByPerson { get; init; } = modified;

    /// <summary>When it was written, which a lagging view goes by.</summary>
    public long Written { get; } = written;

    /// <summary>Whether it is there.</summary>
    public RecordLife Life { get; } = life;

    /// <summary>When it went to the recycle bin; 0 while it is live.</summary>
    public long ArchivedAt { get; } = archivedAt;

    /// <summary>Whether it was written while views lag, so that they see it late.</summary>
    public bool Lags { get; internal set; }

    /// <summary>The version before, kept only as long as a lagging view may need it.</summary>
    public RecordVersion? Previous { get; internal set; }
}
