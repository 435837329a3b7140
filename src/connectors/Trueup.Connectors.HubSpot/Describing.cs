using System.Collections.Concurrent;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads the definitions of fields, pipelines and custom objects.</summary>
internal sealed class Describing(HubSpotApi api, TimeProvider clock)
{
    // Discovery reads definitions to see whether they fit a URL; the description asked for right after it need not read them again.
    private static readonly TimeSpan AheadLasts = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (StreamSchema Schema, DateTimeOffset ReadAt)> ahead = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<CustomSchema> customSchemas = [];

    /// <summary>Custom objects as last read.</summary>
    public IReadOnlyList<CustomSchema> CustomSchemas => customSchemas;

    public async Task<IReadOnlyList<CustomSchema>> ReadSchemasAsync(CancellationToken cancellationToken)
    {
        var answer = await api.GetAsync(HubSpotPaths.Schemas + "?archived=false", "schemas", cancellationToken);
        return customSchemas = [.. answer.Items("results").Select(CustomSchema.From).OfType<CustomSchema>()];
    }

    /// <summary>Describes a stream and keeps the description for the next call of <see cref="DescribeAsync"/>.</summary>
    public async Task<StreamSchema> DescribeAheadAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        var schema = await ReadAsync(stream, cancellationToken);
        ahead[stream.TypeId] = (schema, clock.GetUtcNow());
        return schema;
    }

    public async Task<StreamSchema> DescribeAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        if (HubSpotType.IsOwners(stream))
            return OwnersReading.Schema;
        if (ahead.TryRemove(stream.TypeId, out var known) && clock.GetUtcNow() - known.ReadAt < AheadLasts)
            return known.Schema;
        return await ReadAsync(stream, cancellationToken);
    }

    private async Task<StreamSchema> ReadAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        var answer = await api.GetAsync(HubSpotPaths.Properties(stream) + "?archived=false", $"properties {stream.Name}", cancellationToken);
        var required = customSchemas.FirstOrDefault(schema => schema.TypeId == stream.TypeId)?.RequiredProperties ?? [];
        Field[] fields =
        [
            .. answer.Items("results")
                .Where(property => !property.IsTrue("archived"))
                .Select(property => FieldReading.From(property, required))
                .OfType<Field>()
                .DistinctBy(field => field.Name),
        ];
        if (fields.Length == 0)
            throw new CrmContractException($"HubSpot says that {stream.Name} has no properties at all, which cannot be; try again later.");
        return new StreamSchema(fields, HubSpotType.HasPipelinesFor(stream) ? await PipelinesAsync(stream, cancellationToken) : []);
    }

    private async Task<IReadOnlyList<Pipeline>> PipelinesAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await api.GetAsync(HubSpotPaths.Pipelines(stream), $"pipelines {stream.Name}", cancellationToken);
            return [.. answer.Items("results").Where(pipeline => !pipeline.IsTrue("archived")).Select(PipelineFrom)];
        }
        catch (Exception refusal) when (HubSpotType.IsCustom(stream) && refusal is CrmNotFoundException or CrmRefusedException)
        {
            // A custom object without pipelines.
            return [];
        }
    }

    private static Pipeline PipelineFrom(JsonElement pipeline) => new(
        pipeline.Id("id") ?? "", pipeline.Text("label") ?? "",
        [.. pipeline.Items("stages").Where(stage => !stage.IsTrue("archived")).Select(StageFrom)]);

    private static PipelineStage StageFrom(JsonElement stage)
    {
        var metadata = stage.Member("metadata");
        bool? closed = metadata.Member("isClosed").ValueKind != JsonValueKind.Undefined
            ? metadata.IsTrue("isClosed")
            : metadata.Text("ticketState") is { } state ? state == "CLOSED" : null;
        return new PipelineStage(stage.Id("id") ?? "", stage.Text("label") ?? "", closed);
    }
}
