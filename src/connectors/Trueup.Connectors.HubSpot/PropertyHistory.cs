using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads who last changed properties, from their history.</summary>
/// <remarks>Source: developers.hubspot.com, "propertiesWithHistory" of the batch read, read on 2026-09; hubspot.md §3.4.</remarks>
internal sealed class PropertyHistory(HubSpotApi api)
{
    // Half of what goes without history.
    private const int MostInputs = 50;

    public async Task<IReadOnlyDictionary<RecordId, IReadOnlyList<LastChange>>> ReadAsync(
        StreamDescription stream, IReadOnlyList<ChangedRecord> records, CancellationToken cancellationToken)
    {
        var changes = new Dictionary<RecordId, IReadOnlyList<LastChange>>();
        foreach (var some in records.Chunk(MostInputs))
        {
            var answer = await api.BatchReadAsync(stream, BodyOf(some), archived: false, HubSpotApi.Json, cancellationToken);
            foreach (var result in answer.Items("results"))
                if (result.Id("id") is { } id && some.FirstOrDefault(record => record.Id.Value == id) is { } asked)
                    changes[asked.Id] = [.. asked.Fields.Select(field => Last(field, result.Member("propertiesWithHistory").Items(field).FirstOrDefault())).OfType<LastChange>()];
        }

        return changes;
    }

    // Newest first.
    private static LastChange? Last(string field, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            return null;
        var (source, type) = (entry.Text("sourceId"), entry.Text("sourceType"));
        var by = entry.Text("sourceLabel") is { Length: > 0 } label ? label : source is { Length: > 0 } && type is { Length: > 0 } ? $"{source} ({type})" : source is { Length: > 0 } ? source : type;
        DateTimeOffset? at = entry.Text("timestamp") is { } text && IsoInstant.TryReadMilliseconds(System.Text.Encoding.UTF8.GetBytes(text), out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
        return new LastChange(field, at, by is { Length: > 0 } ? VendorText.Clean(by) : null);
    }

    private static ReadOnlyMemory<byte> BodyOf(IReadOnlyList<ChangedRecord> records) => HubSpotApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("properties"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("propertiesWithHistory"u8);
        foreach (var field in records.SelectMany(record => record.Fields).Distinct())
            writer.WriteStringValue(field);
        writer.WriteEndArray();
        writer.WriteStartArray("inputs"u8);
        foreach (var record in records)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, record.Id.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
