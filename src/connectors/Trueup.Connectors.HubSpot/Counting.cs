using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Asks a search how many live records there are.</summary>
internal sealed class Counting(HubSpotApi api)
{
    private static readonly byte[] Body = """{"properties":["hs_object_id"],"limit":1}"""u8.ToArray();

    public async Task<long> CountAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        var answered = await api.SearchAsync(stream, Body, cancellationToken);
        answered.Page.Dispose();
        return answered.Facts.Total
            ?? throw new CrmContractException($"HubSpot did not say how many records {stream.Name} has; the count is tried again with the next sync.");
    }

    /// <summary>Reads the portal's own report of record numbers: one call for all types, of unknown freshness, and silent about activities.
    /// Source: hubspot.md §4, 2026-09.</summary>
    public async Task<IReadOnlyDictionary<StreamName, long>> EstimateAsync(IReadOnlyList<StreamDescription> streams, CancellationToken cancellationToken)
    {
        try
        {
            var report = await api.GetAsync(HubSpotPaths.Limits, "record limits", cancellationToken);
            var usage = Usage(report, "hubspotDefinedObjectTypes")
                .Concat(report.TryGetProperty("customObjectTypes", out var custom) ? Usage(custom, "byObjectType") : [])
                .DistinctBy(type => type.TypeId).ToDictionary(type => type.TypeId, type => type.Records);
            return streams.Where(stream => usage.ContainsKey(stream.TypeId)).ToDictionary(stream => stream.Name, stream => usage[stream.TypeId]);
        }
        catch (Exception refusal) when (refusal is CrmForbiddenException or CrmNotFoundException or CrmRefusedException or CrmContractException)
        {
            // A forecast is a convenience: without it the percentage is rougher, and nothing else.
            return new Dictionary<StreamName, long>();
        }
    }

    private static IEnumerable<(string TypeId, long Records)> Usage(JsonElement report, string member)
    {
        if (!report.TryGetProperty(member, out var types) || types.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var type in types.EnumerateArray())
        {
            if (type.Text("objectTypeId") is { } typeId && type.Number("usage") is { } records)
                yield return (typeId, records);
        }
    }
}
