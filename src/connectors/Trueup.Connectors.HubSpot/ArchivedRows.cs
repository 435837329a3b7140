using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>The archived records of one answer.</summary>
/// <param name="Next">The token for the rest; null at the end.</param>
/// <param name="Trouble">Why a batch read left records out, where the reason is not that they are not archived; null otherwise.</param>
internal sealed record ArchivedRows(IReadOnlyList<GoneRecord> Deletions, string? Next, string? Trouble)
{
    public static ArchivedRows Read(CrmAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.BodyMemory);
        var body = document.RootElement;
        PageReading.Demand(body.Member("results").ValueKind == JsonValueKind.Array, "results");
        return new ArchivedRows(
            [.. body.Items("results").Where(row => row.Id("id") is { Length: > 0 } && row.IsTrue("archived")).Select(DeletionFrom)],
            body.Member("paging").Member("next").Id("after"),
            PageReading.TroubleIn(body.Member("errors")));
    }

    private static GoneRecord DeletionFrom(JsonElement row)
    {
        DateTimeOffset? at = row.Text("archivedAt") is { } text
            && IsoInstant.TryReadMilliseconds(System.Text.Encoding.UTF8.GetBytes(text), out var milliseconds)
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : null;
        return new GoneRecord(new RecordId(row.Id("id") ?? ""), GoneCause.Archived, at);
    }
}
