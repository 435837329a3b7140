namespace Trueup.Contract;

/// <summary>The mirror of one connection: everything known of its records, and how far that knowledge reaches.</summary>
/// <remarks>
/// <para>A commit is one transaction: records, links, tombstones, history, feed and documents (checkpoints) together or not at all.</para>
/// <para>Threads: reads may run concurrently with each other and with one commit. Commits are made one at a time; the mirror queues them.</para>
/// <para>Errors: <see cref="MirrorException"/> and cancellation.</para>
/// </remarks>
public interface IMirror : IMirrorQueries, IAsyncDisposable
{
    /// <summary>Becomes the one writer: every commit with an earlier fence fails from now on. Fences only grow.</summary>
    Task<long> TakeFenceAsync(CancellationToken cancellationToken);

    /// <summary>The streams that the mirror knows, with what they hold.</summary>
    Task<IReadOnlyList<MirroredStream>> StreamsAsync(CancellationToken cancellationToken);

    /// <summary>Shows every record of a stream, live and buried, to the visitor, from a narrow index and in no promised order.</summary>
    Task VisitIndexAsync(StreamName stream, IndexVisitor visitor, CancellationToken cancellationToken);

    /// <summary>Loads records by id. Ids that the mirror has never seen are left out of the answer.</summary>
    Task<IReadOnlyList<StoredRecord>> LoadAsync(StreamName stream, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken);

    /// <summary>The ids at the other end of links of a pair: <paramref name="fromTargets"/> false: sources given, targets answered; true: targets given, sources answered.</summary>
    Task<IReadOnlyDictionary<RecordId, IReadOnlyList<RecordId>>> LinkedAsync(
        AssociationPair pair, IReadOnlyList<RecordId> ids, bool fromTargets, CancellationToken cancellationToken);

    /// <summary>The sources whose stored links are not these. Changes nothing.</summary>
    Task<IReadOnlyList<RecordId>> DifferingLinksAsync(
        AssociationPair pair, IReadOnlyList<RecordAssociations> sources, CancellationToken cancellationToken);

    /// <summary>Finds the record that a merged id resolves to now, following chains; the id itself where it was never merged.</summary>
    Task<RecordId> ResolveAsync(StreamName stream, RecordId id, CancellationToken cancellationToken);

    /// <summary>Reads a document: JSON that the engine keeps beside the records, such as a checkpoint. Null where there is none.</summary>
    Task<string?> LoadDocumentAsync(string key, CancellationToken cancellationToken);

    /// <summary>The documents whose keys begin with the prefix.</summary>
    Task<IReadOnlyDictionary<string, string>> LoadDocumentsAsync(string keyPrefix, CancellationToken cancellationToken);

    /// <summary>Commits. Ids may come twice within a commit: the later in the list wins.</summary>
    /// <exception cref="FencedOffException">Another writer holds a later fence. Nothing was changed.</exception>
    /// <exception cref="MirrorUnavailableException">Disk full or the like. Nothing was changed.</exception>
    Task<CommitResult> CommitAsync(MirrorCommit commit, CancellationToken cancellationToken);
}

/// <summary>Sees one record of the index. The id is valid during the call only.</summary>
public delegate void IndexVisitor(ReadOnlySpan<byte> idUtf8, UInt128 hash, bool isLive);

/// <summary>One stream as the mirror holds it.</summary>
/// <param name="Description">The stream as last discovered.</param>
/// <param name="Live">Records that are live.</param>
/// <param name="Buried">Tombstones.</param>
/// <param name="IdDigest">Order-free digest of the live ids: the sum of <see cref="Fingerprint.OfId(RecordId)"/>, modulo 2^128.</param>
/// <param name="Fields">Every field ever seen, retired ones too.</param>
/// <param name="Pipelines">Pipelines as last described.</param>
/// <param name="GoneAt">Since when the CRM no longer lists the stream; null while it does.</param>
public sealed record MirroredStream(
    StreamDescription Description, long Live, long Buried, UInt128 IdDigest,
    IReadOnlyList<MirroredField> Fields, IReadOnlyList<Pipeline> Pipelines, DateTimeOffset? GoneAt)
{
    /// <summary>The stream's name.</summary>
    public StreamName Name => Description.Name;
}

/// <summary>A field as the mirror knows it.</summary>
/// <param name="Definition">As last described by the CRM.</param>
/// <param name="Column">Its column in the typed view: stable and unique within the stream, also after case folding and cut to 63 bytes.</param>
/// <param name="SeenAt">When it was first described.</param>
/// <param name="RetiredAt">Since when the CRM no longer shows it; its values are kept. Null while it does.</param>
/// <param name="Included">Whether people want it mirrored. Default true.</param>
/// <param name="Personal">Whether people marked it as personal data. Default false.</param>
public sealed record MirroredField(
    Field Definition, string Column, DateTimeOffset SeenAt, DateTimeOffset? RetiredAt, bool Included = true, bool Personal = false);

/// <summary>A record as the mirror holds it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsLive">False for a tombstone.</param>
/// <param name="ModifiedMilliseconds">The CRM's stamp of the stored version.</param>
/// <param name="Hash">Hash of the stored version as it was received.</param>
/// <param name="WrittenAt">When the stored version was written, by our clock.</param>
/// <param name="Properties">The stored properties: one JSON object, UTF-8. Empty for a tombstone of a record never seen live.</param>
/// <param name="Gone">Why and since when it is no longer live; null for a live one.</param>
/// <param name="CreatedAt">When the mirror first saw it.</param>
/// <param name="Source">How the stored version came here, such as <c>nightly 0192… by list</c>.</param>
public sealed record StoredRecord(
    RecordId Id, bool IsLive, long ModifiedMilliseconds, UInt128 Hash, DateTimeOffset WrittenAt,
    ReadOnlyMemory<byte> Properties, GoneRecord? Gone, DateTimeOffset CreatedAt, string Source);
