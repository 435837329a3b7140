using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Finds out what became of records: asked for among the live, then among the deleted, then one by one.</summary>
/// <remarks>Source: developer.salesforce.com REST API, "QueryAll" and "sObject Rows", read on 2026-09.</remarks>
internal sealed class ByIdReading(SalesforceApi api, Shapes shapes, SplitReading split)
{
    /// <summary>Ids in one query; more make addresses too long beside the names of fields.</summary>
    public const int IdsPerQuery = 200;

    public async Task<RecordsById> ReadAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken)
    {
        var live = new List<RecordPage>();
        try
        {
            var gone = new List<GoneRecord>();
            var shape = await shapes.OfAsync(stream, cancellationToken);
            var asked = new HashSet<string>(StringComparer.Ordinal);
            foreach (var id in ids.Distinct())
            {
                // What is no id of Salesforce's was never one; it would make a whole query fail.
                if (SalesforceId.Long(id.Value) is { } known)
                    asked.Add(known);
                else
                    gone.Add(new GoneRecord(id, GoneCause.Deleted));
            }
            foreach (var batch in asked.Chunk(IdsPerQuery))
                await ReadBatchAsync(stream, shape, fields, batch, live, gone, cancellationToken);
            return new RecordsById(live, gone);
        }
        catch
        {
            foreach (var page in live)
                page.Dispose();
            throw;
        }
    }

    private async Task ReadBatchAsync(
        StreamDescription stream, ObjectShape shape, IReadOnlyList<string> fields, string[] batch, List<RecordPage> live, List<GoneRecord> gone,
        CancellationToken cancellationToken)
    {
        var missing = batch.ToHashSet(StringComparer.Ordinal);
        await ReadLiveAsync(stream, shape, fields, missing, live, cancellationToken);
        if (missing.Count > 0 && shape.HasBin)
            await FindBinnedAsync(stream, shape, missing, gone, cancellationToken);
        if (missing.Count > 0)
            await FindFatesAsync(stream, shape, missing, gone, cancellationToken);
        if (missing.Count == 0)
            return;

        // They answer for themselves after all: restored, created or shared meanwhile.
        await ReadLiveAsync(stream, shape, fields, missing, live, cancellationToken);
        if (missing.Count == 0)
            return;
        var page = new RecordPage([], 0);
        foreach (var id in missing)
            page.Refuse(new SetAside(new RecordId(id), "Salesforce answers for the record alone, but leaves it out of queries."));
        live.Add(page);
    }

    private async Task ReadLiveAsync(
        StreamDescription stream, ObjectShape shape, IReadOnlyList<string> fields, HashSet<string> missing, List<RecordPage> live, CancellationToken cancellationToken)
    {
        for (var isRenewed = false; ;)
        {
            var parts = split.PartsOf(shape, fields);
            try
            {
                await foreach (var page in QueryAsync(stream, shape, parts, [Soql.In(missing), shape.LiveCondition], shape.AsksAmongAll, cancellationToken))
                {
                    live.Add(page);
                    page.KeepOnly(id => missing.Remove(id.Value));
                    foreach (var refused in page.SetAside)
                        missing.Remove(refused.Id?.Value ?? "");
                }
                return;
            }
            catch (CrmRefusedException refused) when (refused.Code == Refusals.Field && !isRenewed)
            {
                shape = await shapes.RenewedAsync(stream, cancellationToken);
                isRenewed = true;
            }
            catch (CrmRefusedException refused) when (refused.Code == Refusals.TooComplicated && split.CanHalve(shape, fields))
            {
                split.Halve(shape);
            }
        }
    }

    private async Task FindBinnedAsync(
        StreamDescription stream, ObjectShape shape, HashSet<string> missing, List<GoneRecord> gone, CancellationToken cancellationToken)
    {
        await foreach (var page in QueryAsync(
            stream, shape, [DeletionReading.Selection(shape)], [Soql.In(missing), "IsDeleted=true"], all: true, cancellationToken))
        {
            using (page)
                gone.AddRange(DeletionReading.DeletionsIn(page, shape).Where(deleted => missing.Remove(deleted.Id.Value)));
        }
    }

    /// <summary>Asks for each record by itself. Those that answer stay missing.</summary>
    private async Task FindFatesAsync(StreamDescription stream, ObjectShape shape, HashSet<string> missing, List<GoneRecord> gone, CancellationToken cancellationToken)
    {
        var endpoint = $"get {stream.Name}";
        foreach (var some in missing.Chunk(CompositeAnswer.MostParts))
        {
            var parts = some.Select((id, i) => new CompositePart(api.Paths.Record(shape.Name, id), $"r{i}", null)).ToList();
            var answers = await api.CompositeAsync(parts, endpoint, cancellationToken);
            for (var i = 0; i < some.Length; i++)
            {
                if (FateOf(some[i], answers[i], endpoint) is not { } fate)
                    continue;
                gone.Add(fate);
                missing.Remove(some[i]);
            }
        }
    }

    // Null: the record is live.
    private static GoneRecord? FateOf(string id, CompositeAnswer answer, string endpoint)
    {
        if (answer.Failure(endpoint) is not { } failure)
            return null;
        return failure switch
        {
            CrmNotFoundException when SalesforceError.Of(answer.Body).Code == "ENTITY_IS_DELETED" => new GoneRecord(new RecordId(id), GoneCause.Archived),
            CrmNotFoundException => new GoneRecord(new RecordId(id), GoneCause.Deleted),
            // An id of another object, which the mirror can hold only by mistake.
            CrmRefusedException { Code: "MALFORMED_ID" } => new GoneRecord(new RecordId(id), GoneCause.Deleted),
            CrmForbiddenException => new GoneRecord(new RecordId(id), GoneCause.Forbidden),
            _ => throw failure,
        };
    }

    private async IAsyncEnumerable<RecordPage> QueryAsync(
        StreamDescription stream, ObjectShape shape, IReadOnlyList<IReadOnlyList<string>> parts, IReadOnlyList<string?> conditions, bool all,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var endpoint = $"by id {stream.Name}";
        var answer = await api.QueryAsync(Soql.Select(parts[0], shape.Name, conditions), all, shape.Stamp, endpoint, cancellationToken);
        var trail = new LocatorTrail($"single {stream.Name}");
        while (true)
        {
            var whole = await split.CompleteAsync(stream, shape, parts, answer, cancellationToken);
            yield return whole.Page;
            if (trail.After(whole) is not { } next)
                yield break;
            answer = await api.MoreAsync(next, shape.Stamp, endpoint, cancellationToken);
        }
    }
}
