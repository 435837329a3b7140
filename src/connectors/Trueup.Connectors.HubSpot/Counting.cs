using Trueup.Contract;

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
}
