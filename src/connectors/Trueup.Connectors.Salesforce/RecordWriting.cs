using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Writes records in collections, very many as a bulk job, a single one by its own address, and tells of each what became of it.</summary>
/// <remarks>Source: developer.salesforce.com REST API, "sObject Collections", "sObject Rows" and "Conditional Requests", read on 2026-09.</remarks>
internal sealed class RecordWriting(SalesforceApi api, Shapes shapes, BulkWriting bulk, SalesforceOptions options, TimeProvider clock, Random chance)
{
    // Source: "sObject Collections".
    private const int MostRecords = 200;

    // Salesforce works through a job in batches of as many, and counts those.
    private const int MostRecordsInBulk = 10_000;

    // A lock lasts as long as another transaction, seldom longer than seconds. Source: salesforce.md §8.6.
    private const int MostTries = 5;

    // What a person reads in a table.
    private const int MostCharacters = 500;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>What can be written, as far as the object has been described; Salesforce itself refuses the rest. Undeleting is no part of its REST API.
    /// One collection at a time: two that touch children of one parent would lock each other out.</summary>
    public WriteTraits TraitsOf(StreamDescription stream)
    {
        var shape = shapes.Known(stream);
        return new WriteTraits
        {
            Updates = shape?.IsUpdateable ?? true, Creates = shape?.IsCreateable ?? true, Deletes = shape?.IsDeletable ?? true, RecordsPerBatch = MostRecords,
            LargeFrom = options.BulkWritesFrom, RecordsPerLargeBatch = MostRecordsInBulk,
        };
    }

    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        ObjectShape shape;
        try
        {
            shape = await shapes.OfAsync(batch.Stream, cancellationToken);
        }
        catch (CrmException problem)
        {
            return [.. batch.Records.Select(_ => new WriteOutcome.Unsent(problem))];
        }

        // Children of one parent stand together, so that its lock is taken once.
        var places = Siblings.SideBySide(batch.Records, shape.Parents);
        var outcomes = new WriteOutcome[batch.Records.Count];
        for (var attempt = 1; places.Count > 0; attempt++)
        {
            var told = await SendAllAsync(batch, shape, places, cancellationToken);
            for (var index = 0; index < places.Count; index++)
                outcomes[places[index]] = told[index];
            places = [.. places.Where((_, index) => told[index] is WriteOutcome.Rejected { IsPassing: true })];
            if (attempt == MostTries)
                break;
            if (places.Count > 0)
                await Task.Delay(FirstWait * (1 << (attempt - 1)) * (1 + Jitter()), clock, cancellationToken);
        }

        return outcomes;
    }

    /// <summary>Waits until nothing that was written to an object is still under way.</summary>
    public async Task SettleAsync(StreamDescription stream, CancellationToken cancellationToken) => await bulk.SettleAsync(await shapes.OfAsync(stream, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<WriteOutcome>> SendAllAsync(WriteBatch batch, ObjectShape shape, List<int> places, CancellationToken cancellationToken)
    {
        if (places.Count > MostRecords)
        {
            try
            {
                if (await bulk.WriteAsync(shape, batch.Kind, places.ConvertAll(place => batch.Records[place]), cancellationToken) is { } written)
                    return written;
            }
            catch (CrmException problem)
            {
                return [.. places.Select(_ => new WriteOutcome.Unsent(problem))];
            }
        }

        var told = new List<WriteOutcome>(places.Count);
        foreach (var some in places.Chunk(MostRecords).Select(chunk => chunk.ToList()))
        {
            // A quota or credentials stand in the way of all.
            if (told.OfType<WriteOutcome.Unsent>().FirstOrDefault() is { } stopped)
                told.AddRange(some.Select(_ => stopped));
            else
                told.AddRange(await BatchWriting.WriteAsync(some.Count, (start, count) => SendAsync(batch, shape, some.GetRange(start, count), cancellationToken)));
        }

        return told;
    }

    private async Task<IReadOnlyList<WriteOutcome>> SendAsync(WriteBatch batch, ObjectShape shape, List<int> places, CancellationToken cancellationToken)
    {
        var records = places.ConvertAll(place => batch.Records[place]);
        return (batch.Kind, records) switch
        {
            (WriteKind.Update, [{ ModifiedMilliseconds: { } stamp } only]) => [await UpdateOneAsync(shape, only, stamp, cancellationToken)],
            (WriteKind.Delete, _) => await api.WriteAsync(
                HttpMethod.Delete, api.Paths.Deletion(records.Select(record => record.Id.Value)), $"delete {batch.Stream.Name}", default, null, answer => Read(answer, records),
                cancellationToken),
            _ => await api.WriteAsync(
                batch.Kind == WriteKind.Create ? HttpMethod.Post : HttpMethod.Patch, api.Paths.Collections, $"{(batch.Kind == WriteKind.Create ? "create" : "update")} {batch.Stream.Name}",
                BodyOf(shape, records), null, answer => Read(answer, records), cancellationToken),
        };
    }

    /// <summary>A single record is written only if it is as it was read, to the second.</summary>
    private async Task<WriteOutcome> UpdateOneAsync(ObjectShape shape, RecordWrite record, long stamp, CancellationToken cancellationToken)
    {
        var body = SalesforceApi.Body(writer =>
        {
            writer.WriteStartObject();
            WriteValues(writer, record);
            writer.WriteEndObject();
        });
        try
        {
            await api.WriteAsync(
                HttpMethod.Patch, api.Paths.Row(shape.Name, record.Id.Value), $"update {shape.Name}", body, DateTimeOffset.FromUnixTimeMilliseconds(stamp), answer => answer.Status,
                cancellationToken);
            return new WriteOutcome.Written(record.Id);
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.Modified)
        {
            return new WriteOutcome.Stale();
        }
    }

    private static ReadOnlyMemory<byte> BodyOf(ObjectShape shape, List<RecordWrite> records) => SalesforceApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("allOrNone"u8, false);
        writer.WriteStartArray("records"u8);
        foreach (var record in records)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("attributes"u8);
            writer.WriteString("type"u8, shape.Name);
            writer.WriteEndObject();
            if (record.Id != default)
                writer.WriteString("id"u8, record.Id.Value);
            WriteValues(writer, record);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteValues(Utf8JsonWriter writer, RecordWrite record)
    {
        foreach (var (name, value) in record.Values)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    /// <summary>Results come in the order of the records.</summary>
    private static IReadOnlyList<WriteOutcome> Read(CrmAnswer answer, List<RecordWrite> records)
    {
        var results = SalesforceApi.Json(answer);
        if (results.ValueKind != JsonValueKind.Array || results.GetArrayLength() != records.Count)
            throw new CrmContractException("The answer to a collection does not hold one result for each record.");
        return [.. results.EnumerateArray().Select((result, index) => OutcomeOf(result, records[index]))];
    }

    private static WriteOutcome OutcomeOf(JsonElement result, RecordWrite record)
    {
        if (result.IsTrue("success"))
            return new WriteOutcome.Written(result.Text("id") is { Length: > 0 } id ? new RecordId(SalesforceId.Long(id) ?? id) : record.Id);
        var errors = result.Items("errors").ToList();
        var words = string.Join("; ", errors.Select(error => $"{error.Text("message") ?? "no reason given"} ({error.Text("statusCode") ?? "no code"})"));
        words = words.Length > MostCharacters ? words[..MostCharacters] + "…" : words.Length > 0 ? words : "Salesforce gave no reason.";
        return errors.Exists(error => error.Text("statusCode") == Refusals.Locked) ? new WriteOutcome.Rejected(words) { IsPassing = true } : new WriteOutcome.Rejected(words);
    }

    private double Jitter()
    {
        lock (chance)
            return chance.NextDouble();
    }
}
