using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>What every part of one edit run works with.</summary>
/// <param name="Order">The run.</param>
/// <param name="Stream">The stream, as the mirror held it when the run began.</param>
/// <param name="Connector">The CRM.</param>
/// <param name="Writes">The same, as far as it writes.</param>
/// <param name="ById">The same, as far as it reads by id.</param>
/// <param name="Mirror">The mirror.</param>
/// <param name="Follower">Makes the mirror follow.</param>
/// <param name="Journal">Where the changes are kept.</param>
/// <param name="Clock">Our clock.</param>
/// <param name="Log">Where to log.</param>
/// <param name="Progress">Called after every batch.</param>
internal sealed record EditContext(
    EditOrder Order, MirroredStream Stream, IConnector Connector, IWrites Writes, IReadsByIds ById, IMirror Mirror, MirrorFollower Follower,
    IEditJournal Journal, TimeProvider Clock, ILogger Log, Action Progress)
{
    // Less than a call that is given up takes: one that hung makes the others' answers too old to write on. Of a large batch the reading itself takes its time.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FreshForEach = TimeSpan.FromMilliseconds(30);

    private const int MostReadings = 3;

    // Beyond that, nobody waits for the outcome any more, and the run is to end.
    private static readonly TimeSpan LongestUntold = TimeSpan.FromDays(1);

    private readonly Dictionary<string, FieldType> types = Stream.Fields.ToDictionary(field => field.Definition.Name, field => field.Definition.Type);

    /// <summary>The fields that are read, as a sync reads them, so that equal records come as equal bytes.</summary>
    public IReadOnlyList<string> Fields { get; } = FieldsOf(Stream);

    /// <summary>What can be written.</summary>
    public WriteTraits Traits { get; } = Writes.WritesOf(Stream.Description);

    /// <summary>The fields that a deletion loses something of: people can set them, or have said something in them.</summary>
    public IEnumerable<string> FieldsOfPeople => Stream.Fields.Where(IsOfPeople).Select(known => known.Definition.Name);

    /// <summary>Records that were updated, created and deleted.</summary>
    public ConcurrentBag<RecordId> Updated { get; } = [];

    /// <inheritdoc cref="Updated"/>
    public ConcurrentBag<RecordId> Created { get; } = [];

    /// <inheritdoc cref="Updated"/>
    public ConcurrentBag<RecordId> Deleted { get; } = [];

    /// <summary>Records whose links were changed.</summary>
    public ConcurrentBag<RecordId> Linked { get; } = [];

    /// <summary>Why nothing more is sent; null while there is no reason not to.</summary>
    public CrmException? Stop { get; set; }

    /// <summary>The fields of a stream that are read.</summary>
    public static IReadOnlyList<string> FieldsOf(MirroredStream stream) =>
        [.. stream.Fields.Where(field => field is { RetiredAt: null, Included: true }).Select(field => field.Definition.Name)];

    /// <summary>The type of a field; text for one that is unknown.</summary>
    public FieldType TypeOf(string field) => types.GetValueOrDefault(field, FieldType.Text);

    /// <summary>How a commit names where its data came from.</summary>
    public string Source(string means) => $"{SourceOf(Order.Run)} by {means}";

    /// <summary>How commits of a run begin to name where their data came from.</summary>
    public static string SourceOf(string run) => $"{SourcePrefix}{run}";

    /// <summary>How commits of all runs begin to.</summary>
    public const string SourcePrefix = "edit ";

    /// <summary>Saves how changes are.</summary>
    public async Task SaveAsync(IReadOnlyList<EditItem> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return;
        await Journal.SaveAsync(Order.Run, items, cancellationToken);
        foreach (var item in Order.IsPreview ? [] : items)
        {
            var done = item.Result switch { EditResult.Updated => item.IsLink ? Linked : Updated, EditResult.Created or EditResult.Restored => Created, EditResult.Deleted => Deleted, _ => null };
            done?.Add(item.Id);
        }

        Progress();
    }

    /// <summary>Waits until what was sent and not heard of has had its time, so that asking shows what became of it.</summary>
    /// <param name="pause">How long at least.</param>
    public async Task WaitBeforeAskingAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await Task.Delay(pause, Clock, cancellationToken);
        if (Connector is IWritesInJobs jobs)
            await jobs.SettleAsync(Stream.Description, cancellationToken);
    }

    private bool IsOfPeople(MirroredField known) =>
        known is { RetiredAt: null, Included: true, Definition.Calculated: false } && (!known.Definition.ReadOnly || Traits.ContentFields.Contains(known.Definition.Name));

    /// <summary>Whether a change was sent and not heard of, and reading does not tell what became of it. It then stays open, and is asked about again when the run is gone on with.</summary>
    public bool IsUntold(EditItem item, CurrentRecords read) =>
        item.SentAt is { } sent && Clock.GetUtcNow() - sent < LongestUntold && !read.Live.ContainsKey(item.Id) && read.Gone.GetValueOrDefault(item.Id) is null or { Cause: GoneCause.Forbidden };

    /// <summary>Ends a change whose record cannot be read.</summary>
    public static EditItem EndedUnread(EditItem item, CurrentRecords read) =>
        item.Ended(EditResult.Rejected, item.SentAt is null || read.Gone.GetValueOrDefault(item.Id) is { Cause: not GoneCause.Forbidden }
            ? read.WhyGone(item.Id) : $"The app did not answer, and what became of the change cannot be read. {read.WhyGone(item.Id)}");

    /// <summary>Reads records and decides on them; again where that took so long that the CRM may hold something else by now, since what is decided is written next.</summary>
    /// <param name="records">How many records are read.</param>
    /// <param name="readAndDecide">Reads them and decides.</param>
    /// <exception cref="CrmUnavailableException">It took too long each time.</exception>
    /// <exception cref="FencedOffException">Another process has taken over meanwhile.</exception>
    public async Task<T> WhileFreshAsync<T>(int records, Func<Task<T>> readAndDecide)
    {
        var fresh = records * FreshForEach > Fresh ? records * FreshForEach : Fresh;
        for (var time = 0; time < MostReadings; time++)
        {
            var began = Clock.GetTimestamp();
            var decided = await readAndDecide();
            if (Order.IsPreview || Clock.GetElapsedTime(began) <= fresh)
                return decided;
            await Follower.AssertLeadsAsync(Source("engine"));
        }

        throw new CrmUnavailableException("The app answers too slowly for records to be compared with what it holds before they are written.");
    }

    /// <summary>Makes the mirror follow what was found to be done, before it is saved as such: once it is, nobody comes back to it after a failure. What conflicts must
    /// not be followed before it is saved, since the mirror is what the user saw.</summary>
    public Task FollowDoneAsync(IEnumerable<EditItem> decided, CurrentRecords read, CancellationToken cancellationToken)
    {
        var done = decided.Where(item => item.Result is EditResult.Updated or EditResult.Deleted or EditResult.Restored).Select(item => item.Id).ToHashSet();
        return Follower.FollowAsync(
            Stream.Name, [.. read.Live.Values.Where(record => done.Contains(record.Id))], [.. read.Gone.Values.Where(record => done.Contains(record.Id))], Source("id"), cancellationToken);
    }

    /// <summary>Reads what the CRM holds now.</summary>
    public async Task<CurrentRecords> ReadAsync(IEnumerable<RecordId> ids, CancellationToken cancellationToken)
    {
        using var found = await ById.ReadByIdsAsync(Stream.Description, Fields, [.. ids], cancellationToken);
        return CurrentRecords.Of(found);
    }
}

/// <summary>A record as the CRM held it when it was read by id, or as its answer to a write tells it.</summary>
internal sealed record CurrentRecord(RecordId Id, long ModifiedMilliseconds, ReadOnlyMemory<byte> Properties)
{
    /// <summary>The fingerprint of stamp and content.</summary>
    public UInt128 Hash { get; } = Fingerprint.OfRecord(ModifiedMilliseconds, Properties.Span);

    /// <summary>The fingerprint of the record that the values of an answer were laid over; null where this was read.</summary>
    public UInt128? LaidOver { get; init; }
}

/// <summary>What the CRM holds of some records.</summary>
internal sealed record CurrentRecords(
    IReadOnlyDictionary<RecordId, CurrentRecord> Live, IReadOnlyDictionary<RecordId, GoneRecord> Gone, IReadOnlyDictionary<RecordId, string> Unreadable)
{
    /// <summary>Copies them out of their pages.</summary>
    public static CurrentRecords Of(RecordsById found)
    {
        var live = new Dictionary<RecordId, CurrentRecord>();
        var unreadable = new Dictionary<RecordId, string>();
        foreach (var page in found.Live)
        {
            foreach (var slice in page.Records)
                live[page.RecordIdOf(slice)] = new CurrentRecord(page.RecordIdOf(slice), slice.ModifiedMilliseconds, page.PropertiesOf(slice).ToArray());
            foreach (var refused in page.SetAside)
                if (refused.Id is { } id)
                    unreadable[id] = refused.Reason;
        }

        return new CurrentRecords(live, found.Gone.DistinctBy(gone => gone.Id).ToDictionary(gone => gone.Id), unreadable);
    }

    /// <summary>Why there is no live record under an id.</summary>
    public string WhyGone(RecordId id) => Gone.GetValueOrDefault(id) switch
    {
        { Cause: GoneCause.Merged, MergedInto: { } survivor } => $"It was merged into {survivor}; edit that record instead.",
        { Cause: GoneCause.Forbidden } => "This connection may no longer read it.",
        { } => "It is no longer in the app.",
        null => Unreadable.GetValueOrDefault(id) ?? "The app did not answer for it.",
    };
}
