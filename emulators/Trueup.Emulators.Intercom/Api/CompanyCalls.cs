using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Companies: the paged list with its ceiling, the one scroll, single ones, writes (facts, section 6).</summary>
internal sealed class CompanyCalls(IntercomWorkspace workspace, Rendering rendering, Searches searches, Difficulties difficulties)
{
    private const int RowsPerScrollPage = 100;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private string? scroll;
    private long scrolledTo;
    private DateTimeOffset scrolledAt;
    private int scrolls;

    private ObjectTable Companies => workspace.Companies;

    /// <summary>Ends the open scroll, as an internal failure of the vendor does.</summary>
    public void LoseScroll() => scroll = null;

    public Answer List(Request request)
    {
        var size = Body.Number(request.Call["per_page"], "per_page", 15, 60);
        var page = Body.Number(request.Call["page"], "page", 1, int.MaxValue);
        if ((long)(page - 1) * size >= workspace.Options.CompaniesListed)
            throw Refusal.Invalid("page limit reached, please use scroll API", "bad_request");
        var ascending = request.Call["order"] == "asc";
        var view = difficulties.View("company-list", Companies.Name, workspace.Now);
        var rows = Companies.Records.Where(record => workspace.UsersOf(record) > 0).Select(record => (Record: record, Version: view.See(record)))
            .Where(row => row.Version is { Life: RecordLife.Live })
            .OrderBy(row => ObjectTable.Read(row.Version!)["last_request_at"]?.GetValue<long>() ?? 0).ThenBy(row => row.Record.Id).ToList();
        if (!ascending)
            rows.Reverse();
        var pages = (rows.Count + size - 1) / size;
        return Reply.Json(new JsonObject
        {
            ["type"] = "list",
            ["data"] = new JsonArray([.. rows.Skip((page - 1) * size).Take(size).Select(row => rendering.Show(Companies, row.Record, row.Version!))]),
            ["pages"] = new JsonObject
            {
                ["type"] = "pages", ["next"] = page < pages ? $"https://api.intercom.io/companies/list?per_page={size}&page={page + 1}" : null,
                ["page"] = page, ["per_page"] = size, ["total_pages"] = pages,
            },
            ["total_count"] = rows.Count,
        });
    }

    /// <summary>The next rows of the scroll, archived companies among them.</summary>
    public Answer Scroll(Request request)
    {
        var now = workspace.Clock.GetUtcNow();
        if (scroll is not null && now - scrolledAt > Idle)
            scroll = null;
        if (request.Call["scroll_param"] is not { } asked)
        {
            if (scroll is not null)
                throw Refusal.Invalid("scroll already exists for this workspace", "scroll_exists");
            (scroll, scrolledTo) = ($"69352cd2-0000-4000-8000-{++scrolls:x12}", 0);
        }
        else if (asked != scroll)
        {
            throw Refusal.NotFound(message: "scroll parameter not found");
        }

        scrolledAt = now;
        var size = difficulties.PageSize("scroll", Companies.Name, RowsPerScrollPage);
        var rows = Companies.Records.Skip(Companies.PositionOf(scrolledTo + 1)).Where(record => record.Now.Life != RecordLife.Gone).Take(Math.Max(1, size)).ToList();
        var param = scroll;
        if (rows.Count == 0)
            scroll = null;
        else
            scrolledTo = rows[^1].Id;
        var items = new JsonArray();
        foreach (var record in rows)
        {
            var shown = rendering.Show(Companies, record, record.Now);
            if (difficulties.Any && difficulties.WithoutId("scroll", Companies.Name, record.Id))
                shown.Remove("id");
            items.Add(shown);
        }

        return Reply.Json(new JsonObject
        {
            ["type"] = "list", ["data"] = items, ["pages"] = null, ["total_count"] = null, ["scroll_param"] = rows.Count == 0 ? null : param,
        });
    }

    public Answer Search(Request request)
    {
        if (request.Version < Versions.ExactTimes)
            throw Refusal.WrongVersion();
        return Reply.Json(searches.Search(request, Companies, 15, "data", "list", row => rendering.Show(Companies, row.Record, row.Version)));
    }

    public Answer Get(string id) => Reply.Json(Show(Existing(id)));

    public Answer ByKey(Request request)
    {
        if (request.Call["company_id"] is not { } key)
            throw Refusal.Invalid("company_id is missing", "parameter_missing");
        return Reply.Json(Show(WithKey(key) ?? throw Refusal.NotFound("company_not_found", "Company Not Found")));
    }

    public Answer Upsert(Request request)
    {
        var body = Body.Parse(request.Call);
        var key = body.Needed("company_id");
        var company = WithKey(key);
        if (company is null)
            company = workspace.Create(Companies, Writes.Apply(Companies, [], body));
        else
            workspace.Edit(Companies, company, stored => Writes.Apply(Companies, stored, body), workspace.Stamp);
        return Reply.Json(Show(company));
    }

    public Answer Update(Request request, string id)
    {
        var company = Existing(id);
        var body = Body.Parse(request.Call);
        body.Remove("company_id");
        body.Remove("remote_created_at");
        workspace.Edit(Companies, company, stored => Writes.Apply(Companies, stored, body), workspace.Stamp);
        return Reply.Json(Show(company));
    }

    public Answer Delete(string id)
    {
        var company = Existing(id);
        workspace.Delete(Companies, company);
        return Reply.Json(new JsonObject { ["id"] = id, ["object"] = "company", ["deleted"] = true });
    }

    public Answer Contacts(string id) => Reply.Json(new JsonObject
    {
        ["type"] = "list", ["data"] = new JsonArray([.. workspace.ContactsOf(Existing(id)).Select(contact => rendering.Show(workspace.Contacts, contact, contact.Now))]),
        ["total_count"] = workspace.UsersOf(Existing(id)),
    });

    private JsonObject Show(Record company) => rendering.Show(Companies, company, company.Now);

    private Record? WithKey(string key) => Companies.Records.FirstOrDefault(record => record.Now.Life == RecordLife.Live && ObjectTable.Read(record.Now).Text("company_id") == key);

    private Record Existing(string id) =>
        Companies.Find(id) is { Now.Life: RecordLife.Live } company ? company : throw Refusal.NotFound("company_not_found", "Company Not Found");
}
