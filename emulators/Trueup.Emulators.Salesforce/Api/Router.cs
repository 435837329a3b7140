using System.Globalization;
using Trueup.Emulators.Salesforce.Bulk;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>A request as the answering code sees it.</summary>
/// <param name="Session">The bearer token; empty for endpoints that need none.</param>
/// <param name="Version">The API version as it stands in the path, such as <c>v67.0</c>.</param>
internal sealed record Request(Call Call, string Session, string Version);

/// <summary>Where a request goes: the endpoint's stable name, the object it is about, and what answers it.</summary>
internal sealed record Route(string Endpoint, SObjectTable? Table, Func<Request, Answer> Reply)
{
    /// <summary>Whether it needs no bearer token and costs no call.</summary>
    public bool Open { get; init; }

    public string Version { get; init; } = "";
}

/// <summary>Finds the endpoint of a path. Repeated slashes count as one: the vendor's command line sends them.</summary>
internal sealed class Router(
    SalesforceOrg org, Tokens tokens, QueryCalls queries, DescribeCalls describes, RowCalls rows, CollectionCalls collections,
    ReplicationCalls replication, ResourceCalls resources, BulkJobs jobs, JobCalls anyJobs,
    QueryJobCalls queryJobs, IngestJobCalls ingestJobs, Action<Call, Route> allow)
{
    private static readonly string[] Methods = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];

    private const double FirstVersion = 31;
    private const double LastVersion = 67;

    /// <summary>Every endpoint name that controls may use.</summary>
    public static readonly string[] Endpoints =
    [
        "versions", "resources", "describe-global", "describe", "query", "query-all", "query-more", "get", "related", "retrieve", "updated", "deleted",
        "create", "update", "upsert", "delete", "collections-create", "collections-update", "collections-upsert", "collections-delete", "composite", "batch",
        QueryJobCalls.CreateEndpoint, QueryJobCalls.PollEndpoint, "bulk-list", QueryJobCalls.ResultsEndpoint, QueryJobCalls.PagesEndpoint, "bulk-abort", "bulk-delete",
        IngestJobCalls.CreateEndpoint, IngestJobCalls.UploadEndpoint, IngestJobCalls.CloseEndpoint, IngestJobCalls.PollEndpoint, IngestJobCalls.ResultsEndpoint, "ingest-list", "ingest-delete",
        "limits", "record-count", "identity", "userinfo", "token", "revoke", "authorize",
    ];

    public Route? Find(Call call) =>
        call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["services", "data"] => Get(call, "versions", _ => ResourceCalls.Versions()) is { } route ? route with { Open = true } : null,
            ["services", "data", var version, .. var rest] when IsVersion(version) => Data(call, rest) is { } route ? route with { Version = version } : null,
            ["services", "oauth2", var name] => OAuth(call, name),
            ["id", _, _] => Get(call, "identity", request => tokens.Identity(request.Call)) is { } route ? route with { Open = true } : null,
            _ => null,
        };

    /// <summary>The methods that a path answers to.</summary>
    public IReadOnlyList<string> Allowed(Call call) => [.. Methods.Where(method => Find(call with { Method = method }) is not null)];

    /// <summary>Refuses a version that is retired or does not exist yet.</summary>
    public static void RequireVersion(string version)
    {
        var number = NumberOf(version);
        if (number < FirstVersion)
            throw Refusal.Of(410, "GONE", $"API version {version.TrimStart('v')} is retired");
        if (number > LastVersion)
            throw Refusal.NotFound();
    }

    private static bool IsVersion(string text) => text.StartsWith('v') && NumberOf(text) > 0;

    private static double NumberOf(string version) =>
        double.TryParse(version[1..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private Route? Data(Call call, string[] rest) => rest switch
    {
        [] => Get(call, "resources", resources.List),
        ["sobjects"] => Get(call, "describe-global", request => describes.Global(request.Call, request.Version)),
        ["sobjects", var name, .. var more] => SObject(call, name, more),
        ["query"] => Get(call, QueryCalls.QueryEndpoint, request => queries.Query(request.Call, request.Session, request.Version, all: false)),
        ["queryAll"] => Get(call, QueryCalls.QueryAllEndpoint, request => queries.Query(request.Call, request.Session, request.Version, all: true)),
        ["query" or "queryAll", var locator] => Get(call, QueryCalls.MoreEndpoint,
            request => queries.More(request.Call, request.Session, request.Version, locator)),
        ["composite", .. var more] => Composite(call, more),
        ["jobs", "query", .. var more] => QueryJobs(call, more),
        ["jobs", "ingest", .. var more] => IngestJobs(call, more),
        ["limits"] => Get(call, "limits", _ => resources.Limits()),
        ["limits", "recordCount"] => Get(call, "record-count", request => resources.RecordCount(request.Call)),
        _ => null,
    };

    private Route? SObject(Call call, string name, string[] more)
    {
        var table = org.FindVisible(name);
        // Clients that cannot send PATCH send POST and say so.
        var method = call.Method == "POST" && call["_HttpMethod"] is { } meant ? meant : call.Method;
        Route For(string endpoint, Func<Request, Answer> reply) => new(endpoint, table, reply);
        return (method, more) switch
        {
            ("GET", []) => For("describe", request => DescribeCalls.Basic(request.Version, Known(table))),
            ("GET", ["describe"]) => For("describe", request => describes.Describe(request.Call, request.Version, Known(table))),
            ("GET", ["updated"]) => For(ReplicationCalls.UpdatedEndpoint, request => replication.Updated(request.Call, Known(table))),
            ("GET", ["deleted"]) => For(ReplicationCalls.DeletedEndpoint, request => replication.Deleted(request.Call, Known(table))),
            ("POST", []) => For("create", request => rows.Create(request, Known(table))),
            ("GET" or "HEAD", [var id]) => For("get", request => rows.Get(request, Known(table), id)),
            ("PATCH", [var id]) => For("update", request => rows.Update(request, Known(table), id)),
            ("DELETE", [var id]) => For("delete", _ => rows.Delete(Known(table), id)),
            ("GET", [var id, var relationship]) when SalesforceId.Normalize(id) is not null && table?.Fields.Find(id) is null =>
                For("related", request => rows.Related(request, Known(table), id, relationship)),
            ("GET", [var field, var value]) => For("get", request => rows.GetByKey(request, Known(table), field, value)),
            ("PATCH", [var field, var value]) => For("upsert", request => rows.Upsert(request, Known(table), field, value)),
            ("DELETE", [var field, var value]) => For("delete", request => rows.DeleteByKey(request, Known(table), field, value)),
            _ => null,
        };
    }

    private Route? Composite(Call call, string[] more) => (call.Method, more) switch
    {
        ("GET", []) => new("resources", null, request => CompositeCalls.List(request.Version)),
        ("POST", []) => new("composite", null, new CompositeCalls(org, Find, allow).Composite),
        ("POST", ["batch"]) => new("batch", null, new CompositeCalls(org, Find, allow).Batch),
        ("POST", ["sobjects"]) => new("collections-create", null, request => collections.Create(request.Call)),
        ("PATCH", ["sobjects"]) => new("collections-update", null, request => collections.Update(request.Call)),
        ("DELETE", ["sobjects"]) => new("collections-delete", null, request => collections.Delete(request.Call)),
        ("GET" or "POST", ["sobjects", var name]) =>
            new(CollectionCalls.RetrieveEndpoint, org.FindVisible(name), request => collections.Retrieve(request, Known(org.FindVisible(name)))),
        ("PATCH", ["sobjects", var name, var field]) =>
            new("collections-upsert", org.FindVisible(name), request => collections.Upsert(request.Call, Known(org.FindVisible(name)), field)),
        _ => null,
    };

    private Route? QueryJobs(Call call, string[] more)
    {
        // The job may be unknown: then only the answer says so.
        var table = more.Length > 0 && jobs.TryFind<QueryJob>(more[0], out var known) ? known.Table : null;
        Route For(string endpoint, Func<Request, QueryJob, Answer> reply) => new(endpoint, table, request => reply(request, jobs.Find<QueryJob>(more[0])));
        return (call.Method, more) switch
        {
            ("POST", []) => new(QueryJobCalls.CreateEndpoint, null, queryJobs.Create),
            ("GET", []) => new("bulk-list", null, _ => anyJobs.List<QueryJob>()),
            ("GET", [_]) => For(QueryJobCalls.PollEndpoint, (_, job) => anyJobs.Poll(job)),
            ("PATCH", [_]) => For("bulk-abort", queryJobs.Abort),
            ("DELETE", [_]) => For("bulk-delete", (_, job) => anyJobs.Delete(job)),
            ("GET", [_, "results"]) => For(QueryJobCalls.ResultsEndpoint, queryJobs.Results),
            ("GET", [_, "resultPages"]) => For(QueryJobCalls.PagesEndpoint, queryJobs.Pages),
            _ => null,
        };
    }

    private Route? IngestJobs(Call call, string[] more)
    {
        var table = more.Length > 0 && jobs.TryFind<IngestJob>(more[0], out var known) ? known.Table : null;
        Route For(string endpoint, Func<Request, IngestJob, Answer> reply) => new(endpoint, table, request => reply(request, jobs.Find<IngestJob>(more[0])));
        // Clients spell the results in several cases.
        return (call.Method, more.Length, more.ElementAtOrDefault(1)?.ToUpperInvariant()) switch
        {
            ("POST", 0, _) => new(IngestJobCalls.CreateEndpoint, null, ingestJobs.Create),
            ("GET", 0, _) => new("ingest-list", null, _ => anyJobs.List<IngestJob>()),
            ("GET", 1, _) => For(IngestJobCalls.PollEndpoint, (_, job) => anyJobs.Poll(job)),
            ("PATCH", 1, _) => For(IngestJobCalls.CloseEndpoint, ingestJobs.Close),
            ("DELETE", 1, _) => For("ingest-delete", (_, job) => anyJobs.Delete(job)),
            ("PUT", 2, "BATCHES") => For(IngestJobCalls.UploadEndpoint, IngestJobCalls.Upload),
            ("GET", 2, "SUCCESSFULRESULTS") => For(IngestJobCalls.ResultsEndpoint, (_, job) => ingestJobs.Successful(job)),
            ("GET", 2, "FAILEDRESULTS") => For(IngestJobCalls.ResultsEndpoint, (_, job) => ingestJobs.Failed(job)),
            ("GET", 2, "UNPROCESSEDRECORDS") => For(IngestJobCalls.ResultsEndpoint, (_, job) => ingestJobs.Unprocessed(job)),
            _ => null,
        };
    }

    private Route? OAuth(Call call, string name) => (call.Method, name) switch
    {
        ("GET" or "POST", "authorize") => new("authorize", null, request => tokens.Authorize(request.Call)) { Open = true },
        ("POST", "token") => new("token", null, request => tokens.Exchange(request.Call)) { Open = true },
        ("GET" or "POST", "revoke") => new("revoke", null, request => tokens.Revoke(request.Call)) { Open = true },
        ("GET" or "POST", "userinfo") => new("userinfo", null, request => tokens.UserInfo(request.Call)) { Open = true },
        _ => null,
    };

    private static SObjectTable Known(SObjectTable? table) => table ?? throw Refusal.NotFound();

    private static Route? Get(Call call, string endpoint, Func<Request, Answer> reply) =>
        call.Method is "GET" or "HEAD" ? new Route(endpoint, null, reply) : null;
}
