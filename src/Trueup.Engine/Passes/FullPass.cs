using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Reads everything the CRM has of a stream and compares it with the mirror: backfill and reconciliation in one.</summary>
internal static class FullPass
{
    /// <summary>Records asked for by id in one go, when it has to be found out what became of those that were not listed.</summary>
    private const int CandidatesPerRead = 1_000;

    /// <summary>A CRM that never lists a record must not make every read by modification time longer than the one before.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromDays(2);

    /// <summary>Runs the pass. Afterwards <see cref="StreamRun.Known"/> holds what the CRM listed.</summary>
    /// <remarks>Where the CRM can be asked for what was modified, that read moves the watermark and this one does not: a list may end early
    /// without a word, and leave out what the mirror does not know yet.</remarks>
    /// <param name="run">The stream.</param>
    /// <param name="takesOver">Whether so much was modified that it is read by this pass instead.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task RunAsync(StreamRun run, bool takesOver, CancellationToken cancellationToken)
    {
        var sync = run.Sync;
        var fullRead = await BeginAsync(run, cancellationToken);
        var isFirstLoad = run.Checkpoint.Watermark is null;
        var setAside = run.Report.SetAside;
        var calculated = run.CalculatedFields;
        run.Known = await KnownRecords.LoadAsync(sync.Mirror, run.Mirrored, run.Report.InApp ?? 0, cancellationToken);

        // A first load goes on where it stopped: whatever the mirror holds by then was listed by this very read, and the CRM's count has to
        // confirm it afterwards. Later reads begin anew, because what was seen before the interruption is not known, and absence must be proved.
        run.IsResumed = isFirstLoad && fullRead.Cursor is not null;
        if (run.IsResumed)
            run.Known.MarkAllLiveSeen();

        await using (var intake = new RecordIntake(run, Means.Full, "list"))
        {
            var pages = PageReader.ReadAsync(
                (cursor, stop) => sync.Connector.ReadAllAsync(new FullRead(run.Stream, run.Fields, cursor), stop),
                fullRead.Cursor, sync, cancellationToken);
            await intake.TakeAllAsync(
                pages,
                page =>
                {
                    fullRead = fullRead with { Cursor = page.Next ?? fullRead.Cursor, Pages = fullRead.Pages + 1 };
                    var reached = fullRead;
                    return checkpoint => checkpoint with { FullRead = reached };
                },
                isEnough: null, cancellationToken);

            await intake.FinishAsync(checkpoint => checkpoint with { FullRead = fullRead }, cancellationToken);
        }

        run.IsEnumerated = true;
        var leftOut = await BuryUnseenAsync(run, fullRead, cancellationToken) || run.Report.SetAside > setAside;
        run.EnumeratedAtOnceAt = fullRead.Pages <= 1 && !leftOut ? fullRead.StartedAt : null;
        var read = run.Checkpoint with { FullRead = null, NeedsBackfill = false };

        // Live records that were not listed have been read by id by now; those that a person has to decide about first have not.
        if (calculated.Count > 0 && run.Report.SetAside == setAside && run.Question is not { Answer: null })
            read = read.Refreshing(calculated, fullRead.StartedAt);
        var isOverdue = !(read.Watermark >= fullRead.StartedAt - LongestHold);
        var vouches = takesOver || !run.Stream.Traits.ReadsModified;
        await sync.SaveAsync(
            run.Mirrored.Name,
            isOverdue || (vouches && !leftOut) ? read.Reaching(fullRead.StartedAt, run.Lag) : read.Leaving(fullRead.StartedAt),
            cancellationToken);
    }

    private static async Task<FullReadCheckpoint> BeginAsync(StreamRun run, CancellationToken cancellationToken)
    {
        var checkpoint = run.Checkpoint;
        if (checkpoint is { FullRead: { } begun, Watermark: null })
            return begun;

        var fresh = new FullReadCheckpoint(run.Sync.Request.Id, run.Sync.Connector.Now, null, 0);
        await run.Sync.SaveAsync(
            run.Mirrored.Name,
            checkpoint with { FullRead = fresh, Phase = checkpoint.Phase == StreamPhase.Verified ? StreamPhase.Verified : StreamPhase.Loading },
            cancellationToken);
        return fresh;
    }

    /// <summary>Absence is not proof: what was not listed is read by id, and buried only with a cause.</summary>
    /// <returns>Whether records turned out to be live, or a person has to say first whether they are to be looked into. A list that left
    /// those out may have left out others, and what changed of them, of which the mirror knows nothing.</returns>
    private static async Task<bool> BuryUnseenAsync(StreamRun run, FullReadCheckpoint fullRead, CancellationToken cancellationToken)
    {
        var known = run.Known!;
        var candidates = new List<RecordId>();
        if (known.CountUnseenLive() > 0)
        {
            await run.Sync.Mirror.VisitIndexAsync(run.Mirrored.Name, (id, _, isLive) =>
            {
                if (isLive && !known.IsSeen(Fingerprint.OfId(id)))
                    candidates.Add(new RecordId(System.Text.Encoding.UTF8.GetString(id)));
            }, cancellationToken);
        }

        var mayGo = await run.Brake.LetPassAsync(candidates, isComplete: true, cancellationToken);
        await IdPass.SettleAsync(run, mayGo, CandidatesPerRead, checkpoint => checkpoint with { FullRead = fullRead }, cancellationToken);
        return run.Question is { Answer: null } || mayGo.Any(candidate => known.IsSeen(Fingerprint.OfId(candidate)));
    }
}
