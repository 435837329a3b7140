using System.Runtime.CompilerServices;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Walks the recycle bin. It is listed by id, so each check walks all of it.</summary>
internal sealed class DeletionReading(HubSpotApi api)
{
    private const int RecordsPerPage = 100;

    public async IAsyncEnumerable<DeletionPage> ReadAsync(
        StreamDescription stream, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? after = null;
        do
        {
            var rows = await FetchAsync(stream, after, cancellationToken);
            if (rows is null)
                yield break;
            after = rows.Next;
            if (after is not null && !seen.Add(after))
                throw new CrmContractException($"HubSpot sent the same page token twice while archived {stream.Name} were read; the read starts again with the next sync.");

            // A row that does not say when it was archived is reported every time, rather than never.
            GoneRecord[] recent = [.. rows.Deletions.Where(row => row.At is not { } at || at >= since)];
            if (recent.Length > 0)
                yield return new DeletionPage(recent);
        }
        while (after is not null);
    }

    // Null: this kind of record has no recycle bin.
    private async Task<ArchivedRows?> FetchAsync(StreamDescription stream, string? after, CancellationToken cancellationToken)
    {
        var path = $"{HubSpotPaths.Objects(stream)}?limit={RecordsPerPage}&archived=true&properties=hs_object_id" +
            (after is null ? "" : "&after=" + Uri.EscapeDataString(after));
        try
        {
            return await api.GetArchivedAsync(path, $"archived {stream.Name}", cancellationToken);
        }
        catch (Exception refusal) when (after is null && refusal is CrmRefusedException or CrmNotFoundException)
        {
            // Not all kinds list archived records. If the live ones are listed, it is that; else the refusal stands and is thrown here.
            var live = await api.ListAsync($"{HubSpotPaths.Objects(stream)}?limit=1&archived=false&properties=hs_object_id", $"probe {stream.Name}", isOwners: false, nextSeen: null, cancellationToken);
            live.Page.Dispose();
            return null;
        }
    }
}
