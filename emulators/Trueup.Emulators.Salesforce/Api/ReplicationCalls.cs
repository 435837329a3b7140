using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>What was changed or deleted in a span of time (facts, section 3.4). Used under the org's lock.</summary>
internal sealed class ReplicationCalls(SalesforceOrg org, Difficulties difficulties)
{
    public const string UpdatedEndpoint = "updated";
    public const string DeletedEndpoint = "deleted";

    private const int MostIds = 600_000;
    private static readonly long Minute = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
    private static readonly long MostDays = (long)TimeSpan.FromDays(30).TotalMilliseconds;

    public Answer Updated(Call call, SObjectTable table)
    {
        var (start, end) = Span(call, table, Minute);
        var view = difficulties.View(UpdatedEndpoint, table.Name, org.Clock.Milliseconds);
        var ids = table.ModifiedBetween(start, end)
            .Where(each => view.See(each.Record) is { Life: RecordLife.Live } version && version.Modified == each.Stamp)
            .Select(each => each.Record).Distinct().ToList();
        RequireFew(ids.Count);
        return Reply.Json(200, new JsonObject
        {
            ["ids"] = new JsonArray([.. ids.Select(record => JsonValue.Create(table.IdOf(record)))]),
            ["latestDateCovered"] = StoredValue.InstantText(Covered(end)),
        });
    }

    public Answer Deleted(Call call, SObjectTable table)
    {
        // The two must differ by more than a minute, so that whole minutes lie between them.
        var (start, end) = Span(call, table, 2 * Minute);
        table.Deletions.Purge(org.Now);
        if (start < table.Deletions.PurgedBefore)
            throw Refusal.Bad("INVALID_REPLICATION_DATE", "startDate is before the earliest date available: the delete log has been purged");
        var view = difficulties.View(DeletedEndpoint, table.Name, org.Clock.Milliseconds);
        var found = table.Deletions.Between(start, end).Where(each => view.See(each.Record) is { Life: not RecordLife.Live }).ToList();
        RequireFew(found.Count);
        return Reply.Json(200, new JsonObject
        {
            ["deletedRecords"] = new JsonArray([.. found.Select(each => new JsonObject
            {
                ["deletedDate"] = StoredValue.InstantText(each.At), ["id"] = table.IdOf(each.Record),
            })]),
            ["earliestDateAvailable"] = StoredValue.InstantText(table.Deletions.EarliestAt(org.Now)),
            ["latestDateCovered"] = StoredValue.InstantText(Covered(end)),
        });
    }

    // Seconds are dropped, and both ends belong to the span.
    private (long Start, long End) Span(Call call, SObjectTable table, long least)
    {
        if (!table.Type.Replicateable)
            throw Refusal.Of(404, "NOT_FOUND", $"{table.Name} cannot be replicated");
        if (StoredValue.ParseInstant(call["start"] ?? "") is not { } start || StoredValue.ParseInstant(call["end"] ?? "") is not { } end)
            throw Refusal.Bad("INVALID_REPLICATION_DATE", "start and end must be dates with a time and an offset");
        (start, end) = (start / Minute * Minute, end / Minute * Minute);
        if (end - start < least)
            throw Refusal.Bad("INVALID_REPLICATION_DATE", "endDate must be at least a minute greater than startDate");
        return start < org.Now - MostDays
            ? throw Refusal.Bad("INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago")
            : (start, end);
    }

    // Never later than what is visible everywhere.
    private long Covered(long end) => Math.Min(end, (org.Now - (long)org.LagHorizon.TotalMilliseconds) / Minute * Minute);

    private static void RequireFew(int count)
    {
        if (count > MostIds)
            throw Refusal.Bad("EXCEEDED_ID_LIMIT", $"exceeded id limit: more than {MostIds} ids in the span");
    }
}
