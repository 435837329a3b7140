using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Walks the list endpoint, which answers in the order of ids without any ceiling.</summary>
internal sealed class FullReading(HubSpotApi api)
{
    /// <summary>HubSpot's largest page.</summary>
    public const int RecordsPerPage = 100;

    // HubSpot's cursors are ids, of which none has more digits.
    private const string LongestCursor = "99999999999999999999";

    /// <summary>Whether a record's properties fit into a list's URL beside the longest cursor.</summary>
    public bool FitsList(StreamDescription stream, IReadOnlyList<string> fields) =>
        api.Fits(ListPath(stream, fields) + AfterParameter(LongestCursor));

    public IAsyncEnumerable<RecordPage> ReadAsync(FullRead request, CancellationToken cancellationToken)
    {
        var stream = request.Stream;
        if (request.Fields.Count == 0 || FitsList(stream, request.Fields))
        {
            var path = ListPath(stream, request.Fields);
            return Walk.ThroughAsync(stream.Name, request.Resume, (after, nextSeen, cancel) => ListAsync(request, path, after, nextSeen, cancel), cancellationToken);
        }
        var idsPath = ListPath(stream, []);
        var properties = BatchBodies.PropertiesJson(request.Fields);
        return Walk.ThroughAsync(
            stream.Name, request.Resume, (after, nextSeen, cancel) => ListAndReadAsync(request, idsPath, properties, after, nextSeen, cancel), cancellationToken);
    }

    private async Task<RecordPage> ListAsync(
        FullRead request, string path, string? after, Action<string> nextSeen, CancellationToken cancellationToken)
    {
        try
        {
            var answered = await api.ListAsync(
                after is null ? path : path + AfterParameter(after), $"list {request.Stream.Name}", isOwners: false, nextSeen, cancellationToken);
            return answered.Page;
        }
        catch (CrmRefusedException refused) when (after is not null && after == request.Resume)
        {
            throw new CursorExpiredException(
                $"HubSpot no longer knows where the read of {request.Stream.Name} stopped; it starts again. {refused.Message}");
        }
    }

    // Names too many for a URL: the list gives the ids, the batch read everything else. What vanishes in between is simply gone.
    private async Task<RecordPage> ListAndReadAsync(
        FullRead request, string idsPath, byte[] propertiesJson, string? after, Action<string> nextSeen, CancellationToken cancellationToken)
    {
        using var ids = await ListAsync(request, idsPath, after, nextSeen, cancellationToken);
        return await api.ReadFoundAsync(request.Stream, propertiesJson, ids, cancellationToken);
    }

    private static string ListPath(StreamDescription stream, IReadOnlyList<string> fields) =>
        $"{HubSpotPaths.Objects(stream)}?limit={RecordsPerPage}&archived=false&properties=" +
        (fields.Count == 0 ? "hs_object_id" : string.Join(',', fields.Select(Uri.EscapeDataString)));

    private static string AfterParameter(string after) => "&after=" + Uri.EscapeDataString(after);
}
