using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Stops a sync that would bury too much of a stream, and asks a person.</summary>
/// <remarks>A scope that was taken away, a half-broken list or a wrong account all look like a mass deletion (invariant I12).</remarks>
internal static class Brake
{
    /// <summary>Whether so many records may be buried. If not, the checkpoint says that a person is asked.</summary>
    /// <param name="run">The stream.</param>
    /// <param name="records">How many records would be buried.</param>
    /// <param name="digest">Which.</param>
    /// <param name="isComplete">Whether these are all that a complete enumeration left out. Only then does a small number withdraw
    /// the question: a list of deletions knows nothing of records that went without being listed.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<bool> LetsPassAsync(StreamRun run, long records, UInt128 digest, bool isComplete, CancellationToken cancellationToken)
    {
        // What a sync may bury, its passes share.
        var ordinary = Math.Max(EngineOptions.AlwaysAllowedBurials, (long)(run.Mirrored.Live * run.Sync.Options.DeletesBrake));
        var allowed = ordinary + run.BurialsAgreed - run.Report.Buried;
        var checkpoint = run.Checkpoint;
        var which = digest.ToString("x32");
        if (records <= allowed)
        {
            if (isComplete && checkpoint.Brake is not null)
                await run.Sync.SaveAsync(run.Mirrored.Name, checkpoint with { Brake = null }, cancellationToken);
            return true;
        }

        // The answer was given about so many records. Had many more gone since, the person would want to know.
        if (checkpoint.Brake is { Answer: BrakeAnswer.Bury } agreed && records <= agreed.Records + ordinary)
        {
            run.BurialsAgreed += records;
            await run.Sync.SaveAsync(run.Mirrored.Name, checkpoint with { Brake = null }, cancellationToken);
            return true;
        }

        // This sync's enumeration has asked about these records and perhaps more.
        if (!isComplete && run.IsEnumerated && checkpoint.Brake is not null)
            return false;

        if (checkpoint.Brake is not { Answer: BrakeAnswer.Keep } kept || kept.Digest != which)
            await run.Sync.SaveAsync(run.Mirrored.Name, checkpoint with { Brake = new BrakeCheckpoint(records, which, null) }, cancellationToken);
        return false;
    }
}
