using System.Text;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Walks the list endpoint, which answers in the order of ids without any ceiling.</summary>
internal sealed class FullReading(HubSpotApi api)
{
    /// <summary>HubSpot's largest page.</summary>
    public const int RecordsPerPage = 100;

    /// <summary>Whether a record's properties fit into a list's URL beside the longest cursor.</summary>
    public bool FitsList(StreamDescription stream, IReadOnlyList<string> fields) => api.Fits(ListPath(stream, fields, new string('9', 20)));

    public IAsyncEnumerable<RecordPage> ReadAsync(FullRead request, CancellationToken cancellationToken)
    {
        var stream = request.Stream;
        if (request.Fields.Count == 0 || FitsList(stream, request.Fields))
        {
            return Walk.ThroughAsync(stream.Name, request.Resume,
                (after, cancel) => ListAsync(stream, request.Fields, after, isResumed: after is not null && after == request.Resume, cancel), cancellationToken);
        }
        var properties = BatchBodies.PropertiesJson(request.Fields);
        return Walk.ThroughAsync(stream.Name, request.Resume,
            (after, cancel) => ListAndReadAsync(stream, properties, after, isResumed: after is not null && after == request.Resume, cancel), cancellationToken);
    }

    private async Task<RecordPage> ListAsync(
        StreamDescription stream, IReadOnlyList<string> fields, string? after, bool isResumed, CancellationToken cancellationToken)
    {
        try
        {
            var answered = await api.ListAsync(ListPath(stream, fields, after), $"list {stream.Name}", isOwners: false, cancellationToken);
            return answered.Page;
        }
        catch (CrmRefusedException refused) when (isResumed)
        {
            throw new CursorExpiredException($"HubSpot no longer knows where the read of {stream.Name} stopped; it starts again. {refused.Message}");
        }
    }

    // Names too many for a URL: the list gives the ids, the batch read everything else. What vanishes in between is simply gone.
    private async Task<RecordPage> ListAndReadAsync(
        StreamDescription stream, byte[] propertiesJson, string? after, bool isResumed, CancellationToken cancellationToken)
    {
        using var ids = await ListAsync(stream, [], after, isResumed, cancellationToken);
        return await api.ReadFoundAsync(stream, propertiesJson, ids, cancellationToken);
    }

    internal static string ListPath(StreamDescription stream, IReadOnlyList<string> fields, string? after)
    {
        var path = new StringBuilder(HubSpotPaths.Objects(stream), HubSpotApi.LongestUrlCharacters)
            .Append("?limit=").Append(RecordsPerPage).Append("&archived=false&properties=");
        if (fields.Count == 0)
            path.Append("hs_object_id");
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0)
                path.Append(',');
            path.Append(Uri.EscapeDataString(fields[i]));
        }
        if (after is not null)
            path.Append("&after=").Append(Uri.EscapeDataString(after));
        return path.ToString();
    }
}
