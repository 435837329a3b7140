using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Adds or takes away the links of one batch: reads what the CRM has, decides, writes, and reads again. What is there afterwards decides.</summary>
/// <remarks>May be run again after a failure, and goes on with the links that have not ended. Not for concurrent use.</remarks>
internal sealed class LinkBatchRun(EditContext edit, IWritesLinks writes, LinkReading reading, IReadOnlyList<LinkWork> works) : IEditBatch
{
    private static readonly IReadOnlyList<Association> None = [];

    private IReadOnlyList<LinkWork> left = works;
    private int round;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (left.Count > 0 && edit.Stop is null)
        {
            // What was not heard of may still be on its way.
            if (round > 0)
                await Task.Delay(EditRun.PauseBeforeAsking * round, edit.Clock, cancellationToken);
            var links = await edit.WhileFreshAsync(left.Count, () => ReadAsync(left, cancellationToken));
            var isLast = ++round > EditRun.MostRounds;
            var decided = left.Select(work => work with { Item = Decide(work, links.GetValueOrDefault(work.Source) ?? None, isLast) }).ToList();
            await edit.SaveAsync([.. decided.Select(work => work.Item)], cancellationToken);
            left = [.. decided.Where(work => work.Item.IsOpen)];
            if (left.Count > 0)
                left = await WriteAsync(left, cancellationToken);
        }
    }

    private EditItem Decide(LinkWork work, IReadOnlyList<Association> links, bool isLast)
    {
        var item = work.Item;
        var current = work.Touched(links);
        switch (LinkDecisions.Between(work, work.Read(item.Seen), current, edit.Order.Rule))
        {
            case LinkDecision.Unmodified:
                return item with { Result = item.SentAt is null ? EditResult.Unmodified : EditResult.Updated, After = work.Write(current) };
            case LinkDecision.Conflict:
                return item.Ended(EditResult.Conflict, $"Somebody else changed {work.Words} since Trueup saw it.") with
                {
                    Before = item.Seen, After = work.Write(LinkDecisions.Expected(work, current)), Current = work.Write(current),
                };
            default:
                if (isLast)
                    return item.Ended(EditResult.Rejected, "The app did not answer, and the links show that the change was not made.");
                var before = item with { Before = item.Before ?? work.Write(current) };
                return edit.Order.IsPreview
                    ? before with { Result = EditResult.Updated, After = work.Write(LinkDecisions.Expected(work, current)) }
                    : before with { Result = EditResult.Sending, SentAt = item.SentAt ?? edit.Clock.GetUtcNow() };
        }
    }

    /// <summary>Writes, and answers those that were not heard of.</summary>
    private async Task<IReadOnlyList<LinkWork>> WriteAsync(IReadOnlyList<LinkWork> sending, CancellationToken cancellationToken)
    {
        var (from, to) = reading.Streams;
        var batch = new LinkBatch(from, to, sending[0].Removes, [.. sending.Select(work => new LinkWrite(work.Source, work.Target, work.Type))]);
        var outcomes = await writes.WriteLinksAsync(batch, cancellationToken);
        var (ended, written, again) = (new List<EditItem>(), new List<LinkWork>(), new List<LinkWork>());
        for (var index = 0; index < outcomes.Count; index++)
        {
            var work = sending[index];
            switch (outcomes[index])
            {
                case WriteOutcome.Written:
                    written.Add(work);
                    break;
                case WriteOutcome.Rejected rejected:
                    ended.Add(work.Item.Ended(EditResult.Rejected, rejected.Reason));
                    break;
                case WriteOutcome.Unsent unsent:
                    edit.Stop = unsent.Why;
                    ended.Add(EditRun.NotSent(work.Item, unsent.Why));
                    break;
                default:
                    again.Add(work);
                    break;
            }
        }

        await edit.SaveAsync(ended, cancellationToken);
        if (written.Count > 0)
        {
            var links = await ReadAsync(written, cancellationToken);
            await edit.SaveAsync([.. written.Select(work => Written(work, work.Touched(links.GetValueOrDefault(work.Source) ?? None)))], cancellationToken);
        }

        return again;
    }

    private static EditItem Written(LinkWork work, IReadOnlyList<HeldLink> after)
    {
        var ended = work.Item with { Result = EditResult.Updated, After = work.Write(after) };
        return LinkDecisions.IsDone(work, after) ? ended
            : ended.Ended(EditResult.Rejected, $"The app said that it was written, but {work.Words} is {(work.Removes ? "there still" : "not there")}.");
    }

    private Task<IReadOnlyDictionary<RecordId, IReadOnlyList<Association>>> ReadAsync(IReadOnlyList<LinkWork> some, CancellationToken cancellationToken) =>
        reading.ReadAsync(
            [
                .. some.Select(work => work.Source)

                    // Within one stream the mirror stores a link from both of its ends.
                    .Concat(some[0].Pair.From == some[0].Pair.To ? some.Select(work => work.Target) : []).Distinct(),
            ],
            cancellationToken);
}
