using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Changes links: checks the changes, then takes links away, then adds them, one batch after the other, so that no two are at the same record.</summary>
/// <remarks>May be run again after a failure, and goes on with the changes that have not ended. Not for concurrent use.</remarks>
internal sealed class LinkBatches(EditContext edit, LinkPreflight preflight, IReadOnlyList<EditItem> items) : IEditBatch
{
    private Queue<LinkBatchRun>? left;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        left ??= new Queue<LinkBatchRun>(BatchesOf(await preflight.CheckAsync(items, cancellationToken)));
        while (left.TryPeek(out var batch) && edit.Stop is null)
        {
            await batch.RunAsync(cancellationToken);
            left.Dequeue();
        }
    }

    private IEnumerable<LinkBatchRun> BatchesOf(IReadOnlyList<LinkWork> works)
    {
        if (edit.Connector is not IWritesLinks writes)
            yield break;
        foreach (var group in works.GroupBy(work => (work.Pair, work.Removes)).OrderByDescending(group => group.Key.Removes))
        {
            var (from, to) = preflight.StreamsOf(group.Key.Pair);
            foreach (var some in group.Chunk(writes.LinksPerBatch))
                yield return new LinkBatchRun(edit, writes, new LinkReading(edit, group.Key.Pair, from, to), some);
        }
    }
}
