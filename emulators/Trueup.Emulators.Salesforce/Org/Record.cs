namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Whether the org still has a record.</summary>
internal enum RecordLife : byte
{
    Live,
    /// <summary>In the recycle bin, or merged away: <c>queryAll</c> still shows it.</summary>
    Binned,
    /// <summary>Deleted for good.</summary>
    Gone,
}

/// <summary>One record: its identity, and its newest version.</summary>
internal sealed class Record(long number, long created)
{
    /// <summary>The part of its id that is its own.</summary>
    public long Number { get; } = number;

    /// <summary>Milliseconds since 1970 UTC, in whole seconds.</summary>
    public long Created { get; } = created;

    public RecordVersion Now { get; set; } = RecordVersion.None;
}

/// <summary>What a record held from one write to the next.</summary>
/// <param name="body">See <see cref="RecordBody"/>.</param>
/// <param name="stamp">SystemModstamp, in milliseconds since 1970 UTC, in whole seconds.</param>
internal sealed class RecordVersion(byte[] body, long stamp)
{
    public static readonly RecordVersion None = new([], 0) { Life = RecordLife.Gone };

    public byte[] Body { get; } = body;

    public long Stamp { get; } = stamp;

    /// <summary>LastModifiedDate: the last change by a person.</summary>
    public long LastModified { get; init; } = stamp;

    /// <summary>When it was written, which a lagging view goes by.</summary>
    public long Written { get; init; } = stamp;

    public RecordLife Life { get; init; }

    /// <summary>When it was deleted; 0 while it is live.</summary>
    public long DeletedAt { get; init; }

    /// <summary>The number of the record that it was merged into; 0 unless merged away.</summary>
    public long MergedInto { get; init; }

    /// <summary>Whether it was written while views lag, so that they see it late.</summary>
    public bool Lags { get; set; }

    /// <summary>The version before, kept only as long as a lagging view may need it.</summary>
    public RecordVersion? Previous { get; set; }

    /// <summary>The same record with something changed.</summary>
    public RecordVersion With(long written, byte[]? body = null, long? stamp = null, long? lastModified = null, RecordLife? life = null,
        long? deletedAt = null, long? mergedInto = null) =>
        new(body ?? Body, stamp ?? Stamp)
        {
            LastModified = lastModified ?? LastModified, Written = written, Life = life ?? Life,
            DeletedAt = deletedAt ?? DeletedAt, MergedInto = mergedInto ?? MergedInto,
        };
}
