using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Asks how many records there are.</summary>
/// <remarks>Companies are counted for forecasts only: list and scroll show different ones. Source: intercom.md, section 9, 2026-09.</remarks>
internal sealed class Counting(IntercomApi api)
{
    public async Task<long> CountAsync(IntercomStream stream, CancellationToken cancellationToken)
    {
        var answer = stream.Name switch
        {
            "tickets" => await api.SearchAsync("/tickets/search", "count tickets", new SearchBody("created_at", "created_at", Descending: false, null).Bytes(1), cancellationToken),
            "companies" => await api.PostAsync("/companies/list?page=1&per_page=1", "count companies", cancellationToken),
            "contacts" or "conversations" => await api.GetAsync($"/{stream.Name}?per_page=1", $"count {stream.Name}", cancellationToken),
            _ => throw new CrmRefusedException($"Intercom counts no {stream.Label}."),
        };
        return answer.Number("total_count") ?? throw new CrmContractException($"Intercom does not say how many {stream.Label} there are.");
    }

    public async Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<StreamName, long>();
        foreach (var stream in streams.Where(stream => IntercomStream.Of(stream).Reading != Reading.Whole))
            counts[stream.Name] = await CountAsync(IntercomStream.Of(stream), cancellationToken);
        return counts;
    }
}
