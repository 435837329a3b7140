using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Simulation.Edits;

namespace Trueup.Simulation.Service;

/// <summary>Carries out the edit runs of one account in one process, beside its syncs, as the product does. A run that did not get to its end is gone on with.</summary>
/// <param name="account">The account.</param>
/// <param name="keeper">What keeps the account in the process.</param>
public sealed class KeptEdits(Account account, Keeper keeper)
{
    private static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromSeconds(30);

    private readonly HashSet<KeptRun> atWork = [];

    /// <summary>Begins with every run that has not ended, or goes on with it.</summary>
    public void Look()
    {
        foreach (var run in account.Edits.Open)
            if (atWork.Add(run))
                account.World.Begin(() => CarryOutAsync(run));
    }

    private async Task CarryOutAsync(KeptRun run)
    {
        while (!await TryAsync(run))
        {
            await Task.Delay(PauseBeforeRetry, keeper.Machine.Clock);
            if (keeper.IsFencedOff)
                return;
        }
    }

    /// <summary>Answers whether the run has ended.</summary>
    private async Task<bool> TryAsync(KeptRun run)
    {
        try
        {
            return await RunAsync(run);
        }
        catch (FencedOffException)
        {
            account.Voice.Say($"#{keeper.Machine.Number} {run.Order.Run} is fenced off and left to another process");
            return true;
        }
        catch (Exception trouble) when (trouble is MirrorException or CrmException)
        {
            account.Voice.Say($"#{keeper.Machine.Number} {run.Order.Run} waits: {trouble.GetType().Name}");
            return false;
        }
    }

    private async Task<bool> RunAsync(KeptRun run)
    {
        if (run.EndedAt is not null)
            return true;
        var before = (keeper.SyncsBegun, IsRunning: keeper.Current is not null);
        var report = await keeper.Engine!.EditAsync(run.Order, account.Edits.For(keeper.Machine), () => { }, CancellationToken.None);
        await keeper.Machine.PassAsync(FatePoint.BeforeCommit);
        ReadAgain(run, report, hadSync: before.IsRunning || keeper.SyncsBegun != before.SyncsBegun);
        if (!report.IsSettled)
            return false;
        if (run.EndedAt is not null)
            return true;
        run.EndedAt = account.World.Time.GetUtcNow();
        account.Voice.Say($"#{keeper.Machine.Number} {run.Order.Run} ends: {string.Join(", ", run.Items.CountBy(item => item.Result).OrderBy(count => count.Key).Select(count => $"{count.Value} {count.Key}"))}");
        await account.Checks.EditEndedAsync(keeper, run);
        return true;
    }

    /// <summary>Has records read once more: all that were written, where a sync was at work beside the run, and those that were made, because apps link new records by themselves.</summary>
    private void ReadAgain(KeptRun run, EditReport report, bool hadSync)
    {
        var made = hadSync || keeper.Connector is IReadsAssociations ? report.Created : [];
        var linked = hadSync ? report.Linked : [];
        var written = hadSync ? report.Updated.Concat(report.Deleted).Distinct().ToList() : [];
        if (made.Concat(linked).Distinct().ToList() is { Count: > 0 } links)
            account.Journal.Waiting.Add(account.Journal.Request(SyncKind.Records, run.Order.Stream, links));
        if (written.Count > 0)
            account.Journal.Waiting.Add(account.Journal.Request(SyncKind.Records, run.Order.Stream, written, linkedIds: []));
        if (made.Count + linked.Count + written.Count > 0)
            keeper.Wake();
    }
}
