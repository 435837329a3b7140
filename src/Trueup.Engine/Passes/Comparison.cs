using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Says whether the mirror of a stream is equal to the CRM: by the ids of a complete enumeration where one was read, and by the CRM's own count.</summary>
internal static class Comparison
{
    /// <summary>Rounds of catching up before a difference in counts is reported: the CRM goes on changing, and its index lags.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    /// <summary>Compares, catching up once more where that may explain a difference.</summary>
    public static async Task RunAsync(StreamRun run, CancellationToken cancellationToken)
    {
        var idsAgree = true;
        string? reason = null;
        long? inApp = null;
        long inTrueup = 0;
        for (var round = 0; round < Pauses.Length; round++)
        {
            if (Pauses[round] > TimeSpan.Zero)
                await Task.Delay(Pauses[round], run.Sync.Clock, cancellationToken);
            if (round > 0)
                await CatchUpAsync(run, cancellationToken);

            inApp = await CountAsync(run, mayBelieve: round == 0, cancellationToken);
            var mirrored = await run.Sync.MirroredAsync(run.Mirrored.Name, cancellationToken);
            run.Refresh(mirrored);
            run.Known?.Take(run.Sync.Edits.Of(run.Mirrored.Name));
            inTrueup = mirrored.Live;
            idsAgree = !run.IsEnumerated || (run.Known!.SeenCount == mirrored.Live && run.Known.SeenDigest == mirrored.IdDigest);
            if (idsAgree && (inApp is null || inApp == inTrueup))
                break;
        }

        run.Note(report => report with { InApp = inApp, InTrueup = inTrueup });
        if (!idsAgree)
            await NameDifferencesAsync(run, cancellationToken);

        var report = run.Report;
        reason = (idsAgree, inApp == inTrueup || inApp is null, run.Question) switch
        {
            (_, _, { Answer: null } brake) =>
                $"This sync would bury {brake.Count:N0} of {inTrueup:N0} {run.Stream.Label}; say whether to bury or keep them.",
            (_, _, { Answer: BrakeAnswer.Keep } brake) =>
                $"{brake.Count:N0} {run.Stream.Label} that the app no longer shows are kept, as you decided.",
            (false, _, _) => $"The ids of {run.Stream.Label} in the app and in Trueup differ; the details name them.",
            (_, false, _) when report.SetAside > 0 =>
                $"The app counts {inApp:N0} {run.Stream.Label}, Trueup {inTrueup:N0}; {report.SetAside:N0} could not be mirrored, see the details.",
            (_, false, _) when run.IsEnumerated =>
                $"The app counts {inApp:N0} {run.Stream.Label} but lists {run.Known!.SeenCount:N0}; the next sync compares again.",
            (_, false, _) =>
                $"The app counts {inApp:N0} {run.Stream.Label}, Trueup {inTrueup:N0}; the next full sync finds out which differ.",
            _ when report.SetAside > 0 => $"{report.SetAside:N0} {run.Stream.Label} could not be mirrored; see the details.",
            _ when !run.IsEnumerated && run.Checkpoint.IdsDiffer =>
                $"The last full sync did not find the same {run.Stream.Label} in the app and in Trueup; the next one compares them again.",
            _ when !run.IsEnumerated && run.Checkpoint.VerifiedAt is null =>
                $"The ids of {run.Stream.Label} have not been compared yet; a full sync does.",
            _ => null,
        };
        await NoteAsync(run, idsAgree, isComplete: reason is null || (idsAgree && report.Difference == report.SetAside && run.Question is null), cancellationToken);
        run.End(reason is null ? SyncStatus.Verified : SyncStatus.Unverified, reason);
    }

    /// <summary>How many records the CRM says there are; null where it does not count and was not read whole.</summary>
    /// <param name="run">The stream.</param>
    /// <param name="mayBelieve">Whether a count that came with what was read is good enough. Where it disagrees, it is asked for by itself.</param>
    /// <param name="cancellationToken">Cancels.</param>
    private static async Task<long?> CountAsync(StreamRun run, bool mayBelieve, CancellationToken cancellationToken)
    {
        if (mayBelieve && !run.IsEnumerated && run.ToldCount is { } told)
            return told;
        return run.Sync.Connector is ICounts counts && run.Stream.Traits.Counts ? await counts.CountAsync(run.Stream, cancellationToken)
            : run.IsEnumerated ? run.Known!.SeenCount
            : null;
    }

    /// <summary>Remembers that ids agreed, and that the stream is complete, where that is news.</summary>
    private static async Task NoteAsync(StreamRun run, bool idsAgree, bool isComplete, CancellationToken cancellationToken)
    {
        var checkpoint = run.Checkpoint;
        if (isComplete && run.EnumeratedAtOnceAt is { } at)
            checkpoint = checkpoint.Reaching(at, run.Lag);
        var compared = !run.IsEnumerated ? checkpoint
            : idsAgree ? checkpoint with { VerifiedAt = run.Sync.Connector.Now, IdsDiffer = run.Report.SetAside > 0 }
            : checkpoint with { IdsDiffer = true };
        var next = compared with
        {
            Phase = isComplete || checkpoint.Phase == StreamPhase.Verified ? StreamPhase.Verified : StreamPhase.Verifying,
            Refusal = null,
        };
        if (next != run.Checkpoint)
            await run.Sync.SaveAsync(run.Mirrored.Name, next, cancellationToken);
    }

    private static async Task CatchUpAsync(StreamRun run, CancellationToken cancellationToken)
    {
        if (run.Stream.Traits.ReadsModified)
            await ModifiedPass.RunAsync(run, null, cancellationToken);
        await DeletionPass.RunAsync(run, null, cancellationToken);
    }

    private static async Task NameDifferencesAsync(StreamRun run, CancellationToken cancellationToken) =>
        await run.Sync.Mirror.VisitIndexAsync(run.Mirrored.Name, (id, _, isLive) =>
        {
            var key = Fingerprint.OfId(id);
            if (isLive && !run.Known!.IsSeen(key))
                run.NameExtra(System.Text.Encoding.UTF8.GetString(id));
            else if (!isLive && run.Known!.IsSeen(key))
                run.NameMissing(System.Text.Encoding.UTF8.GetString(id));
        }, cancellationToken);
}
