using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Writes as jobs of the Bulk API 2.0 (facts, section 8.5). Used under the org's lock.</summary>
/// <param name="usualPolls">The poll that finds an undisturbed job done.</param>
/// <param name="mayErase">Whether the connected user may delete without the recycle bin.</param>
internal sealed class IngestJobCalls(SalesforceOrg org, BulkJobs jobs, IngestRun run, Quotas quotas, Difficulties difficulties, int usualPolls, bool mayErase)
{
    public const string CreateEndpoint = "ingest-create";
    public const string UploadEndpoint = "ingest-upload";
    public const string CloseEndpoint = "ingest-close";
    public const string PollEndpoint = "ingest-poll";
    public const string ResultsEndpoint = "ingest-results";

    // The vendor's 150 MB are those of the file in base64, which makes four bytes of three.
    private const int MostBytes = 150 * 1024 * 1024 / 4 * 3;
    private const int RowsPerBatch = 10_000;

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        var name = body.Text("object") ?? throw Refusal.Bad("INVALIDJOB", "No object specified");
        var table = org.FindVisible(name) is { Type.InBulk: true } found ? found : throw Refusal.Bad("INVALIDENTITY", $"Entity '{name}' is not supported by the Bulk API.");
        var operation = body.Text("operation") switch
        {
            "hardDelete" when !mayErase => throw Refusal.Bad("FEATURENOTENABLED", "hardDelete is not enabled for the user"),
            "insert" or "update" or "upsert" or "delete" or "hardDelete" => body.Text("operation")!,
            null => throw Refusal.Bad("INVALIDJOB", "No operation specified"),
            var other => throw Refusal.Bad("INVALIDJOB", $"Invalid operation: {other}"),
        };
        var dialect = CsvDialect.Of(body);
        var key = operation == "upsert" ? Key(table, body.Text("externalIdFieldName")) : null;
        if (quotas.Batches.IsExhausted)
            throw Refusal.Bad("LIMIT_EXCEEDED", $"Max bulk batches ({quotas.Batches.Limit}) per 24 hrs has been reached");
        var job = new IngestJob(jobs.NextId(), table, operation, key, dialect, request.Version, JobCourse.Of(difficulties.Job(CreateEndpoint, table.Name), usualPolls), jobs.Now);
        jobs.Add(job);
        return Reply.Json(200, job.Info());
    }

    /// <summary>Takes the file: once, and whole.</summary>
    public static Answer Upload(Request request, IngestJob job)
    {
        if (job.State != JobState.Open || job.File is not null)
            throw BulkJob.WrongState("The job takes no more data");
        if (request.Call.Body.Length > MostBytes)
            throw Refusal.Bad("LIMIT_EXCEEDED", "The file is larger than 150 MB in base64");
        job.File = request.Call.Body;
        return new Answer(201, ReadOnlyMemory<byte>.Empty, null);
    }

    /// <summary>Lets a job run, or stops it.</summary>
    public Answer Close(Request request, IngestJob job)
    {
        var written = 0;
        switch (Body.Parse(request.Call).Text("state"))
        {
            case "Aborted":
                job.Abort(jobs.Now);
                break;
            case "UploadComplete" when job.State == JobState.Open:
                written = run.Write(job);
                quotas.Batches.Take((job.Results.Count + RowsPerBatch - 1) / RowsPerBatch);
                job.Begin(jobs.Now);
                break;
            case "UploadComplete":
                throw BulkJob.WrongState($"The job is {job.State}");
            case var state:
                throw Refusal.Bad("INVALIDJOB", $"Invalid state: {state}");
        }
        return Reply.Json(200, job.Info()) with { Written = written };
    }

    public Answer Successful(IngestJob job) => Results(job, "sf__Created", job.Results.Where(result => result.Error is null),
        result => result.Created ? "true" : "false");

    public Answer Failed(IngestJob job) => Results(job, "sf__Error", job.Results.Where(result => result.Error is not null), result => result.Error!);

    /// <summary>The rows that were never worked through.</summary>
    public Answer Unprocessed(IngestJob job)
    {
        job.RequireEnd(jobs.Now);
        var csv = new JsonBytes();
        WriteCells(csv, job, job.Header);
        for (var file = new CsvFile(job.File ?? default, job.Dialect) { Position = job.Unprocessed }; !file.IsAtEnd && file.ReadRow() is { } cells;)
            WriteCells(csv, job, cells);
        return Csv(csv);
    }

    private Answer Results(IngestJob job, string column, IEnumerable<RowResult> results, Func<RowResult, string> tell)
    {
        job.RequireEnd(jobs.Now);
        var csv = new JsonBytes();
        WriteCells(csv, job, ["sf__Id", column, .. job.Header]);
        var file = new CsvFile(job.File ?? default, job.Dialect);
        foreach (var result in results)
        {
            file.Position = result.Start;
            WriteCells(csv, job, [result.Id, tell(result), .. file.ReadRow()!]);
        }
        return Csv(csv);
    }

    private static void WriteCells(JsonBytes csv, IngestJob job, IReadOnlyList<string> cells)
    {
        for (var i = 0; i < cells.Count; i++)
            CsvText.Write(i > 0 ? csv.Raw([job.Dialect.Delimiter]) : csv, cells[i]);
        csv.Raw(job.Dialect.LineEnding);
    }

    private static Answer Csv(JsonBytes csv) => new(200, csv.Written, "text/csv") { Rented = csv.Rented };

    private static FieldDefinition Key(SObjectTable table, string? name) =>
        name is { Length: > 0 } && table.Fields.FindVisible(name) is { } field && (field.ExternalId || field.Ordinal == FieldDefinition.IdOrdinal) ? field
        : throw Refusal.Bad("INVALIDJOB", name is null ? "External ID was blank for upsert" : $"InvalidJob : External ID field not found: {name}");
}
