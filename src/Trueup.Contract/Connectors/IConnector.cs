namespace Trueup.Contract;

/// <summary>Reads one account of one kind of CRM.</summary>
/// <remarks>
/// <para>A connector translates: requests out, records in. Pacing, retries of single requests, token refresh and telemetry
/// happen in the HTTP pipeline below it; deciding and storing happen in the engine above it.</para>
/// <para>Errors: nothing but <see cref="CrmException"/> and cancellation leaves a connector.</para>
/// <para>Threads: every member may be called concurrently.</para>
/// <para>What only some CRMs can do is an interface of its own: <see cref="IReadsModified"/>, <see cref="IReadsByIds"/>,
/// <see cref="IReportsDeletions"/>, <see cref="ICounts"/>, <see cref="IReadsAssociations"/>, <see cref="IReportsMerges"/>.</para>
/// </remarks>
public interface IConnector : IAsyncDisposable
{
    /// <summary>Asks the CRM who we are connected to. The cheapest proof that credentials and address are right.</summary>
    Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken);

    /// <summary>Finds the streams of the account by asking. A stream that may not be read is listed with its refusal where the CRM tells of it at all.</summary>
    /// <param name="isThorough">Whether nothing that is known from before may be relied on, not even the CRM's word that a description did not
    /// change: permissions may have been given or taken without it. True at night and for everything that ends in a proof.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken);

    /// <summary>Describes the fields and pipelines of a stream.</summary>
    Task<StreamSchema> DescribeAsync(StreamDescription stream, CancellationToken cancellationToken);

    /// <summary>Reads every live record of a stream, page after page, in an order that inserts and deletes do not disturb.</summary>
    /// <remarks>A record may come twice. With no fields asked for, ids and stamps suffice. The enumeration ends after the
    /// page whose <see cref="RecordPage.Next"/> is null.</remarks>
    /// <exception cref="CursorExpiredException">The CRM no longer honours <see cref="FullRead.Resume"/>.</exception>
    IAsyncEnumerable<RecordPage> ReadAllAsync(FullRead request, CancellationToken cancellationToken);

    /// <summary>The CRM's own time, as of its latest answer (the <c>Date</c> header, whole seconds); our clock before the first answer.</summary>
    /// <remarks>Never extrapolated: a watermark taken from it cannot pass the CRM's now, whatever either clock does (invariant I17).</remarks>
    DateTimeOffset Now { get; }

    /// <summary>What is known of the API budget now, per bucket.</summary>
    IReadOnlyList<BudgetBucket> Budget { get; }

    /// <summary>A link that opens the record in the CRM; null where there is none.</summary>
    Uri? LinkTo(StreamDescription stream, RecordId id);
}

/// <summary>Who a connection is connected to.</summary>
/// <param name="ExternalId">The CRM's immutable id of the account, in words: <c>portal 48211733</c>. A mirror never changes it.</param>
/// <param name="TimeZone">The account's IANA time zone.</param>
/// <param name="Name">The account's own name, where the CRM tells.</param>
public sealed record AccountIdentity(string ExternalId, string TimeZone, string? Name);

/// <summary>A read of everything.</summary>
/// <param name="Fields">Names of the fields to read, in the order in which they must be asked for. Empty: ids only.</param>
/// <param name="Resume">A <see cref="RecordPage.Next"/> of an earlier read to go on from; null to begin.</param>
public sealed record FullRead(StreamDescription Stream, IReadOnlyList<string> Fields, string? Resume);

/// <summary>The CRM can be asked for records by modification time.</summary>
public interface IReadsModified
{
    /// <summary>Reads every record whose stamp lies in the window, walked by id, so that equal stamps lose nothing.</summary>
    /// <remarks>A record may come twice, may carry a stamp outside the window, and may come late by <see cref="StreamTraits.IndexLag"/>.</remarks>
    IAsyncEnumerable<RecordPage> ReadModifiedAsync(ModifiedRead request, CancellationToken cancellationToken);
}

/// <summary>A read by modification time.</summary>
/// <param name="Since">First instant of the window, inclusive, by the CRM's clock.</param>
/// <param name="Until">Last instant of the window, inclusive.</param>
/// <param name="Resume">A <see cref="RecordPage.Next"/> of an earlier read of the same window; null to begin.</param>
public sealed record ModifiedRead(
    StreamDescription Stream, IReadOnlyList<string> Fields, DateTimeOffset Since, DateTimeOffset Until, string? Resume);

/// <summary>The CRM can be asked for records by id, and answers at once, without index lag.</summary>
public interface IReadsByIds
{
    /// <summary>Finds out what became of each id. Every id asked for is accounted for exactly once.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="fields">Fields to read.</param>
    /// <param name="ids">Any number; split into the CRM's batches by the connector.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<RecordsById> ReadByIdsAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken);
}

/// <summary>What became of the ids of one read.</summary>
/// <param name="Live">Pages with the records that are live under the id asked for.</param>
/// <param name="Gone">The ids that are not.</param>
public sealed record RecordsById(IReadOnlyList<RecordPage> Live, IReadOnlyList<GoneRecord> Gone) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var page in Live)
            page.Dispose();
    }
}

/// <summary>A record that is not live under its id, with the CRM's own proof.</summary>
/// <param name="Id">The id asked for.</param>
/// <param name="Cause">Why it is not live.</param>
/// <param name="At">When it happened, where the CRM tells.</param>
/// <param name="MergedInto">The id that answers now, for <see cref="GoneCause.Merged"/>.</param>
public sealed record GoneRecord(RecordId Id, GoneCause Cause, DateTimeOffset? At = null, RecordId? MergedInto = null);

/// <summary>Why a record is no longer live.</summary>
public enum GoneCause
{
    /// <summary>The CRM does not know the id: deleted for good, or erased.</summary>
    Deleted,
    /// <summary>In the CRM's recycle bin.</summary>
    Archived,
    /// <summary>Merged into another record.</summary>
    Merged,
    /// <summary>It exists, but this connection may no longer read it.</summary>
    Forbidden,
    /// <summary>Erased on a person's demand: nothing of its content may be kept, not even in the history.</summary>
    Erased,
}

/// <summary>The CRM lists deleted records.</summary>
public interface IReportsDeletions
{
    /// <summary>Reads the deletions since an instant. More than asked for may come.</summary>
    IAsyncEnumerable<DeletionPage> ReadDeletionsAsync(
        StreamDescription stream, DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>One bounded answer with deleted ids.</summary>
public sealed record DeletionPage(IReadOnlyList<GoneRecord> Deletions);

/// <summary>The CRM tells how many live records a stream has.</summary>
public interface ICounts
{
    /// <summary>How many live records the CRM says the stream has now. Costs one call.</summary>
    Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken);

    /// <summary>About how many records the streams have, in as few calls as the CRM needs: good enough for a forecast, not for a proof.
    /// Streams that the CRM does not speak of are left out.</summary>
    Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken);
}

/// <summary>Records that were merged are named by the survivor.</summary>
public interface IReportsMerges
{
    /// <summary>The ids that were merged into this record, read off its properties. Empty for most records.</summary>
    IReadOnlyList<RecordId> LosersIn(StreamDescription stream, ReadOnlySpan<byte> propertiesUtf8);
}
