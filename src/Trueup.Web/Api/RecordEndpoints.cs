using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Records, their history, the change feed, SQL and export.</summary>
internal static class RecordEndpoints
{
    internal static void MapRecords(this RouteGroupBuilder api)
    {
        const string records = "/connections/{id}/streams/{stream}/records";
        api.MapGet(records, QueryAsync).WithSummary("A page of live records, filtered and sorted.");
        api.MapGet(records + "/{record}", (string id, string stream, string record, Records all, CancellationToken cancellationToken) =>
            all.GetAsync(id, stream, record, cancellationToken)).WithSummary("One record with its links.");
        api.MapGet(records + "/{record}/history",
            async (string id, string stream, string record, Records all, CancellationToken cancellationToken) =>
                new PageView<HistoryView>(await all.HistoryAsync(id, stream, record, cancellationToken), null)).WithSummary("Its observed versions, newest first.");
        api.MapGet(records + "/{record}/why", (string id, string stream, string record, Records all, CancellationToken cancellationToken) =>
            all.WhyAsync(id, stream, record, cancellationToken)).WithSummary("What is known about it, or why it is not here.");
        api.MapGet("/connections/{id}/streams/{stream}/count",
            async (string id, string stream, string? filter, Records all, CancellationToken cancellationToken) =>
                new RecordCount(await all.CountAsync(id, stream, filter, cancellationToken))).WithSummary("How many live records match.");
        api.MapGet("/connections/{id}/streams/{stream}/export", ExportAsync).WithSummary("Streams every live record of a stream: csv, jsonl or parquet.");
        api.MapGet("/connections/{id}/changes", (string id, string? cursor, int? limit, Records all, CancellationToken cancellationToken) =>
            all.ChangesAsync(id, cursor, limit ?? 100, cancellationToken)).WithSummary("The mirror's change feed, ordered and without gaps.");
        api.MapPost("/connections/{id}/sql", SqlAsync).WithSummary("A read-only query on the typed views; answers one JSON array per line, the column names first.");
    }

    private static Task<PageView<RecordView>> QueryAsync(
        string id, string stream, string? filter, string? sort, string? fields, int? limit, string? cursor, int? skip,
        Records all, CancellationToken cancellationToken) =>
        all.QueryAsync(id, stream, new RecordsQuery(
            filter, sort, fields?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), limit ?? 100, cursor, skip ?? 0), cancellationToken);

    private static async Task SqlAsync(string id, SqlQuestion question, HttpContext http, Records all, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(question.Statement))
            throw new ProblemException(Problem.Invalid("statement is missing."));
        await JsonLines.WriteAsync(http.Response, all.SqlAsync(id, question.Statement, cancellationToken), cancellationToken);
    }

    private static async Task ExportAsync(
        string id, string stream, string? format, HttpContext http, Records all, CancellationToken cancellationToken)
    {
        var (described, records) = await all.ExportAsync(id, stream, cancellationToken);
        switch (format ?? "jsonl")
        {
            case "csv":
                http.Response.ContentType = "text/csv; charset=utf-8";
                await Export.WriteCsvAsync(http.Response.BodyWriter, described, records, cancellationToken);
                break;
            case "jsonl":
                http.Response.ContentType = "application/jsonl; charset=utf-8";
                await Export.WriteJsonLinesAsync(http.Response.BodyWriter, described, records, cancellationToken);
                break;
            case "parquet":
                http.Response.ContentType = "application/vnd.apache.parquet";
                await ParquetExport.WriteAsync(http.Response.BodyWriter, described, records, cancellationToken);
                break;
            default:
                throw new ProblemException(Problem.Invalid($"format is csv, jsonl or parquet, not {format}."));
        }
    }

    /// <summary>A query.</summary>
    internal sealed record SqlQuestion(string? Statement);

    /// <summary>How many.</summary>
    internal sealed record RecordCount(long Count);
}
