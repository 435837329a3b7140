namespace Trueup.Contract;

/// <summary>Everything that one transaction changes. Parts that are empty cost nothing.</summary>
/// <remarks>Applied in this order: streams, schemas, field choices, puts, burials, links, documents. So a record that is put
/// and buried in one commit ends buried.</remarks>
/// <param name="Fence">The writer's fence.</param>
/// <param name="At">Now, by our clock.</param>
/// <param name="Source">Where the data came from, for <c>why</c>: the sync's id and the means, such as <c>nightly 0192… by list</c>.</param>
public sealed record MirrorCommit(long Fence, DateTimeOffset At, string Source)
{
    /// <summary>Records to write, by stream. Their memory must stay valid until the commit has returned.</summary>
    public IReadOnlyList<StreamPuts> Puts { get; init; } = [];

    /// <summary>Records to bury. Burying one that is buried does nothing, unless it turns out to be merged: then it resolves to the survivor from now on.
    /// <see cref="GoneCause.Erased"/> takes away everything the record held, now and in its history, also of one buried before.
    /// One never seen leaves a tombstone all the same, so that a late create cannot bring it back. The links from and to it go with it.</summary>
    public IReadOnlyList<RecordBury> Buries { get; init; } = [];

    /// <summary>The complete links of some sources. Links that are there already are not rewritten.</summary>
    public IReadOnlyList<LinkReplacement> Links { get; init; } = [];

    /// <summary>Streams to add or describe anew, matched by <see cref="StreamDescription.TypeId"/>.</summary>
    public IReadOnlyList<StreamDescription> Streams { get; init; } = [];

    /// <summary>Streams that the CRM no longer lists. Their records are kept.</summary>
    public IReadOnlyList<StreamName> StreamsGone { get; init; } = [];

    /// <summary>Fields and pipelines to set anew, whole, for a stream: a known field that is missing here is retired.</summary>
    public IReadOnlyList<StreamSchemaUpdate> Schemas { get; init; } = [];

    /// <summary>What people decided about fields.</summary>
    public IReadOnlyList<FieldChoice> FieldChoices { get; init; } = [];

    /// <summary>Documents to write; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Documents { get; init; } = new Dictionary<string, string?>();
}

/// <summary>Records of one stream to write.</summary>
public sealed record StreamPuts(StreamName Stream, IReadOnlyList<RecordPut> Records);

/// <summary>What a put means, which decides what becomes history and an event of the change feed.</summary>
public enum PutKind : byte
{
    /// <summary>A record the mirror has never seen. One event.</summary>
    Create,
    /// <summary>New values. One history entry, one event.</summary>
    Change,
    /// <summary>A buried record is live again. One history entry, one event.</summary>
    Restore,
    /// <summary>The same content in another form, such as a new field that is null: written, but no history and no event.</summary>
    Refresh,
}

/// <summary>One record to write.</summary>
/// <param name="Id">The id, UTF-8.</param>
/// <param name="ModifiedMilliseconds">The CRM's stamp.</param>
/// <param name="Hash">See <see cref="Fingerprint.OfRecord"/>, of the record as received.</param>
/// <param name="Properties">One JSON object, UTF-8: what the mirror holds from now on.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Before">For <see cref="PutKind.Change"/> and <see cref="PutKind.Restore"/>: one JSON object with the previous values of the fields that
/// changed (a field that was absent is left out); empty otherwise.</param>
public readonly record struct RecordPut(
    ReadOnlyMemory<byte> Id, long ModifiedMilliseconds, UInt128 Hash, ReadOnlyMemory<byte> Properties,
    PutKind Kind, ReadOnlyMemory<byte> Before = default);

/// <summary>One record to bury, with its cause.</summary>
/// <remarks>A merge also leaves an alias, so that the old id resolves to the survivor.</remarks>
public sealed record RecordBury(StreamName Stream, GoneRecord Gone);

/// <summary>All links of one source within a pair, complete.</summary>
public sealed record LinkReplacement(AssociationPair Pair, RecordAssociations Associations);

/// <summary>The complete schema of a stream.</summary>
public sealed record StreamSchemaUpdate(StreamName Stream, StreamSchema Schema);

/// <summary>What a person decided about a field; null leaves it as it is.</summary>
public sealed record FieldChoice(StreamName Stream, string Field, bool? Included, bool? Personal);

/// <summary>What a commit really did.</summary>
/// <param name="RowsWritten">Record rows inserted, updated or buried.</param>
/// <param name="Buried">Records that were live and are buried now.</param>
/// <param name="LinksAdded">Links that were not there.</param>
/// <param name="LinksRemoved">Links that are no longer there.</param>
public sealed record CommitResult(long RowsWritten, long Buried, long LinksAdded, long LinksRemoved);
