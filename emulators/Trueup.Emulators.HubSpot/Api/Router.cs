using System.Text.RegularExpressions;
using Trueup.Emulators.HubSpot.Portal;
using Trueup.Emulators.HubSpot.Search;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Where a request goes: the endpoint's stable name, the stream it is about, and what answers it.</summary>
internal sealed record Route(string Endpoint, ObjectTable? Table, Func<Answer> Reply)
{
    /// <summary>Whether it needs a bearer token.</summary>
    public bool Open { get; init; }
}

/// <summary>Finds the endpoint of a path, in the classic and the dated family alike (facts, section 0.1).</summary>
internal sealed partial class Router(
    HubSpotPortal portal, Tokens tokens, RecordReads reads, RecordSearch search, RecordWrites writes, AssociationCalls associations,
    PropertyCalls properties, MetadataCalls metadata, AccountCalls account)
{
    /// <summary>Every endpoint name that controls may use.</summary>
    public static readonly string[] Endpoints =
    [
        "list", "archived", "get", "search", "batch-read", "create", "update", "archive", "merge", "gdpr-delete", "batch-create", "batch-update",
        "batch-upsert", "batch-archive", "associations", "associations-list", "associations-write", "labels", "labels-write", "properties",
        "properties-write", "groups", "schemas", "schemas-write", "owners", "pipelines", "pipelines-write", "count", "account", "usage",
        "token", "token-info", "authorize",
    ];

    [GeneratedRegex(@"^(v\d|20\d\d-\d\d(-beta)?)$")]
    private static partial Regex Version { get; }

    public Route? Find(Call call)
    {
        var parts = call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["crm", var version, "objects", .. var rest] when Version.IsMatch(version) => Objects(call, rest),
            ["crm", "objects", var version, .. var rest] when Version.IsMatch(version) => Objects(call, rest),
            ["crm", var version, "properties", .. var rest] when Version.IsMatch(version) => Properties(call, rest),
            ["crm", "properties", var version, .. var rest] when Version.IsMatch(version) => Properties(call, rest),
            ["crm", var version, "associations", .. var rest] when Version.IsMatch(version) => Associations(call, version, rest),
            ["crm", "associations", var version, .. var rest] when Version.IsMatch(version) => Associations(call, version, rest),
            ["crm", var version, "pipelines", .. var rest] when Version.IsMatch(version) => Pipelines(call, rest),
            ["crm", "pipelines", var version, .. var rest] when Version.IsMatch(version) => Pipelines(call, rest),
            ["crm", var version, "owners", .. var rest] when Version.IsMatch(version) => Owners(call, rest),
            ["crm", "owners", var version, .. var rest] when Version.IsMatch(version) => Owners(call, rest),
            ["crm", var version, "schemas", .. var rest] when Version.IsMatch(version) => Schemas(call, rest),
            ["crm-object-schemas", var version, "schemas", .. var rest] when Version.IsMatch(version) => Schemas(call, rest),
            ["crm", "v3", "limits", "records"] or ["crm", "limits", _, "records"] => Get(call, "count", null, account.Counts),
            ["account-info", _, "details"] => Get(call, "account", null, account.Details),
            ["account-info", _, "api-usage", "daily", "private-apps"] => Get(call, "usage", null, account.Usage),
            ["oauth", .. var rest] => OAuth(call, rest),
            _ => null,
        };
    }

    private Route? Objects(Call call, string[] rest)
    {
        if (rest.Length == 0)
            return null;
        var table = portal.Find(rest[0]);
        if (table is null)
            return new Route(call.Method == "GET" ? "list" : "search", null, () => throw Refusal.UnknownType(rest[0]));
        return (call.Method, rest[1..]) switch
        {
            ("GET", []) when call.Flag("archived") => new("archived", table, () => reads.List(call, table, "archived")),
            ("GET", []) => new("list", table, () => reads.List(call, table, "list")),
            ("POST", []) => new("create", table, () => writes.Create(call, table)),
            ("POST", ["search"]) => new("search", table, () => search.Search(call, table)),
            ("POST", ["merge"]) => new("merge", table, () => writes.Merge(call, table)),
            ("POST", ["gdpr-delete"]) => new("gdpr-delete", table, () => writes.Erase(call, table)),
            ("POST", ["batch", "read"]) => new("batch-read", table, () => reads.BatchRead(call, table)),
            ("POST", ["batch", "create"]) => new("batch-create", table, () => writes.BatchCreate(call, table)),
            ("POST", ["batch", "update"]) => new("batch-update", table, () => writes.BatchUpdate(call, table)),
            ("POST", ["batch", "upsert"]) => new("batch-upsert", table, () => writes.BatchUpsert(call, table)),
            ("POST", ["batch", "archive"]) => new("batch-archive", table, () => writes.BatchArchive(call, table)),
            ("GET", [var id]) => new("get", table, () => reads.Get(call, table, id)),
            ("PATCH", [var id]) => new("update", table, () => writes.Update(call, table, id)),
            ("DELETE", [var id]) => new("archive", table, () => writes.Archive(table, id)),
            (_, [var id, "associations", .. var end]) => ObjectAssociations(call, table, id, end),
            _ => null,
        };
    }

    private Route? ObjectAssociations(Call call, ObjectTable from, string id, string[] rest) => (call.Method, rest) switch
    {
        ("GET", [var to]) => new("associations-list", from, () => associations.List(call, from, id, Type(to))),
        ("PUT", ["default", var to, var toId]) => new("associations-write", from, () => associations.PutDefault(from, id, Type(to), toId)),
        ("PUT", [var to, var toId]) => new("associations-write", from, () => associations.Put(call, from, id, Type(to), toId)),
        ("DELETE", [var to, var toId]) => new("associations-write", from, () => associations.Delete(from, id, Type(to), toId)),
        _ => null,
    };

    private Route? Associations(Call call, string version, string[] rest)
    {
        if (rest is not [var fromName, var toName, .. var end])
            return null;
        var from = portal.Find(fromName);
        Func<ObjectTable> source = () => from ?? throw Refusal.UnknownType(fromName);
        var created = string.CompareOrdinal(version, "2026-09") >= 0 && version[0] == '2' ? 200 : 201;
        return (call.Method, end) switch
        {
            ("POST", ["batch", "read"]) => new("associations", from, () => associations.BatchRead(call, source(), Type(toName))),
            ("POST", ["batch", "create"]) => new("associations-write", from, () => associations.BatchCreate(call, source(), Type(toName), created)),
            ("POST", ["batch", "associate", "default"]) => new("associations-write", from, () => associations.BatchDefault(call, source(), Type(toName))),
            ("POST", ["batch", "archive"]) => new("associations-write", from, () => associations.BatchArchive(call, source(), Type(toName))),
            ("POST", ["batch", "labels", "archive"]) => new("associations-write", from, () => associations.BatchArchiveLabels(call, source(), Type(toName))),
            ("GET", ["labels"]) => new("labels", from, () => associations.Labels(source(), Type(toName))),
            ("POST", ["labels"]) => new("labels-write", from, () => associations.CreateLabel(call, source(), Type(toName))),
            ("PUT", ["labels"]) => new("labels-write", from, () => associations.UpdateLabel(call, source(), Type(toName))),
            ("DELETE", ["labels", var id]) => new("labels-write", from, () => associations.DeleteLabel(source(), Type(toName), id)),
            _ => null,
        };
    }

    private Route? Properties(Call call, string[] rest)
    {
        if (rest.Length == 0)
            return null;
        if (portal.Find(rest[0]) is not { } table)
            return new Route("properties", null, () => throw Refusal.UnknownType(rest[0]));
        return (call.Method, rest[1..]) switch
        {
            ("GET", []) => new("properties", table, () => PropertyCalls.List(call, table)),
            ("POST", []) => new("properties-write", table, () => properties.Create(call, table)),
            ("POST", ["batch", "read"]) => new("properties", table, () => properties.BatchRead(call, table)),
            ("POST", ["batch", "create"]) => new("properties-write", table, () => properties.BatchCreate(call, table)),
            ("POST", ["batch", "archive"]) => new("properties-write", table, () => properties.BatchArchive(call, table)),
            ("GET", ["groups"]) => new("groups", table, () => PropertyCalls.Groups(table)),
            ("POST", ["groups"]) => new("groups", table, () => PropertyCalls.CreateGroup(call, table)),
            ("GET", ["groups", var name]) => new("groups", table, () => PropertyCalls.GetGroup(table, name)),
            ("PATCH", ["groups", var name]) => new("groups", table, () => PropertyCalls.UpdateGroup(call, table, name)),
            ("DELETE", ["groups", var name]) => new("groups", table, () => PropertyCalls.ArchiveGroup(table, name)),
            ("GET", [var name]) => new("properties", table, () => PropertyCalls.Get(call, table, name)),
            ("PATCH", [var name]) => new("properties-write", table, () => properties.Update(call, table, name)),
            ("DELETE", [var name]) => new("properties-write", table, () => properties.Archive(table, name)),
            _ => null,
        };
    }

    private Route? Pipelines(Call call, string[] rest)
    {
        if (rest.Length == 0)
            return null;
        if (portal.Find(rest[0]) is not { } table)
            return new Route("pipelines", null, () => throw Refusal.UnknownType(rest[0]));
        return (call.Method, rest[1..]) switch
        {
            ("GET", []) => new("pipelines", table, () => metadata.Pipelines(table)),
            ("POST", []) => new("pipelines-write", table, () => metadata.CreatePipeline(call, table)),
            ("GET", [var id]) => new("pipelines", table, () => metadata.Pipeline(table, id)),
            ("PATCH", [var id]) => new("pipelines-write", table, () => metadata.UpdatePipeline(call, table, id)),
            ("GET", [var id, "stages"]) => new("pipelines", table, () => metadata.Stages(table, id)),
            ("POST", [var id, "stages"]) => new("pipelines-write", table, () => metadata.CreateStage(call, table, id)),
            ("DELETE", [var id, "stages", var stage]) => new("pipelines-write", table, () => metadata.DeleteStage(table, id, stage)),
            _ => null,
        };
    }

    private Route? Owners(Call call, string[] rest) => rest switch
    {
        [] => Get(call, "owners", null, () => metadata.Owners(call)),
        [var id] => Get(call, "owners", null, () => metadata.Owner(call, id)),
        _ => null,
    };

    private Route? Schemas(Call call, string[] rest) => (call.Method, rest) switch
    {
        ("GET", []) => new("schemas", null, () => metadata.Schemas(call)),
        ("POST", []) => new("schemas-write", null, () => metadata.CreateSchema(call)),
        ("GET", [var name]) => new("schemas", portal.Find(name), () => metadata.Schema(name)),
        ("DELETE", [var name]) => new("schemas-write", portal.Find(name), () => metadata.DeleteSchema(name)),
        _ => null,
    };

    private Route? OAuth(Call call, string[] rest) => (call.Method, rest) switch
    {
        ("GET", ["authorize"] or [_, "authorize"]) => new("authorize", null, () => tokens.Authorize(call)) { Open = true },
        ("POST", [var version, "token"]) => new("token", null, () => tokens.Exchange(call, version)) { Open = true },
        ("POST", [_, "token", "introspect"]) => new("token-info", null, () => tokens.Introspect(call)) { Open = true },
        ("POST", [_, "token", "revoke"]) => new("token-info", null, () => tokens.Revoke(call)) { Open = true },
        ("GET", [_, "access-tokens", var token]) => new("token-info", null, () => tokens.DescribeAccess(token)) { Open = true },
        ("GET", [_, "refresh-tokens", var token]) => new("token-info", null, () => tokens.DescribeRefresh(token)) { Open = true },
        ("DELETE", [_, "refresh-tokens", var token]) => new("token-info", null, () => tokens.RevokeRefresh(token)) { Open = true },
        _ => null,
    };

    private static Route? Get(Call call, string endpoint, ObjectTable? table, Func<Answer> reply) =>
        call.Method == "GET" ? new Route(endpoint, table, reply) : null;

    private ObjectTable Type(string name) => portal.Find(name) ?? throw Refusal.UnknownType(name);
}
