using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads deletions: from the recycle bin, by stamp, which deleting moves; and from the log of deletions, which also knows those that
/// left no trace in the bin.</summary>
/// <remarks>Sources: developer.salesforce.com REST API, "Get Deleted", and SOAP API, "getDeleted()", read on 2026-09; airbytehq/airbyte#44845
/// (records without recycle bin), simple-salesforce/simple-salesforce#34 (merges).</remarks>
internal sealed class DeletionReading(SalesforceApi api, Shapes shapes, ILogger log)
{
    // The log reaches back this far; its end lags behind while long transactions run anywhere in the instance, for hours.
    private static readonly TimeSpan LogReachesBack = TimeSpan.FromDays(15);
    private static readonly TimeSpan LogMayLag = TimeSpan.FromDays(1);

    // The log counts in whole minutes, and wants more than one of them.
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(2);

    public async IAsyncEnumerable<DeletionPage> ReadAsync(
        StreamDescription stream, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shape = await shapes.OfAsync(stream, cancellationToken);

        // Both from the same instant on: what the log tells and the bin does not hold left no trace there.
        if (shape.IsReplicateable && since > DateTimeOffset.UnixEpoch + LogMayLag)
            since -= LogMayLag;
        var told = new HashSet<UInt128>();
        if (shape.HasBin)
        {
            await foreach (var page in ReadBinAsync(stream, shape, since, cancellationToken))
            {
                foreach (var deletion in page.Deletions)
                    told.Add(Fingerprint.OfId(deletion.Id));
                yield return page;
            }
        }
        if (!shape.IsReplicateable)
            yield break;
        GoneRecord[] logged = [.. (await ReadLogAsync(stream, shape, since, cancellationToken)).Where(deletion => told.Add(Fingerprint.OfId(deletion.Id)))];
        if (logged.Length > 0)
            yield return new DeletionPage(logged);
    }

    /// <summary>What a query of deleted records selects.</summary>
    public static IReadOnlyList<string> Selection(ObjectShape shape) =>
        [.. new[] { "Id", shape.Stamp, shape.IsMergeable ? "MasterRecordId" : null }.OfType<string>()];

    /// <summary>The deleted records of a page: a record that names a master was merged into it.</summary>
    public static IEnumerable<GoneRecord> DeletionsIn(RecordPage page, ObjectShape shape)
    {
        foreach (var slice in page.Records)
        {
            using var row = JsonDocument.Parse(page.PropertiesOf(slice));
            DateTimeOffset? at = shape.Stamp is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(slice.ModifiedMilliseconds);
            var id = page.RecordIdOf(slice);
            yield return row.RootElement.Text("MasterRecordId") is { Length: > 0 } master
                ? new GoneRecord(id, GoneCause.Merged, at, new RecordId(master))
                : new GoneRecord(id, GoneCause.Archived, at);
        }
    }

    private async IAsyncEnumerable<DeletionPage> ReadBinAsync(
        StreamDescription stream, ObjectShape shape, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var endpoint = $"deleted {stream.Name}";
        var from = shape.Stamp is { } stamp && since > DateTimeOffset.UnixEpoch ? $"{stamp}>={Soql.Literal(since)}" : null;
        var answer = await api.QueryAsync(Soql.Select(Selection(shape), shape.Name, ["IsDeleted=true", from]), all: true, shape.Stamp, endpoint, cancellationToken);
        var trail = new LocatorTrail($"deleted {stream.Name}");
        while (true)
        {
            using (answer.Page)
                yield return new DeletionPage([.. DeletionsIn(answer.Page, shape)]);
            if (trail.After(answer) is not { } next)
                yield break;
            answer = await api.MoreAsync(next, shape.Stamp, endpoint, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<GoneRecord>> ReadLogAsync(
        StreamDescription stream, ObjectShape shape, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var end = Ceiling(api.Now);
        var oldest = end - LogReachesBack + Minute;
        var start = since > oldest ? Floor(since) : oldest;
        return await ReadLogAsync(stream, shape, start < end - ShortestWindow ? start : end - ShortestWindow, end, cancellationToken);
    }

    private async Task<IReadOnlyList<GoneRecord>> ReadLogAsync(
        StreamDescription stream, ObjectShape shape, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await api.GetAsync(api.Paths.Deleted(shape.Name, Text(start), Text(end)), $"deletion log {stream.Name}", cancellationToken);
            return
            [
                .. answer.Items("deletedRecords").Where(row => row.Text("id") is { Length: > 0 })
                    .Select(row => new GoneRecord(new RecordId(row.Text("id")!), GoneCause.Deleted, InstantIn(row))),
            ];
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.TooManyIds && end - start >= 2 * ShortestWindow)
        {
            var middle = Floor(start + (end - start) / 2);
            return [.. await ReadLogAsync(stream, shape, start, middle, cancellationToken), .. await ReadLogAsync(stream, shape, middle, end, cancellationToken)];
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.Replication)
        {
            // The log was purged, or the org has only begun to keep one. The next complete enumeration finds what it cannot tell.
            log.LogInformation("Salesforce's log of deleted {Stream} has a gap: {Reason}", stream.Name, refused.Message);
            return [];
        }
    }

    private static DateTimeOffset? InstantIn(JsonElement row) =>
        row.Text("deletedDate") is { } text && IsoInstant.TryReadMilliseconds(System.Text.Encoding.UTF8.GetBytes(text), out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Floor(DateTimeOffset instant) => new(instant.UtcTicks - (instant.UtcTicks % Minute.Ticks), TimeSpan.Zero);

    private static DateTimeOffset Ceiling(DateTimeOffset instant) => Floor(instant + Minute - TimeSpan.FromTicks(1));
}
