using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Finds out what became of records: batch read among the live, then among the archived, then one by one.</summary>
/// <remarks>An id that answers with another id was merged away. A batch that failed for some of its records leaves them out as if they were gone, so
/// those are asked for again: alone, and then once more together. Source: hubspot.md §3.4 and §5.4, 2026-09.</remarks>
internal sealed class ByIdReading(HubSpotApi api)
{
    private static readonly byte[] IdOnly = BatchBodies.PropertiesJson([]);

    public async Task<RecordsById> ReadAsync(
        StreamDescription stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken)
    {
        var live = new List<RecordPage>();
        var gone = new List<GoneRecord>();
        try
        {
            var properties = BatchBodies.PropertiesJson(fields);
            foreach (var batch in ids.Distinct().Chunk(BatchBodies.MostIds))
                await ReadBatchAsync(stream, properties, batch, live, gone, cancellationToken);
            return new RecordsById(live, gone);
        }
        catch
        {
            foreach (var page in live)
                page.Dispose();
            throw;
        }
    }

    /// <summary>The live records that hold one of the values in a unique property.</summary>
    public async Task<IReadOnlyList<RecordId>> FindAsync(
        StreamDescription stream, string property, IReadOnlyList<string> values, CancellationToken cancellationToken)
    {
        var found = new List<RecordId>();
        foreach (var batch in values.Distinct().Chunk(BatchBodies.MostIds))
        {
            var answered = await api.BatchReadAsync(stream, BatchBodies.Find(property, batch), archived: false, cancellationToken);
            using (answered.Page)
            {
                answered.Facts.DemandWhole(stream.Name);
                foreach (var record in answered.Page.Records)
                    found.Add(answered.Page.RecordIdOf(record));
            }
        }

        return found;
    }

    private async Task ReadBatchAsync(
        StreamDescription stream, byte[] properties, RecordId[] batch, List<RecordPage> live, List<GoneRecord> gone, CancellationToken cancellationToken)
    {
        var missing = batch.ToHashSet();
        var (first, _) = await ReadLiveAsync(stream, properties, missing, cancellationToken);
        live.Add(first);
        var archiveTrouble = missing.Count > 0 ? await FindArchivedAsync(stream, missing, gone, cancellationToken) : null;
        if (missing.Count == 0)
            return;

        var unexplained = new HashSet<RecordId>();
        foreach (var id in missing)
        {
            var fate = await FateOfAsync(stream, id, cancellationToken);
            if (fate is null)
                unexplained.Add(id);
            else if (fate.Cause == GoneCause.Deleted && archiveTrouble is not null)
                throw PageFacts.Failed(stream.Name, archiveTrouble);
            else
                gone.Add(fate);
        }
        if (unexplained.Count == 0)
            return;

        // They answer under their own id after all: restored or created meanwhile, or the batch failed for them.
        var (late, facts) = await ReadLiveAsync(stream, properties, unexplained, cancellationToken);
        live.Add(late);
        if (unexplained.Count > 0)
            facts.DemandWhole(stream.Name);
        foreach (var id in unexplained)
            late.Refuse(new SetAside(id, "HubSpot answers for the record alone, but leaves it out of a batch read."));
    }

    private async Task<AnsweredPage> ReadLiveAsync(
        StreamDescription stream, byte[] properties, HashSet<RecordId> missing, CancellationToken cancellationToken)
    {
        var answered = await api.BatchReadAsync(stream, BatchBodies.Read(properties, missing), archived: false, cancellationToken);
        // A merged id may come back as its survivor, which was not asked for.
        answered.Page.KeepOnly(missing.Remove);
        foreach (var refused in answered.Page.SetAside)
        {
            if (refused.Id is { } id)
                missing.Remove(id);
        }
        answered.Page.Next = null;
        return answered;
    }

    /// <summary>Answers why archived records may have been left out; null where the answer is whole.</summary>
    private async Task<string?> FindArchivedAsync(
        StreamDescription stream, HashSet<RecordId> missing, List<GoneRecord> gone, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await api.BatchReadAsync(stream, BatchBodies.Read(IdOnly, missing), archived: true, ArchivedRows.Read, cancellationToken);
            gone.AddRange(rows.Deletions.Where(row => missing.Remove(row.Id)));
            return rows.Trouble;
        }
        catch (Exception refusal) when (refusal is CrmRefusedException or CrmNotFoundException)
        {
            // Not every type keeps archived records; then reading one by one tells all there is to know.
            return null;
        }
    }

    // Null: the id is live.
    private async Task<GoneRecord?> FateOfAsync(StreamDescription stream, RecordId id, CancellationToken cancellationToken)
    {
        try
        {
            var record = await api.GetAsync(
                HubSpotPaths.Record(stream, id) + "?archived=false&properties=hs_object_id", $"get {stream.Name}", cancellationToken);
            if (record.Id("id") is not { Length: > 0 } answering)
                throw new CrmContractException($"HubSpot answers for a record of {stream.Name} with one that has no id; try again later.");
            return answering == id.Value ? null : new GoneRecord(id, GoneCause.Merged, MergedInto: new RecordId(answering));
        }
        catch (CrmNotFoundException)
        {
            return new GoneRecord(id, GoneCause.Deleted);
        }
        catch (CrmForbiddenException)
        {
            return new GoneRecord(id, GoneCause.Forbidden);
        }
    }
}
