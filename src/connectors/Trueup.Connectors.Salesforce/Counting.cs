using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Asks how many live records there are.</summary>
internal sealed class Counting(SalesforceApi api, Shapes shapes, TimeProvider clock)
{
    // Sizes change slowly against the thousands of records that make a difference.
    private static readonly TimeSpan SizesLast = TimeSpan.FromHours(1);

    private volatile Sizes? sizes;

    public async Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        var shape = await shapes.OfAsync(stream, cancellationToken);
        try
        {
            var answer = await api.QueryAsync(
                Soql.Select(["COUNT()"], shape.Name, [shape.LiveCondition]), shape.AsksAmongAll, stamp: null, $"count {stream.Name}", cancellationToken);
            answer.Page.Dispose();
            return answer.Total
                ?? throw new CrmContractException($"Salesforce did not say how many records {stream.Name} has; the count is tried again with the next sync.");
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.Timeout)
        {
            throw new CrmUnavailableException($"Salesforce takes too long to count {stream.Name}; the next sync tries again. {refused.Message}");
        }
    }

    /// <summary>Reads the org's own report of record numbers: one call for all objects, of unknown freshness, and without regard to what this
    /// user may see. Source: developer.salesforce.com REST API, "Record Count", read on 2026-09.</summary>
    public async Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken)
    {
        var counts = await SizesAsync([.. streams.Select(stream => stream.TypeId)], cancellationToken);
        return streams.Where(stream => counts.ContainsKey(stream.TypeId)).ToDictionary(stream => stream.Name, stream => counts[stream.TypeId]);
    }

    /// <summary>How large a stream is, roughly, as of the last hour and mostly without a call.</summary>
    public async Task<long> SizeAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        if (sizes is not { } known || clock.GetUtcNow() - known.ReadAt > SizesLast || !known.Asked.Contains(stream.TypeId))
            known = new Sizes(await SizesAsync([.. shapes.KnownTypes.Union([stream.TypeId])], cancellationToken), [.. shapes.KnownTypes, stream.TypeId], clock.GetUtcNow());
        sizes = known;
        try
        {
            return known.Counts.TryGetValue(stream.TypeId, out var size) ? size : await CountAsync(stream, cancellationToken);
        }
        catch (CrmUnavailableException)
        {
            // Too many to be counted in time.
            return long.MaxValue;
        }
    }

    private async Task<IReadOnlyDictionary<string, long>> SizesAsync(IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        try
        {
            var report = await api.GetAsync(api.Paths.RecordCounts + "?sObjects=" + string.Join(',', types), "record counts", cancellationToken);
            return report.Items("sObjects").Where(row => row.Text("name") is not null && row.Number("count") is not null)
                .DistinctBy(row => row.Text("name")).ToDictionary(row => row.Text("name")!, row => row.Number("count")!.Value);
        }
        catch (Exception refusal) when (refusal is CrmForbiddenException or CrmNotFoundException or CrmRefusedException or CrmContractException)
        {
            // It needs the permission View Setup and Configuration. A forecast is a convenience: without it the percentage is rougher, and nothing else.
            return new Dictionary<string, long>();
        }
    }

    private sealed record Sizes(IReadOnlyDictionary<string, long> Counts, HashSet<string> Asked, DateTimeOffset ReadAt);
}
