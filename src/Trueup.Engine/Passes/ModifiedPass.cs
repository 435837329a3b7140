using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Reads what was modified since the watermark, at two speeds: up to now for freshness, while the watermark itself stays
/// behind the index lag, so that late rows are read again (invariants I2, I3).</summary>
internal static class ModifiedPass
{
    /// <summary>Beyond this many records, and <see cref="ShareBeforeFullRead"/> of the stream, reading everything is cheaper and exact.</summary>
    private const long RecordsBeforeFullRead = 50_000;

    private const double ShareBeforeFullRead = 0.3;

    /// <summary>How far beyond the CRM's now the read reaches: its time comes in whole seconds, and what was edited a moment ago belongs into
    /// a sync that was asked for a moment ago. The watermark is not moved by it.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    /// <summary>Runs the pass.</summary>
    /// <param name="run">The stream.</param>
    /// <param name="since">Where to begin, if earlier than the watermark demands; null: as the watermark demands.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>False if so much was modified that a full read should take over. What was read is mirrored all the same.</returns>
    public static async Task<bool> RunAsync(StreamRun run, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        // A read that goes on in the middle sees nothing of what changed before its cursor meanwhile: a fresh one follows it.
        var goesOn = run.Checkpoint.ModifiedRead?.Cursor is not null;
        return await ReadAsync(run, since, cancellationToken) && (!goesOn || await ReadAsync(run, since, cancellationToken));
    }

    private static async Task<bool> ReadAsync(StreamRun run, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        if (run.Sync.Connector is not IReadsModified reads)
            throw new CrmRefusedException($"{run.Stream.Label} cannot be read by modification time in this CRM.");

        var window = Window(run, since);
        var mayReadSoMany = Math.Max(RecordsBeforeFullRead, (long)(run.Mirrored.Live * ShareBeforeFullRead));
        var setAside = run.Report.SetAside;
        long read = 0;
        await using var intake = new RecordIntake(run, Means.Modified, "search");
        var pages = PageReader.ReadAsync(
            (cursor, stop) => reads.ReadModifiedAsync(new ModifiedRead(run.Stream, run.Fields, window.Since, run.Sync.Connector.Now + Ahead, cursor), stop),
            window.Cursor, run.Sync, cancellationToken);
        var isWhole = await intake.TakeAllAsync(
            pages,
            page =>
            {
                read += page.Records.Count;
                run.ToldCount = page.LiveCount ?? run.ToldCount;
                window = window with { Cursor = page.Next ?? window.Cursor, LeftOut = window.LeftOut || page.SetAside.Count > 0 };
                var reached = window;
                return checkpoint => checkpoint with { ModifiedRead = reached };
            },
            () => read > mayReadSoMany && !run.IsEnumerated, cancellationToken);
        if (!isWhole)
        {
            await intake.FinishAsync(checkpoint => checkpoint with { ModifiedRead = null }, cancellationToken);
            return false;
        }

        await intake.FinishAsync(
            checkpoint =>
            {
                var measured = checkpoint with
                {
                    ObservedLag = intake.Lateness > checkpoint.ObservedLag ? intake.Lateness : checkpoint.ObservedLag,
                    ModifiedPerHour = read / Math.Max(1, (window.Until - window.Since).TotalHours),
                };

                // A record that came without an id, say, is not mirrored: nobody would ask for it again before the next enumeration.
                return window.LeftOut || run.Report.SetAside > setAside ? measured.Leaving(window.Until) : measured.Reaching(window.Until, run.Lag);
            },
            cancellationToken);
        return true;
    }

    private static ModifiedReadCheckpoint Window(StreamRun run, DateTimeOffset? since)
    {
        var checkpoint = run.Checkpoint;

        // A read that was interrupted is finished first, with its own window: the cursor is good for that window only.
        if (checkpoint.ModifiedRead is { } begun && (since is null || begun.Since <= since))
            return begun;

        var mark = checkpoint.Watermark ?? DateTimeOffset.UnixEpoch;
        var from = since is { } asked && asked < mark ? asked : mark;
        return new ModifiedReadCheckpoint(from, run.Sync.Connector.Now, null);
    }
}
