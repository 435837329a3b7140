using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>A query that runs on its own. Its rows are those of the moment in which it was made.</summary>
/// <param name="soql">The query as it was sent.</param>
/// <param name="rows">What it found.</param>
/// <param name="reachable">Rows that its pages show; fewer than there are where a ceiling hides the rest.</param>
internal sealed class QueryJob(string id, BoundQuery query, string soql, bool all, (Record Record, RecordVersion Version)[] rows, int reachable,
    CsvDialect dialect, string version, JobCourse course, long created) : BulkJob(id, query.Table, all ? "queryAll" : "query", dialect, version, course, created)
{
    private const int BytesPerRow = 16;

    public BoundQuery Query { get; } = query;

    public string Soql { get; } = soql;

    /// <summary>What the object and its fields were at when the query ran.</summary>
    public (long Records, long Fields) TableVersion { get; } = (query.Table.Version, query.Table.Fields.Version);

    /// <summary>How many rows its pages show.</summary>
    public int Reachable { get; } = reachable;

    public override long Bytes => rows.LongLength * BytesPerRow;

    public Row this[int position] => new(Table, rows[position].Record, rows[position].Version);

    protected override void Describe(JsonObject json)
    {
        json["jobType"] = "V2Query";
        // A job in a given order, or of the first rows, is not split.
        json["isPkChunkingSupported"] = Query.OrderBy.Count == 0 && Query.Limit is null;
    }

    protected override void Count(JsonObject json, bool began) => json["numberRecordsProcessed"] = State == JobState.JobComplete ? rows.Length : 0;
}
