using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Takes in pages of records, decides about each, and commits what changes together with the checkpoint that vouches for it.</summary>
/// <remarks>One commit is written while the next is gathered. Not for concurrent use.</remarks>
internal sealed class RecordIntake(StreamRun run, Means means, string meansName) : IAsyncDisposable
{
    /// <summary>Records in one commit: SQLite's best throughput here lies near it, and so little is lost by a crash.</summary>
    private const int RecordsPerCommit = 10_000;

    /// <summary>Bytes in one commit, which bounds memory where records are large.</summary>
    private const long BytesPerCommit = 16L << 20;

    /// <summary>Where the CRM is slow, what was read is written after this time all the same, so that a stop costs little.</summary>
    private static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(5);

    /// <summary>Pages without any change before the cursor is committed all the same.</summary>
    private const int PagesPerCheckpoint = 1_000;

    /// <summary>Beyond this a late record is no matter of index lag, and looking back further each time would cost too much.</summary>
    private static readonly TimeSpan LongestLateness = TimeSpan.FromHours(3);

    private readonly IReportsMerges? merges = run.Sync.Connector as IReportsMerges;
    private Batch batch = new();
    private long batchBegun = run.Sync.Clock.GetTimestamp();
    private Task<CommitResult> pending = Task.FromResult(new CommitResult(0, 0, 0, 0));
    private Batch? pendingBatch;
    private Batch? spent;

    /// <summary>How late the latest record was that this intake put, measured from its stamp.</summary>
    public TimeSpan Lateness { get; private set; }

    /// <summary>Takes in one page, which it disposes of once its records are written.</summary>
    /// <param name="page">The page.</param>
    /// <param name="checkpoint">The stream's checkpoint once this page is written.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task TakeAsync(RecordPage page, Func<StreamCheckpoint, StreamCheckpoint> checkpoint, CancellationToken cancellationToken)
    {
        batch.Pages.Add(page);
        var (batchBefore, putsBefore) = (batch, batch.Puts.Count);
        foreach (var refused in page.SetAside)
            run.NameSetAside(refused);

        if (run.Known is { } known)
            await DecideByMapAsync(page, known, cancellationToken);
        else
            await DecideByLoadingAsync(page, cancellationToken);

        batch.Checkpoint = checkpoint;
        batch.PagesTaken++;
        batch.ReleaseIfSparse(page, firstPut: ReferenceEquals(batch, batchBefore) ? putsBefore : 0);
        if (batch.Puts.Count >= RecordsPerCommit || batch.BytesHeld >= BytesPerCommit || batch.PagesTaken >= PagesPerCheckpoint
            || run.Sync.Clock.GetElapsedTime(batchBegun) >= LongestBatch)
            await CommitAsync(wait: false, cancellationToken);
    }

    /// <summary>Takes in what became of ids: the CRM's last word.</summary>
    public async Task TakeAsync(RecordsById found, CancellationToken cancellationToken)
    {
        await SettledAsync(cancellationToken);
        foreach (var page in found.Live)
        {
            batch.Pages.Add(page);
            foreach (var refused in page.SetAside)
                run.NameSetAside(refused);
            var stored = await LoadAsync(page, cancellationToken);
            foreach (var slice in page.Records)
                Decided(page, slice, stored.GetValueOrDefault(page.RecordIdOf(slice)), Means.ById);
        }

        if (found.Gone.Count == 0)
            return;
        var mirrored = (await run.Sync.Mirror.LoadAsync(run.Mirrored.Name, [.. found.Gone.Select(gone => gone.Id)], cancellationToken))
            .ToDictionary(record => record.Id);
        foreach (var proof in found.Gone)
        {
            // That it is gone is proved now; that it was erased is what the CRM told.
            var gone = proof.Cause == GoneCause.Deleted && run.Sync.Request.ErasedIds?.Contains(proof.Id) == true ? proof with { Cause = GoneCause.Erased } : proof;
            var known = mirrored.GetValueOrDefault(gone.Id);
            Bury(gone, known?.IsLive == true, known);
        }
    }

    /// <summary>Commits everything taken in, with a checkpoint. Returns when it is durable.</summary>
    public async Task FinishAsync(Func<StreamCheckpoint, StreamCheckpoint> checkpoint, CancellationToken cancellationToken)
    {
        batch.Checkpoint = checkpoint;
        await CommitAsync(wait: true, cancellationToken);
    }

    /// <summary>Takes in pages to their end. Where the CRM fails, what came before is committed all the same, so that
    /// the next read gets on however few pages each one gets (invariants I8, I23).</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="reached">The stream's checkpoint once a page is written.</param>
    /// <param name="isEnough">Asked after each page whether to leave the rest; null: never.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>False if the rest was left.</returns>
    public async Task<bool> TakeAllAsync(
        IAsyncEnumerable<RecordPage> pages, Func<RecordPage, Func<StreamCheckpoint, StreamCheckpoint>> reached, Func<bool>? isEnough,
        CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var page in pages)
            {
                await TakeAsync(page, reached(page), cancellationToken);
                if (isEnough?.Invoke() == true)
                    return false;
            }

            return true;
        }
        catch (CrmException) when (batch is { Checkpoint: not null, Doubts.Count: 0 })
        {
            await CommitAsync(wait: true, cancellationToken);
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && batch is { Checkpoint: not null, Doubts.Count: 0 })
        {
            // Being asked to stop is no reason to read the same pages again: one last commit takes a moment.
            await CommitAsync(wait: true, CancellationToken.None);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await pending;
        }
        catch (Exception problem) when (problem is MirrorException or OperationCanceledException)
        {
            // The pass is ending because of this, or of something worse: the commit changed nothing, which is what counts.
        }

        pendingBatch?.Dispose();
        batch.Dispose();
    }

    private async Task DecideByMapAsync(RecordPage page, KnownRecords known, CancellationToken cancellationToken)
    {
        List<RecordSlice>? differing = null;
        long unchanged = 0;
        foreach (var slice in page.Records)
        {
            var key = Fingerprint.OfId(page.IdOf(slice).Span);
            if (!known.TryFind(key, out var hash, out var isLive) && !run.Sync.Edits.Contains(run.Mirrored.Name, key))
                Put(page, slice, new Change.Put(PutKind.Create, page.PropertiesOf(slice), default), key, means);
            else if (!isLive)
                batch.Doubts.Add(page.RecordIdOf(slice));
            else if (hash == slice.Hash)
            {
                known.MarkSeen(key);
                unchanged++;
            }
            else
            {
                known.MarkSeen(key);
                (differing ??= []).Add(slice);
            }
        }

        if (unchanged > 0)
            run.Note(report => report with { Unchanged = report.Unchanged + unchanged });
        if (differing is null)
            return;

        await AwaitWritesOfAsync(page, differing, cancellationToken);
        var stored = await LoadAsync(page, differing, cancellationToken);
        foreach (var slice in differing)
            Decided(page, slice, stored.GetValueOrDefault(page.RecordIdOf(slice)), means);
    }

    private async Task DecideByLoadingAsync(RecordPage page, CancellationToken cancellationToken)
    {
        await AwaitWritesOfAsync(page, page.Records, cancellationToken);
        var stored = await LoadAsync(page, cancellationToken);
        var seenHere = new HashSet<RecordId>();
        foreach (var slice in page.Records)
        {
            var id = page.RecordIdOf(slice);

            // The same record twice on one page: the stored version is no longer what was loaded, so the record itself decides.
            if (!seenHere.Add(id))
                batch.Doubts.Add(id);
            else
                Decided(page, slice, stored.GetValueOrDefault(id), means);
        }
    }

    private void Decided(RecordPage page, in RecordSlice slice, StoredRecord? stored, Means readBy)
    {
        var key = Fingerprint.OfId(page.IdOf(slice).Span);
        if (stored is { IsLive: true } && stored.Hash == slice.Hash)
        {
            run.Known?.MarkSeen(key);
            run.Note(report => report with { Unchanged = report.Unchanged + 1 });
            return;
        }

        switch (Decide.Between(stored, slice.ModifiedMilliseconds, page.PropertiesOf(slice), readBy))
        {
            case Change.Put put:
                Put(page, slice, put, key, readBy);
                break;
            case Change.Doubt:
                batch.Doubts.Add(page.RecordIdOf(slice));
                break;
            default:
                run.Known?.MarkSeen(key);
                run.Note(report => report with { Unchanged = report.Unchanged + 1 });
                break;
        }
    }

    private void Put(RecordPage page, in RecordSlice slice, Change.Put put, UInt128 key, Means readBy)
    {
        run.Sync.Edits.Remove(run.Mirrored.Name, key);
        run.Known?.Add(key, slice.Hash, isLive: true);
        run.Known?.MarkSeen(key);
        batch.Add(new RecordPut(page.IdOf(slice), slice.ModifiedMilliseconds, slice.Hash, put.Properties, put.Kind, put.Before), key);
        if (put.Kind == PutKind.Refresh)
            return;

        batch.Counted(put.Kind);
        if (readBy == Means.Modified && run.Checkpoint.ReadUntil is { } readUntil && slice.ModifiedMilliseconds < readUntil.ToUnixTimeMilliseconds())
            NoteLateness(slice.ModifiedMilliseconds);
        var id = run.ChangedIds is null && merges is null ? default : page.RecordIdOf(slice);
        run.NoteChanged(id);
        if (merges?.LosersIn(run.Stream, page.PropertiesOf(slice).Span) is { Count: > 0 } losers)
            batch.Losers.AddRange(losers.Where(loser => loser != id).Select(loser => new GoneRecord(loser, GoneCause.Merged, MergedInto: id)));
    }

    /// <summary>Buries a record that the CRM itself said is gone.</summary>
    private void Bury(GoneRecord gone, bool wasLive, StoredRecord? known)
    {
        var key = Fingerprint.OfId(gone.Id);
        run.Known?.Unsee(key);
        run.Sync.Edits.Remove(run.Mirrored.Name, key);

        if (!wasLive && !TellsMore(gone, known))
            return;
        if (wasLive && gone.Cause != GoneCause.Merged && !run.Brake.MayBury(gone.Id))
            return;
        run.Known?.Add(key, default, isLive: false);
        batch.Buries.Add(new RecordBury(run.Mirrored.Name, gone));
        if (wasLive)
            batch.CountedBurial(key, gone.Cause);
    }

    /// <summary>Whether there is something to write about a record that is not live in the mirror: an alias, or that what is left of it must go.</summary>
    private static bool TellsMore(GoneRecord gone, StoredRecord? known) => gone.Cause switch
    {
        GoneCause.Merged => known?.Gone?.Cause != GoneCause.Merged || (gone.MergedInto is not null && gone.MergedInto != known.Gone.MergedInto),
        GoneCause.Erased => known is not null && known.Gone?.Cause != GoneCause.Erased,
        _ => false,
    };

    /// <summary>A record that shows now although its stamp lies in a window already read: the index was this far behind.</summary>
    private void NoteLateness(long modifiedMilliseconds)
    {
        var lateness = run.Sync.Connector.Now - DateTimeOffset.FromUnixTimeMilliseconds(modifiedMilliseconds);
        if (lateness > Lateness)
            Lateness = lateness < LongestLateness ? lateness : LongestLateness;
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        // Settling can put records that name merged ones, but raises no doubts of its own: reads by id are believed.
        if (batch.Doubts.Count > 0)
        {
            if (run.Sync.Connector is not IReadsByIds byIds)
                throw new CrmContractException("Versions contradict each other and this CRM cannot be read by id.");
            var doubts = batch.Doubts.Distinct().ToList();

            // Cleared once they are answered: a read that fails must leave them, or a checkpoint could pass them by.
            var found = await byIds.ReadByIdsAsync(run.Stream, run.Fields, doubts, cancellationToken);
            batch.Doubts.Clear();
            await TakeAsync(found, cancellationToken);
        }

        if (batch.Losers.Count > 0)
        {
            await SettledAsync(cancellationToken);
            var losers = batch.Losers.ToList();
            batch.Losers.Clear();
            var stored = (await run.Sync.Mirror.LoadAsync(run.Mirrored.Name, [.. losers.Select(loser => loser.Id).Distinct()], cancellationToken))
                .ToDictionary(record => record.Id);
            foreach (var loser in losers)
            {
                var known = stored.GetValueOrDefault(loser.Id);
                var isPutHere = batch.Keys.Contains(Fingerprint.OfId(loser.Id));
                Bury(loser, known?.IsLive == true || isPutHere, known);
            }
        }
    }

    private async Task CommitAsync(bool wait, CancellationToken cancellationToken)
    {
        if (batch.Doubts.Exists(id => batch.Keys.Contains(Fingerprint.OfId(id))))
        {
            // A doubt about a record that this very batch puts: write first, so that it is judged against what is stored.
            var (doubts, checkpoint) = (batch.Doubts.ToList(), batch.Checkpoint);
            batch.Doubts.Clear();
            batch.Checkpoint = null;
            await CommitAsync(wait: true, cancellationToken);
            batch.Doubts.AddRange(doubts);
            batch.Checkpoint = checkpoint;
        }

        await SettleAsync(cancellationToken);
        await SettledAsync(cancellationToken);
        var current = batch;
        batch = new Batch(spent);
        spent = null;
        batchBegun = run.Sync.Clock.GetTimestamp();
        pendingBatch = current;
        pending = WriteInTurnAsync(current);
        if (wait)
            await SettledAsync(cancellationToken);
    }

    /// <remarks>Not to be cancelled: whoever stops a sync would throw away what has been read, and a commit takes a moment only.</remarks>
    private async Task<CommitResult> WriteInTurnAsync(Batch current)
    {
        await run.Sync.Edits.Turn.WaitAsync(CancellationToken.None);
        try
        {
            await EditsFirst.LeaveAsync(run, current);
            return await WriteAsync(current);
        }
        finally
        {
            run.Sync.Edits.Turn.Release();
        }
    }

    private async Task<CommitResult> WriteAsync(Batch current)
    {
        var checkpoint = current.Checkpoint?.Invoke(run.Checkpoint);
        var commit = run.Sync.NewCommit(meansName) with
        {
            Puts = current.Puts.Count > 0 ? [new StreamPuts(run.Mirrored.Name, current.Puts)] : [],
            Buries = current.Buries,
            Documents = checkpoint is null
                ? new Dictionary<string, string?>()
                : new Dictionary<string, string?>([Checkpoints.Document(run.Mirrored.Name, checkpoint)]),
        };
        var result = await run.Sync.Mirror.CommitAsync(commit, CancellationToken.None);
        if (checkpoint is not null)
            run.Sync.Checkpoints.Committed(run.Mirrored.Name, checkpoint);
        current.CountInto(run, result);
        return result;
    }

    /// <summary>Waits for the commit under way.</summary>
    private async Task SettledAsync(CancellationToken cancellationToken)
    {
        await pending.WaitAsync(cancellationToken);
        if (pendingBatch is null)
            return;
        pendingBatch.Dispose();
        (spent, pendingBatch) = (pendingBatch, null);
        run.Sync.Progress();
    }

    /// <summary>What is about to be loaded must not be waiting to be written.</summary>
    private async Task AwaitWritesOfAsync(RecordPage page, IReadOnlyList<RecordSlice> slices, CancellationToken cancellationToken)
    {
        await SettledAsync(cancellationToken);
        foreach (var slice in slices)
        {
            if (!batch.Keys.Contains(Fingerprint.OfId(page.IdOf(slice).Span)))
                continue;

            // The page at hand stays out of this commit, and so does its checkpoint.
            batch.Pages.Remove(page);
            await CommitAsync(wait: true, cancellationToken);
            batch.Pages.Add(page);
            return;
        }
    }

    private Task<Dictionary<RecordId, StoredRecord>> LoadAsync(RecordPage page, CancellationToken cancellationToken) =>
        LoadAsync(page, page.Records, cancellationToken);

    private async Task<Dictionary<RecordId, StoredRecord>> LoadAsync(
        RecordPage page, IReadOnlyList<RecordSlice> slices, CancellationToken cancellationToken)
    {
        var ids = slices.Select(slice => page.RecordIdOf(slice)).Distinct().ToList();
        var stored = await run.Sync.Mirror.LoadAsync(run.Mirrored.Name, ids, cancellationToken);
        return stored.ToDictionary(record => record.Id);
    }
}
