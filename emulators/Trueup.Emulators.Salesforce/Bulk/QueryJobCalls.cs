using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Queries as jobs of the Bulk API 2.0 (facts, section 3.5). Used under the org's lock.</summary>
/// <param name="usualPolls">The poll that finds an undisturbed job done.</param>
/// <param name="kept">Pages that are sent again as they are; null to render each anew.</param>
internal sealed class QueryJobCalls(SalesforceOrg org, QueryEngine engine, BulkJobs jobs, Quotas quotas, Difficulties difficulties, int usualPolls, KeptPages? kept)
{
    public const string CreateEndpoint = "bulk-create";
    public const string PollEndpoint = "bulk-poll";
    public const string ResultsEndpoint = "bulk-results";
    public const string PagesEndpoint = "bulk-result-pages";

    // A page without a limit has all rows, unless they are more than a client could hold.
    private const int MostBytesPerPage = 256 * 1024 * 1024;
    private const int ExpectedBytesPerCell = 16;
    private const int MostExpectedBytes = 64 * 1024 * 1024;

    private const int RowsPerParallelPage = 50_000;
    private const int ParallelPages = 5;
    private const double FirstVersionOfParallelPages = 58;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public Answer Create(Request request)
    {
        var body = Body.Parse(request.Call);
        var all = body.Text("operation") switch
        {
            "query" => false,
            "queryAll" => true,
            null => throw Refusal.Bad("INVALIDJOB", "No operation specified"),
            var other => throw Refusal.Bad("INVALIDJOB", $"Invalid operation: {other}"),
        };
        var soql = body.Text("query") is { Length: > 0 } text ? text : throw Refusal.Bad("INVALIDJOB", "No query specified");
        var dialect = CsvDialect.Of(body);
        var query = BulkQueryRules.Prepare(engine, soql);
        if (quotas.QueryJobs.IsExhausted)
            throw Refusal.Bad("LIMIT_EXCEEDED", $"Max bulk v2 query jobs ({quotas.QueryJobs.Limit}) per 24 hrs has been reached");
        if (quotas.QueryKilobytes.IsExhausted)
            throw Refusal.Bad("LIMIT_EXCEEDED", $"Max bulk v2 query result size stored ({quotas.QueryKilobytes.Limit}) kb per 24 hrs has been exceeded");

        var name = query.Table.Name;
        var view = difficulties.View(CreateEndpoint, name, jobs.Now);
        var rows = engine.Rows(query, view, all, difficulties.DisturbsOrder(CreateEndpoint, name)
            ? (list, order) => difficulties.Disturb(CreateEndpoint, name, list, order) : null).Select(row => (row.Record, row.Version)).ToArray();
        quotas.QueryJobs.Take(1);
        quotas.QueryKilobytes.Take(rows.Sum(row => (long)row.Version.Body.Length) / 1024);
        var cap = difficulties.Cap(CreateEndpoint, name) is { } ceiling && ceiling.Limit < rows.Length ? ceiling : null;
        var job = new QueryJob(jobs.NextId(), query, soql, all, rows, cap is { Manner: not CapManner.Error } ? cap.Limit : rows.Length, dialect, request.Version,
            JobCourse.Of(difficulties.Job(CreateEndpoint, name), usualPolls), jobs.Now);
        job.Begin(jobs.Now);
        if (cap is { Manner: CapManner.Error })
            job.Spoil("Retried more than fifteen times");
        jobs.Add(job);
        return Reply.Json(200, job.Info());
    }

    public Answer Abort(Request request, QueryJob job)
    {
        if (Body.Parse(request.Call).Text("state") is not "Aborted" and var state)
            throw Refusal.Bad("INVALIDJOB", $"Invalid state: {state}");
        job.Abort(jobs.Now);
        return Reply.Json(200, job.Progress());
    }

    /// <summary>One page of a result.</summary>
    public Answer Results(Request request, QueryJob job)
    {
        RequireReady(request, job);
        var place = ResultPlace.Of(request.Call["locator"]);
        var asked = place.Rows ?? MostRecords(request.Call);
        var size = difficulties.PageSize(ResultsEndpoint, job.Table.Name, asked);
        if (kept is not null && !difficulties.Any && job.Query.Columns.All(IsOwn))
            return kept.Get(job, place, size, () => Page(job, place, size));
        return Page(job, place, size);
    }

    /// <summary>The addresses of the next few pages of a result, to be read at the same time.</summary>
    public Answer Pages(Request request, QueryJob job)
    {
        if (double.Parse(request.Version.AsSpan(1), CultureInfo.InvariantCulture) < FirstVersionOfParallelPages)
            throw Refusal.NotFound();
        RequireReady(request, job);
        var rows = Math.Max(1, difficulties.PageSize(PagesEndpoint, job.Table.Name, RowsPerParallelPage));
        var path = $"/services/data/{request.Version}/jobs/query/{job.Id}";
        var urls = new JsonArray();
        var from = ResultPlace.Of(request.Call["locator"]).From;
        for (; urls.Count < ParallelPages && (from < job.Reachable || from == 0 && urls.Count == 0); from += rows)
            urls.Add(new JsonObject { ["resultUrl"] = $"{path}/results?locator={new ResultPlace(from, rows)}" });
        var done = from >= job.Reachable;
        var json = new JsonObject { ["resultPages"] = urls, ["done"] = done };
        if (!done)
            json["nextRecordsUrl"] = $"{path}/resultPages?locator={new ResultPlace(from)}";
        return Reply.Json(200, json);
    }

    private Answer Page(QueryJob job, ResultPlace place, int size)
    {
        var (name, from) = (job.Table.Name, Math.Min(place.From, job.Reachable));
        var first = from > 0 && difficulties.Any && difficulties.Twice(ResultsEndpoint, name) ? from - 1 : from;
        var until = from + Math.Min(size, job.Reachable - from);
        var writer = new ResultWriter(org, job.Query.Columns, job.Dialect);
        var csv = new JsonBytes((int)Math.Min(MostExpectedBytes, 1024 + (until - first) * (long)job.Query.Columns.Count * ExpectedBytesPerCell));
        var manner = difficulties.Csv(ResultsEndpoint, name);
        if (manner is { ByteOrderMark: true })
            csv.Raw(ByteOrderMark);
        writer.WriteHeader(csv);
        var i = first;
        for (; i < until && csv.Written.Length < MostBytesPerPage; i++)
        {
            var row = job[i];
            writer.WriteRow(csv, row, difficulties.Any && difficulties.WithoutId(ResultsEndpoint, name, row.Record.Id));
        }
        var next = i >= job.Reachable ? null : i > from ? new ResultPlace(i, place.Rows) : place with { From = from, Empties = place.Empties + 1 };
        if (next is not null && difficulties.Any && difficulties.Repeats(ResultsEndpoint, name))
            next = place;
        var open = manner is { OpenEnd: true } ? job.Dialect.LineEnding.Length : 0;
        return new Answer(200, csv.Written[..^open], "text/csv")
        {
            Rented = csv.Rented,
            Headers = [new("Sforce-NumberOfRecords", (i - first).ToString(CultureInfo.InvariantCulture)), new("Sforce-Locator", next?.ToString() ?? "null")],
        };
    }

    // Whether a value changes with its own object alone.
    private static bool IsOwn(Column column) => column is Column.Field { Definition.Calculated: false };

    private void RequireReady(Request request, QueryJob job)
    {
        if (request.Version != job.Version)
            throw Refusal.Of(409, "INVALID_VERSION", $"The API version of the request must be that of the job, {job.Version.TrimStart('v')}");
        job.Advance(jobs.Now);
        if (job.State != JobState.JobComplete)
            throw BulkJob.WrongState($"Cannot read the results of a job that is {job.State}");
    }

    private static int MostRecords(Call call) => call["maxRecords"] is not { Length: > 0 } text ? int.MaxValue
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? most
        : throw Refusal.Bad("INVALID_QUERY_PARAMETER", $"Invalid value for maxRecords: {text}");
}
