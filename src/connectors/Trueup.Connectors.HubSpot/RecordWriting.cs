using System.Globalization;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Writes records in batches, and tells of each what became of it.</summary>
/// <remarks>Every input has a trace id of its own, so that one bad input does not fail the batch, and answers are told apart whatever their order.
/// A batch that is refused whole all the same is halved until the bad one stands alone. Source: developers.hubspot.com "Object APIs", read on 2026-09;
/// hubspot.md §8.</remarks>
internal sealed class RecordWriting(HubSpotApi api)
{
    // Source: developers.hubspot.com, read on 2026-09.
    private const int MostInputs = 100;

    // HubSpot locks no batch out for another; four hide its answer times and leave room for the syncs beside them.
    private const int BatchesAtOnce = 4;

    /// <summary>HubSpot has no call that brings archived records back; people do so in its own pages, within 90 days.</summary>
    public static readonly WriteTraits Traits = new()
    {
        Updates = true, Creates = true, Deletes = true, RecordsPerBatch = MostInputs, BatchesAtOnce = BatchesAtOnce,
    };

    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken) => BatchWriting.WriteAsync(
        batch.Records.Count,
        (start, count) => batch.Kind == WriteKind.Delete ? ArchiveAsync(batch, start, count, cancellationToken) : SendAsync(batch, start, count, cancellationToken));

    private async Task<IReadOnlyList<WriteOutcome>> ArchiveAsync(WriteBatch batch, int start, int count, CancellationToken cancellationToken)
    {
        var body = HubSpotApi.Body(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("inputs"u8);
            foreach (var record in batch.Records.Skip(start).Take(count))
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, record.Id.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        await api.BatchWriteAsync(batch.Stream, "archive", body, answer => answer.Status, cancellationToken);
        return [.. batch.Records.Skip(start).Take(count).Select(record => new WriteOutcome.Written(record.Id))];
    }

    private async Task<IReadOnlyList<WriteOutcome>> SendAsync(WriteBatch batch, int start, int count, CancellationToken cancellationToken)
    {
        var creates = batch.Kind == WriteKind.Create;
        var told = await api.BatchWriteAsync(batch.Stream, creates ? "create" : "update", BodyOf(batch, start, count, creates), BatchAnswer.Read, cancellationToken);
        return
        [
            .. Enumerable.Range(start, count).Select(index =>
                told.GetValueOrDefault(index.ToString(CultureInfo.InvariantCulture)) ?? new WriteOutcome.Unheard("HubSpot's answer does not speak of this record.")),
        ];
    }

    private static ReadOnlyMemory<byte> BodyOf(WriteBatch batch, int start, int count, bool creates) => HubSpotApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("inputs"u8);
        for (var index = start; index < start + count; index++)
        {
            writer.WriteStartObject();
            if (!creates)
                writer.WriteString("id"u8, batch.Records[index].Id.Value);
            writer.WriteStartObject("properties"u8);
            foreach (var (name, value) in batch.Records[index].Values)
                writer.WriteString(name, TextOf(value));
            writer.WriteEndObject();
            if (creates)
            {
                writer.WriteStartArray("associations"u8);
                writer.WriteEndArray();
            }

            writer.WriteString("objectWriteTraceId"u8, index.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Every value is text in HubSpot, and an empty one clears.</summary>
    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };
}
