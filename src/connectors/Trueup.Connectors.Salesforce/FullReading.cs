using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads every live record: by pages of a query where there are few, as a bulk job where there are many and the object allows it.</summary>
internal sealed class FullReading(QueryWalk walk, BulkReading bulk, Shapes shapes)
{
    public async IAsyncEnumerable<RecordPage> ReadAsync(
        FullRead request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shape = await shapes.OfAsync(request.Stream, cancellationToken);
        if (await bulk.BeginAsync(request, shape, cancellationToken) is { } job)
        {
            await foreach (var page in bulk.ReadAsync(request, shape, job, cancellationToken))
                yield return page;
            yield break;
        }
        var query = new WalkedQuery(request.Stream, request.Fields, [shape.LiveCondition]);
        await foreach (var page in walk.ThroughAsync(query, request.Resume, shrinks: true, cancellationToken))
            yield return page;
    }
}
