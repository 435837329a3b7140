namespace Trueup.Connectors.Salesforce;

/// <summary>Salesforce's paths below the instance's address: the one place that knows API versions.</summary>
/// <remarks>Source: developer.salesforce.com REST API and Bulk API 2.0 guides, read on 2026-09.</remarks>
internal sealed class SalesforcePaths(string apiVersion)
{
    public const string Authorize = "/services/oauth2/authorize";
    public const string Token = "/services/oauth2/token";
    public const string UserInfo = "/services/oauth2/userinfo";

    private readonly string data = $"/services/data/v{apiVersion}";

    public string Objects => data + "/sobjects";

    public string Limits => data + "/limits";

    public string RecordCounts => data + "/limits/recordCount";

    public string Composite => data + "/composite";

    public string QueryJobs => data + "/jobs/query";

    public string IngestJobs => data + "/jobs/ingest";

    public string IngestJob(string job) => $"{IngestJobs}/{Uri.EscapeDataString(job)}";

    public string IngestFile(string job) => IngestJob(job) + "/batches";

    /// <summary>What became of rows; <paramref name="which"/> is <c>successfulResults</c>, <c>failedResults</c> or <c>unprocessedrecords</c>.</summary>
    public string IngestResults(string job, string which) => $"{IngestJob(job)}/{which}/";

    public string Describe(string type) => $"{data}/sobjects/{type}/describe";

    public string Record(string type, string id) => $"{data}/sobjects/{type}/{id}?fields=Id";

    /// <summary>One record, to write it.</summary>
    public string Row(string type, string id) => $"{data}/sobjects/{type}/{id}";

    /// <summary>Up to 200 records, to write them.</summary>
    public string Collections => Composite + "/sobjects";

    /// <summary>Up to 200 records, to delete them.</summary>
    public string Deletion(IEnumerable<string> ids) => $"{Collections}?allOrNone=false&ids={string.Join(',', ids)}";

    public string Deleted(string type, string start, string end) =>
        $"{data}/sobjects/{type}/deleted?start={Uri.EscapeDataString(start)}&end={Uri.EscapeDataString(end)}";

    /// <summary>A query, of live records alone or of deleted and archived ones as well.</summary>
    public string Query(string soql, bool all) => $"{data}/{(all ? "queryAll" : "query")}?q={Soql.Escape(soql)}";

    /// <summary>The rest of a query, whichever way it was begun.</summary>
    public string More(string locator) => $"{data}/query/{Uri.EscapeDataString(locator)}";

    public string QueryJob(string job) => $"{QueryJobs}/{Uri.EscapeDataString(job)}";

    public string Results(string job, int rows, string? locator) =>
        FormattableString.Invariant($"{QueryJob(job)}/results?maxRecords={rows}") + (locator is null ? "" : "&locator=" + Uri.EscapeDataString(locator));
}
