using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Companies, except their scroll (facts, section 6).</summary>
/// <param name="address">Where pages say that the next one is.</param>
/// <param name="reach">Companies that the paged list reaches.</param>
internal sealed class CompanyCalls(IntercomWorkspace workspace, Rendering rendering, Searching searching, Walks walks, Difficulties difficulties, Func<string> address, int reach)
{
    public const string ListEndpoint = "company-list";

    private const int PerPage = 15;
    private const int Most = 60;

    private static readonly string[] Writable = ["name", "plan", "size", "website", "industry", "monthly_spend"];

    private ObjectTable Table => workspace.Companies;

    /// <summary>Companies with people, the last seen first, by page numbers; beyond the last page is an empty one, and beyond the reach an error.</summary>
    public Answer List(Request request)
    {
        var call = request.Call;
        var page = Body.Number(call["page"], "page", 1, int.MaxValue);
        var perPage = Body.Number(call["per_page"], "per_page", PerPage, Most);
        var ascending = call["order"] switch
        {
            null or "" or "desc" => false,
            "asc" => true,
            var other => throw Refusal.Invalid($"order must be asc or desc, not {other}", "order"),
        };
        var cap = difficulties.Cap(ListEndpoint, Table.Name);
        if ((long)page * perPage > (cap is { Manner: CapManner.Error } ? Math.Min(reach, cap.Limit) : reach))
            throw new Refusal(400, "bad_request", "page limit reached, please use scroll API");
        var order = new SortOrder("last_request_at", (_, version) => new SortKey(double.TryParse(Table.Text(version, "last_request_at"), out var at) ? at : null, null), !ascending);
        var all = walks.Sorted(new PageOrder(ListEndpoint, Table, "", HasUsers, order, null, perPage));
        var reachable = cap is null or { Manner: CapManner.Error } ? all.Count : Math.Min(all.Count, cap.Limit);
        var from = (int)Math.Min((long)(page - 1) * perPage, reachable);
        var hits = all.GetRange(from, Math.Min(perPage, reachable - from));
        var next = from + hits.Count < reachable ? $"{address()}/companies/list?per_page={perPage}&page={page + 1}" : null;
        return rendering.Numbered(request, ListEndpoint, Table, hits, all.Count, page, perPage, next, cap?.Manner == CapManner.Header && next is null);
    }

    public Answer Search(Request request) => request.Api.Has17
        ? searching.Search(request, Table, PerPage, "list", "data", HasUsers) : throw Refusal.NotInVersion();

    public Answer Get(Request request, string id) => rendering.One(request, Table, Known(id));

    /// <summary>One by its key or name, or those of a tag or a segment.</summary>
    public Answer ByKey(Request request)
    {
        var call = request.Call;
        if (call["company_id"] is { Length: > 0 } key)
            return One(request, "company_id", key);
        if (call["name"] is { Length: > 0 } name)
            return One(request, "name", name);
        var (stream, id) = call["tag_id"] is { Length: > 0 } tag ? ("tags", tag) : call["segment_id"] is { Length: > 0 } segment ? ("segments", segment) : ("", "");
        if (stream.Length == 0)
            throw Refusal.NotFound();
        var page = Body.Number(call["page"], "page", 1, int.MaxValue);
        var perPage = Body.Number(call["per_page"], "per_page", PerPage, Most);
        var other = workspace[stream];
        var all = other.FindLive(id) is not { } record ? []
            : workspace.Links.Of(stream, record.Id, "companies").Select(each => Table.TryGet(each, out var found) ? found : null).OfType<Record>()
                .Where(each => each.Now.Life == RecordLife.Live && workspace.UsersOf(each) > 0).Select(each => new Hit(each, each.Now, default, 0)).ToList();
        return rendering.Numbered(request, "get", Table, [.. all.Skip((page - 1) * perPage).Take(perPage)], all.Count, page, perPage,
            page * perPage < all.Count ? $"{address()}/companies?{(stream == "tags" ? "tag_id" : "segment_id")}={id}&per_page={perPage}&page={page + 1}" : null);
    }

    /// <summary>Creates a company, or updates the one that has its key.</summary>
    public Answer Upsert(Request request)
    {
        var body = Body.Parse(request.Call);
        var key = body.Text("company_id");
        if (string.IsNullOrEmpty(key) && string.IsNullOrEmpty(body.Text("name")))
            throw new Refusal(400, "parameter_missing", "company_id is required", "company_id");
        var values = Values(body);
        values.AddRange(Writes.Standard(Table, body, "remote_created_at"));
        if (body.Flag("update_last_request_at") == true)
            values.Add(new(Table.Fields["last_request_at"], Stored.Number(workspace.Now / 1000)));
        var known = key is null ? null : Table.FindBy(Table.Fields["company_id"], key).FirstOrDefault(each => each.Now.Life == RecordLife.Live);
        if (known is not null)
            workspace.Edit(Table, known, values);
        else
            known = workspace.Create(Table, values.Prepend(new(Table.Fields["company_id"], Stored.Text(key ?? $"generated-{Table.LastId + 1}"))));
        return rendering.One(request, Table, known, written: 1);
    }

    public Answer Update(Request request, string id)
    {
        var company = Known(id);
        workspace.Edit(Table, company, Values(Body.Parse(request.Call)));
        return rendering.One(request, Table, company, written: 1);
    }

    /// <summary>Says at once that it is deleted; it is archived a little later.</summary>
    public Answer Delete(string id)
    {
        var company = Known(id);
        workspace.ArchiveSoon(company);
        return Reply.Json(200, new JsonObject { ["id"] = Table.IdOf(company), ["object"] = "company", ["deleted"] = true }) with { Written = 1 };
    }

    /// <exception cref="Refusal">Nobody knows it, or it is archived.</exception>
    public Record Known(string id) => Table.FindLive(id) ?? throw Refusal.NotFound("Company Not Found", "company_not_found");

    private bool HasUsers(Record company, RecordVersion version) => workspace.UsersOf(company) > 0;

    private Answer One(Request request, string field, string value) =>
        Table.FindBy(Table.Fields[field], value).FirstOrDefault(company => company.Now.Life == RecordLife.Live) is { } company
            ? rendering.One(request, Table, company) : throw Refusal.NotFound("Company Not Found", "company_not_found");

    private List<KeyValuePair<FieldDefinition, byte[]?>> Values(JsonElement body)
    {
        var values = Writes.Standard(Table, body, Writable);
        Writes.Attributes(Table, body, "custom_attributes", values);
        if (body.Get("monthly_spend") is { } spend && (!spend.TryGetInt64(out var amount) || amount > int.MaxValue))
            throw Refusal.Invalid("monthly_spend must be a whole number of at most 2147483647", "monthly_spend");
        return values;
    }
}
