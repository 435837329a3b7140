using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Finds out what became of single records, by id.</summary>
internal static class IdPass
{
    /// <summary>Reads the ids and mirrors what the CRM says of each: its content, or why it is gone.</summary>
    public static async Task SettleAsync(
        StreamRun run, IReadOnlyList<RecordId> ids, int idsPerRead, Func<StreamCheckpoint, StreamCheckpoint> checkpoint,
        CancellationToken cancellationToken)
    {
        if (run.Sync.Connector is not IReadsByIds byIds)
            throw new CrmRefusedException($"{run.Stream.Label} cannot be read by id in this CRM.");

        await using var intake = new RecordIntake(run, Means.ById, "id");
        foreach (var some in ids.Distinct().Chunk(idsPerRead))
        {
            var found = await byIds.ReadByIdsAsync(run.Stream, run.Fields, some, cancellationToken);
            await intake.TakeAsync(found, cancellationToken);
            await intake.FinishAsync(checkpoint, cancellationToken);
        }
    }
}
