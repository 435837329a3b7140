using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Some changes of one kind, as many as the CRM takes at once.</summary>
internal interface IEditBatch
{
    /// <summary>Runs it. After a failure it can be run again, and goes on with the changes that have not ended.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>Carries out one edit run: checks, reads what the CRM holds, decides, writes, and makes the mirror follow.</summary>
/// <remarks>May end at any point, also with the process, and be run again: what had been sent is settled by asking the CRM, what had not is gone on with.</remarks>
internal sealed class EditRun(EditContext edit)
{
    /// <summary>Times that a change is sent which was not heard of and, as the record shows, not made. Beyond that the app has a trouble of its own.</summary>
    public const int MostRounds = 3;

    /// <summary>What was sent and not heard of may still be under way in the app; asked too soon it would seem not to be done.</summary>
    public static readonly TimeSpan PauseBeforeAsking = TimeSpan.FromSeconds(1);

    private const int ItemsAtOnce = 1_000;

    /// <summary>Times in a row that a batch is tried while the CRM cannot be reached. Each has been retried by the HTTP pipeline already.</summary>
    private const int MostFailures = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>Runs to the end. Errors of the CRM end up in the report; those of the mirror and of the journal, and cancellation, are thrown.</summary>
    public async Task<EditReport> RunAsync(CancellationToken cancellationToken)
    {
        using var scope = ApiScope.Begin(ApiPriority.Interactive);
        var facts = await RunFacts.GatherAsync(edit.Order, edit.Stream, edit.Mirror, edit.Journal, cancellationToken);
        var preflight = new Preflight(edit.Stream, edit.Traits, facts);
        var links = new LinkPreflight(edit, facts);
        int SizeOf(WriteKind kind) => facts.CountOf(kind) >= edit.Traits.LargeFrom ? edit.Traits.RecordsPerLargeBatch : edit.Traits.RecordsPerBatch;
        var itemsAtOnce = Math.Max(ItemsAtOnce, Enum.GetValues<WriteKind>().Max(SizeOf));
        for (var (after, hasWaited) = (-1, false); edit.Stop is null;)
        {
            var items = await edit.Journal.ReadAsync(edit.Order.Run, after, itemsAtOnce, openOnly: true, cancellationToken);
            if (items.Count == 0)
                break;
            after = items[^1].Position;
            if (!hasWaited && items.Any(item => item.SentAt is not null))
            {
                // The process that sent them may have died a moment ago.
                hasWaited = true;
                await GuardAsync(() => edit.WaitBeforeAskingAsync(TimeSpan.Zero, cancellationToken), cancellationToken);
            }

            await WorkAsync([.. items.Where(item => !item.IsLink)], preflight, SizeOf, cancellationToken);
            if (items.Where(item => item.IsLink).ToList() is { Count: > 0 } linked)
            {
                var batches = new LinkBatches(edit, links, linked);
                await GuardAsync(() => batches.RunAsync(cancellationToken), cancellationToken);
            }
        }

        await SettleLostAsync(cancellationToken);
        if (edit.Stop is { } why)
            await LeaveRestAsync(why, cancellationToken);
        var isSettled = (await edit.Journal.ReadAsync(edit.Order.Run, -1, 1, openOnly: true, cancellationToken)).Count == 0;
        return new EditReport
        {
            IsSettled = isSettled,
            Stopped = edit.Stop?.Message ?? (isSettled ? null : "The app did not answer some changes, and does not tell yet what became of them."),
            Updated = [.. edit.Updated], Created = [.. edit.Created], Deleted = [.. edit.Deleted], Linked = [.. edit.Linked],
            ApiCalls = scope.Calls, Retries = scope.Retries, Bytes = scope.Bytes,
        };
    }

    /// <summary>A change that was certainly not carried out.</summary>
    internal static EditItem NotSent(EditItem item, CrmException why) => item.Ended(EditResult.Rejected, $"Not sent: {why.Message}") with { SentAt = null };

    private async Task WorkAsync(IReadOnlyList<EditItem> items, Preflight preflight, Func<WriteKind, int> sizeOf, CancellationToken cancellationToken)
    {
        var stored = (await edit.Mirror.LoadAsync(edit.Stream.Name, [.. items.Where(item => item.Id != default).Select(item => item.Id).Distinct()], cancellationToken))
            .ToDictionary(record => record.Id);
        List<EditItem> rejected = [], checkedOnes = [];
        foreach (var item in items)
        {
            // What was sent before a crash has passed the checks, and has to be settled whatever they would say now.
            var prepared = item.SentAt is not null ? item : preflight.Check(item, stored.GetValueOrDefault(item.Id));
            if (!prepared.IsOpen)
                rejected.Add(prepared);
            else
                checkedOnes.Add(prepared.Kind == WriteKind.Update ? Seen(prepared, stored[item.Id]) : prepared);
        }

        await edit.SaveAsync(rejected, cancellationToken);
        await Parallel.ForEachAsync(
            Batches(checkedOnes, sizeOf),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = edit.Traits.BatchesAtOnce, TaskScheduler = TaskScheduler.Current, CancellationToken = cancellationToken,
            },
            async (batch, stop) => await GuardAsync(() => batch.RunAsync(stop), stop));
    }

    private static EditItem Seen(EditItem item, StoredRecord stored)
    {
        var told = EditValues.Read(item.Seen);
        var held = EditValues.Pick(stored.Properties, EditValues.Read(item.Wanted).Keys);
        return item with { Seen = EditValues.Write(held.Select(value => told.TryGetValue(value.Key, out var seen) ? KeyValuePair.Create(value.Key, seen) : value)) };
    }

    private IEnumerable<IEditBatch> Batches(IEnumerable<EditItem> items, Func<WriteKind, int> sizeOf)
    {
        foreach (var kind in items.Where(item => item is not { Kind: WriteKind.Create, SentAt: not null }).GroupBy(item => item.Kind))
        {
            foreach (var some in kind.Chunk(sizeOf(kind.Key)))
            {
                yield return kind.Key switch
                {
                    WriteKind.Update => new UpdateBatch(edit, some),
                    WriteKind.Create => new CreateBatch(edit, some),
                    _ => new GoneBatch(edit, kind.Key, some),
                };
            }
        }
    }

    /// <summary>A trouble that passes is waited for; any other ends the run for what has not been sent yet.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Only errors of the CRM are caught.")]
    private async Task GuardAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        for (var failures = 0; edit.Stop is null;)
        {
            try
            {
                await work();
                return;
            }
            catch (CrmUnavailableException problem) when (++failures < MostFailures)
            {
                var pause = problem.RetryAfter ?? FirstPause * failures;
                edit.Log.LogWarning("Edit run {Run} waits {Pause}: {Reason}", edit.Order.Run, pause, problem.Message);
                await Task.Delay(pause, edit.Clock, cancellationToken);
            }
            catch (CrmException problem)
            {
                edit.Stop = problem;
            }
        }
    }

    private async Task SettleLostAsync(CancellationToken cancellationToken)
    {
        var lost = new List<EditItem>();
        for (var after = -1; ;)
        {
            var open = await edit.Journal.ReadAsync(edit.Order.Run, after, ItemsAtOnce, openOnly: true, cancellationToken);
            if (open.Count == 0)
                break;
            after = open[^1].Position;
            lost.AddRange(open.Where(item => item is { Kind: WriteKind.Create, SentAt: not null }));
        }

        if (lost.Count == 0)
            return;
        try
        {
            await new LostCreates(edit).SettleAsync(lost, cancellationToken);
        }
        catch (CrmException problem)
        {
            // They stay open, and are asked about again when the run is gone on with.
            edit.Stop ??= problem;
        }
    }

    /// <summary>Ends what was never sent. What was sent stays open until the CRM can be asked.</summary>
    private async Task LeaveRestAsync(CrmException why, CancellationToken cancellationToken)
    {
        for (var after = -1; ;)
        {
            var open = await edit.Journal.ReadAsync(edit.Order.Run, after, ItemsAtOnce, openOnly: true, cancellationToken);
            if (open.Count == 0)
                return;
            after = open[^1].Position;
            await edit.SaveAsync([.. open.Where(item => item.SentAt is null).Select(item => NotSent(item, why))], cancellationToken);
        }
    }
}
