using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Where a read of a bulk result is.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="Locator">The token of the answer; empty for the first.</param>
/// <param name="RowsPerAnswer">Rows that the answer was asked to have.</param>
/// <param name="Skipped">Rows of the answer that were read.</param>
/// <param name="RowsBefore">Rows of the answers before it.</param>
internal sealed record BulkPlace(string Job, string Locator, int RowsPerAnswer, int Skipped, long RowsBefore)
{
    private const string Prefix = "job:";

    /// <summary>Reads a cursor; null where it is one of another way of reading.</summary>
    public static BulkPlace? From(string? cursor) =>
        cursor is not null && cursor.StartsWith(Prefix, StringComparison.Ordinal) && cursor[Prefix.Length..].Split('|') is [var job, var locator, var rows, var skipped, var before]
        && int.TryParse(rows, NumberStyles.None, CultureInfo.InvariantCulture, out var perAnswer) && int.TryParse(skipped, NumberStyles.None, CultureInfo.InvariantCulture, out var step)
        && long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var read)
            ? new BulkPlace(job, locator, perAnswer, step, read) : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Job}|{Locator}|{RowsPerAnswer}|{Skipped}|{RowsBefore}");
}

/// <summary>A bulk job that is done.</summary>
/// <param name="Place">Where its result is read from.</param>
/// <param name="Rows">Rows of its result; null where Salesforce does not say.</param>
internal sealed record BulkJob(BulkPlace Place, long? Rows);

/// <summary>Reads whole objects as jobs of the Bulk API 2.0: Salesforce runs the query on its own and keeps the result for seven days.</summary>
/// <remarks>Sources: developer.salesforce.com "Bulk API 2.0 and Bulk API Developer Guide", read on 2026-09; forcedotcom/cli#2968 and
/// jsforce/jsforce#1278 (paging), singer-io/tap-salesforce#57 (jobs that are gone).</remarks>
internal sealed class BulkReading(SalesforceApi api, Counting counting, SalesforceOptions options, TimeProvider clock, ILogger log)
{
    private const int FewestRows = 1_000;
    private const int MostRows = 100_000;

    private static readonly TimeSpan FirstPoll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SlowestPoll = TimeSpan.FromSeconds(20);

    // Salesforce itself gives up after 15 tries of ten minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(3);

    // Objects that the Bulk API does not know, learnt by asking.
    private readonly ConcurrentDictionary<string, string> refused = new(StringComparer.Ordinal);

    /// <summary>Begins a job, or goes on with one, and waits until its result can be read.</summary>
    /// <returns>Null where the object is read another way: it is small, the Bulk API does not take it, or its job failed.</returns>
    /// <exception cref="CursorExpiredException">The job of the cursor is gone.</exception>
    public async Task<BulkJob?> BeginAsync(FullRead request, ObjectShape shape, CancellationToken cancellationToken)
    {
        if (BulkPlace.From(request.Resume) is { } place)
            return await WaitAsync(request.Stream, place, cancellationToken)
                ?? throw new CursorExpiredException($"The bulk job that read {request.Stream.Name} is gone; the read starts again.");
        if (request.Resume is not null || refused.ContainsKey(shape.Name) || await counting.SizeAsync(request.Stream, cancellationToken) < options.BulkFromRecords)
            return null;
        return await CreateAsync(request, shape, cancellationToken) is { } job
            ? await WaitAsync(request.Stream, new BulkPlace(job, "", options.BulkRowsAtFirst, 0, 0), cancellationToken)
            : null;
    }

    /// <summary>Reads the result of a job.</summary>
    /// <exception cref="CursorExpiredException">The result is gone or not whole. It would be the same for seven days, so another job has to read anew.</exception>
    public async IAsyncEnumerable<RecordPage> ReadAsync(
        FullRead request, ObjectShape shape, BulkJob job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var selection = shape.Selection(request.Fields);
        var place = job.Place;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var buffers = new OneBuffer(options.BulkAnswerBytes);
        while (true)
        {
            using var rows = await FetchAsync(request.Stream, shape, selection, place, buffers, cancellationToken);
            if (rows.Locator is { } next && !seen.Add(next))
                throw new CursorExpiredException($"Salesforce sent the same token twice in the bulk result of {request.Stream.Name}; the read starts again with another job.");
            rows.Skip(place.Skipped);
            do
            {
                var page = rows.ReadPage();
                if (!rows.IsAtEnd)
                {
                    page.Next = (place with { Skipped = rows.Rows }).ToString();
                    yield return page;
                    continue;
                }
                var read = place.RowsBefore + rows.Rows;
                if (rows.Locator is null)
                {
                    Demand(request.Stream, job.Rows, read, page);
                    yield return page;
                    yield break;
                }
                place = new BulkPlace(place.Job, rows.Locator, RowsFor(rows), 0, read);
                page.Next = place.ToString();
                yield return page;
            }
            while (!rows.IsAtEnd);
        }
    }

    private static void Demand(StreamDescription stream, long? promised, long read, RecordPage page)
    {
        if (promised is not { } rows || rows == read)
            return;
        page.Dispose();
        throw new CursorExpiredException($"The bulk result of {stream.Name} has {read} rows, but its job processed {rows}; the read starts again with another job.");
    }

    // The wider the rows, the fewer of them in one answer.
    private int RowsFor(BulkRows rows) =>
        rows.Rows == 0 ? options.BulkRowsAtFirst : (int)Math.Clamp((long)options.BulkAnswerBytes * rows.Rows / Math.Max(1, rows.Bytes), Math.Min(FewestRows, options.BulkRowsAtFirst), MostRows);

    private async Task<BulkRows> FetchAsync(
        StreamDescription stream, ObjectShape shape, IReadOnlyList<string> selection, BulkPlace place, OneBuffer buffers, CancellationToken cancellationToken)
    {
        try
        {
            var path = api.Paths.Results(place.Job, place.RowsPerAnswer, place.Locator.Length > 0 ? place.Locator : null);
            return await api.GetCsvAsync(path, $"bulk result {stream.Name}", buffers, answer => BulkRows.Read(answer, buffers, shape, selection), cancellationToken);
        }
        catch (Exception gone) when (gone is CrmNotFoundException or CrmRefusedException)
        {
            throw new CursorExpiredException($"The bulk result of {stream.Name} can no longer be read; the read starts again. {gone.Message}");
        }
    }

    private async Task<string?> CreateAsync(FullRead request, ObjectShape shape, CancellationToken cancellationToken)
    {
        var body = SalesforceApi.Body(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("operation"u8, shape.AsksAmongAll ? "queryAll"u8 : "query"u8);
            // Without ORDER BY and LIMIT, which would keep Salesforce from splitting the work.
            writer.WriteString("query"u8, Soql.Select(shape.Selection(request.Fields), shape.Name, [shape.LiveCondition]));
            writer.WriteString("contentType"u8, "CSV"u8);
            writer.WriteString("columnDelimiter"u8, "COMMA"u8);
            writer.WriteString("lineEnding"u8, "LF"u8);
            writer.WriteEndObject();
        });
        try
        {
            var job = await api.PostAsync(api.Paths.QueryJobs, $"bulk query {request.Stream.Name}", body, repeatable: true, SalesforceApi.Json, cancellationToken);
            return job.Text("id") is { Length: > 0 } id ? id : throw new CrmContractException("Salesforce made a bulk job without an id.");
        }
        catch (Exception refusal) when (refusal is CrmRefusedException or CrmForbiddenException or CrmNotFoundException)
        {
            // A limit of the day passes; what the Bulk API cannot do it never can.
            if (refusal is not CrmRefusedException { Code: "LIMIT_EXCEEDED" or Refusals.Field })
                refused[shape.Name] = refusal.Message;
            log.LogInformation("{Stream} is read by pages, since the Bulk API does not take it: {Reason}", request.Stream.Name, refusal.Message);
            return null;
        }
    }

    // Null: there will be no result.
    private async Task<BulkJob?> WaitAsync(StreamDescription stream, BulkPlace place, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        for (var wait = FirstPoll; ; wait = wait * 1.5 < SlowestPoll ? wait * 1.5 : SlowestPoll)
        {
            if (await JobAsync(stream, place, cancellationToken) is not { } job)
                return null;
            switch (job.Text("state"))
            {
                case "JobComplete":
                    return new BulkJob(place, job.Number("numberRecordsProcessed"));
                case "Failed" or "Aborted":
                    log.LogInformation("{Stream} is read by pages, since its bulk job ended without a result: {Reason}", stream.Name,
                        job.Text("errorMessage") is { Length: > 0 } reason ? VendorText.Clean(reason) : "no reason given");
                    return null;
            }
            if (clock.GetElapsedTime(began) > Patience)
                throw new CrmUnavailableException($"Salesforce has not finished the bulk job that reads {stream.Name} within {Patience.TotalHours:0} hours; the next sync tries again.");
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private async Task<JsonElement?> JobAsync(StreamDescription stream, BulkPlace place, CancellationToken cancellationToken)
    {
        try
        {
            return await api.GetAsync(api.Paths.QueryJob(place.Job), $"bulk job {stream.Name}", cancellationToken);
        }
        catch (Exception gone) when (gone is CrmNotFoundException or CrmRefusedException)
        {
            return null;
        }
    }
}
