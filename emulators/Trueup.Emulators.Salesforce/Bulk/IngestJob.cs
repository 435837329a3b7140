using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>What became of one row of an uploaded file.</summary>
/// <param name="Start">Where the row begins in the file.</param>
/// <param name="Id">The id of the record; empty where there is none.</param>
/// <param name="Error">Why nothing was written; null where it was.</param>
internal readonly record struct RowResult(int Start, string Id, bool Created, string? Error);

/// <summary>A file of rows that is written on its own (facts, section 8.5).</summary>
/// <param name="key">The external id by which rows are found; null unless the operation is an upsert.</param>
internal sealed class IngestJob(string id, SObjectTable table, string operation, FieldDefinition? key, CsvDialect dialect, string version, JobCourse course, long created)
    : BulkJob(id, table, operation, dialect, version, course, created)
{
    private const int BytesPerRow = 32;

    private readonly List<RowResult> results = [];

    public FieldDefinition? Key { get; } = key;

    /// <summary>The file; null before it was uploaded.</summary>
    public ReadOnlyMemory<byte>? File { get; set; }

    /// <summary>The columns of the file; empty where it cannot be read.</summary>
    public IReadOnlyList<string> Header { get; set; } = [];

    /// <summary>The rows that were worked through, in the order of the file.</summary>
    public IReadOnlyList<RowResult> Results => results;

    /// <summary>Where the first row begins that was not worked through.</summary>
    public int Unprocessed { get; set; }

    /// <summary>Whether the job stops halfway.</summary>
    public bool EndsBadly => Course.End != JobState.JobComplete;

    public override long Bytes => (File?.Length ?? 0) + (long)results.Count * BytesPerRow;

    public void Add(RowResult result) => results.Add(result);

    protected override void Describe(JsonObject json)
    {
        json["jobType"] = "V2Ingest";
        json["contentUrl"] = $"services/data/{Version}/jobs/ingest/{Id}/batches";
        if (Key is { } external)
            json["externalIdFieldName"] = external.Name;
    }

    protected override void Count(JsonObject json, bool began)
    {
        var (processed, failed) = began ? (results.Count, results.Count(result => result.Error is not null)) : (0, 0);
        json["numberRecordsProcessed"] = processed;
        json["numberRecordsFailed"] = failed;
        json["apiActiveProcessingTime"] = processed;
        json["apexProcessingTime"] = 0;
    }

    /// <exception cref="Refusal">It has not ended.</exception>
    public void RequireEnd(long now)
    {
        Advance(now);
        if (!IsEnded)
            throw WrongState($"Cannot read the results of a job that is {State}");
    }
}
