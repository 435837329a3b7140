using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Stops a sync that would bury too much of a stream, and asks a person.</summary>
/// <remarks>A scope that was taken away, a half-broken list or a wrong account all look like a mass deletion (invariant I12).</remarks>
internal static class Brake
{
    /// <summary>Whether so many records may be buried. If not, the checkpoint says that a person is asked.</summary>
    public static async Task<bool> LetsPassAsync(StreamRun run, long records, UInt128 digest, CancellationToken cancellationToken)
    {
        var allowed = Math.Max(EngineOptions.AlwaysAllowedBurials, (long)(run.Mirrored.Live * run.Sync.Options.DeletesBrake));
        var checkpoint = run.Checkpoint;
        var which = digest.ToString("x32");
        if (records <= allowed)
        {
            if (checkpoint.Brake is not null)
                await run.Sync.SaveAsync(run.Mirrored.Name, checkpoint with { Brake = null }, cancellationToken);
            return true;
        }

        if (checkpoint.Brake is { Answer: BrakeAnswer.Bury })
        {
            await run.Sync.SaveAsync(run.Mirrored.Name, checkpoint with { Brake = null }, cancellationToken);
            return true;
        }

        if (checkpoint.Brake is not { Answer: BrakeAnswer.Keep } kept || kept.Digest != which)
            await run.Sync.SaveAsync(run.Mirrored.Name, checkpoint with { Brake = new BrakeCheckpoint(records, which, null) }, cancellationToken);
        return false;
    }
}
