
namespace Trueup.Emulators.Tests.Intercom;

public sealed class CompanyTests
{
    [Fact]
    public async Task The_list_goes_by_page_numbers_shows_only_used_companies_and_ends_with_an_empty_page()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var old = crm.CreateCompany("old", ("last_request_at", "100"));
        var young = crm.CreateCompany("young", ("last_request_at", "200"));
        var never = crm.CreateCompany("never");
        crm.Create("companies", ("company_id", "unused"));

        var first = await crm.PostAsync("/companies/list?per_page=2");
        var second = await crm.PostAsync("/companies/list?per_page=2&page=2");
        var beyond = await crm.PostAsync("/companies/list?per_page=2&page=3");
        var followed = await crm.GetAsync(new Uri(first.Json.GetProperty("pages").GetProperty("next").GetString()!).PathAndQuery);

        Assert.Equal([young, old, never], first.Ids.Concat(second.Ids));
        Assert.Equal((200, 0, 3), (beyond.Status, beyond.Ids.Count, beyond.Total));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, second.Json.GetProperty("pages").GetProperty("next").ValueKind);
        Assert.Equal(404, followed.Status);
    }

    [Fact]
    public async Task The_list_reaches_ten_thousand_companies_and_refuses_the_page_beyond()
    {
        await using var crm = await IntercomCalls.StartAsync();

        Assert.Equal(200, (await crm.PostAsync("/companies/list?per_page=60&page=166")).Status);
        var beyond = await crm.PostAsync("/companies/list?per_page=60&page=167");
        Assert.Equal((400, "bad_request"), (beyond.Status, beyond.Code));
    }

    [Fact]
    public async Task A_scroll_shows_everything_that_there_was_with_one_parameter_and_ends_with_an_empty_page()
    {
        await using var crm = await IntercomCalls.StartAsync();
        for (var i = 0; i < 150; i++)
            crm.Create("companies", ("company_id", $"c{i}"));
        var archived = crm.Create("companies", ("company_id", "gone"));
        crm.Crm.Mutate(new DeleteRecords("companies", [archived]));

        var first = await crm.GetAsync("/companies/scroll");
        crm.Create("companies", ("company_id", "late"));
        var second = await crm.GetAsync($"/companies/scroll?scroll_param={first["scroll_param"]}");
        var last = await crm.GetAsync($"/companies/scroll?scroll_param={first["scroll_param"]}");

        Assert.Equal((100, 51, 0), (first.Ids.Count, second.Ids.Count, last.Ids.Count));
        Assert.Equal((first["scroll_param"], null), (second["scroll_param"], last["scroll_param"]));
        Assert.Contains(archived, second.Ids);
        Assert.Equal(404, (await crm.GetAsync($"/companies/{archived}")).Status);
        Assert.Equal(404, (await crm.GetAsync($"/companies/{archived}/contacts")).Status);
        Assert.Equal(200, (await crm.GetAsync("/companies/scroll")).Status);
    }

    [Fact]
    public async Task One_scroll_is_open_at_a_time_and_dies_when_nobody_uses_it_for_a_minute()
    {
        await using var crm = await IntercomCalls.StartAsync(records: 20);

        var first = await crm.GetAsync("/companies/scroll");
        var second = await crm.GetAsync("/companies/scroll");
        crm.Clock.Advance(TimeSpan.FromSeconds(59));
        var late = await crm.GetAsync($"/companies/scroll?scroll_param={first["scroll_param"]}");
        var third = await crm.GetAsync("/companies/scroll");
        crm.Clock.Advance(TimeSpan.FromSeconds(60));
        var dead = await crm.GetAsync($"/companies/scroll?scroll_param={third["scroll_param"]}");

        Assert.Equal((400, "scroll_exists", "scroll already exists for this workspace"), (second.Status, second.Code, second.Message));
        Assert.Equal((200, 0), (late.Status, late.Ids.Count));
        Assert.Equal((200, 404), (third.Status, dead.Status));
    }

    [Fact]
    public async Task An_error_of_the_server_ends_a_scroll_and_so_does_a_control()
    {
        await using var crm = await IntercomCalls.StartAsync(records: 20);
        var first = await crm.GetAsync("/companies/scroll");

        await crm.ControlAsync("""{"control":"fault","endpoint":"scroll","status":500,"times":1}""");
        var failed = await crm.GetAsync($"/companies/scroll?scroll_param={first["scroll_param"]}");
        var continued = await crm.GetAsync($"/companies/scroll?scroll_param={first["scroll_param"]}");
        var anew = await crm.GetAsync("/companies/scroll");
        await crm.ControlAsync("""{"control":"expire","what":"scroll"}""");

        Assert.Equal((500, "Request failed due to an internal network error. Please restart the scroll operation."), (failed.Status, failed.Message));
        Assert.Equal((404, 200), (continued.Status, anew.Status));
        Assert.Equal(404, (await crm.GetAsync($"/companies/scroll?scroll_param={anew["scroll_param"]}")).Status);
    }

    [Fact]
    public async Task A_deleted_company_is_archived_a_little_later_and_its_people_leave_it()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var company = crm.CreateCompany("c");
        var contact = crm.Crm.StateOf("companies", company)!.Links.Single().Id;

        var answer = await crm.DeleteAsync($"/companies/{company}");
        var meanwhile = await crm.GetAsync($"/companies/{company}");
        crm.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((200, "True", 200), (answer.Status, answer["deleted"], meanwhile.Status));
        Assert.Equal("company_not_found", (await crm.GetAsync($"/companies/{company}")).Code);
        Assert.Equal(0, (await crm.GetAsync($"/contacts/{contact}")).Json.GetProperty("companies").GetProperty("total_count").GetInt32());
        Assert.Equal(0, (await crm.PostAsync("/companies/list")).Total);
    }

    [Fact]
    public async Task A_company_is_made_once_for_its_key()
    {
        await using var crm = await IntercomCalls.StartAsync();

        var made = await crm.PostAsync("/companies", new { company_id = "k", name = "One", plan = "Pro", monthly_spend = 3 });
        var again = await crm.PostAsync("/companies", new { company_id = "k", name = "Two" });
        var put = await crm.PutAsync($"/companies/{made["id"]}", new { company_id = "other", name = "Three" });

        Assert.Equal((made["id"], "Two"), (again["id"], again["name"]));
        Assert.Equal(("k", "Three"), (put["company_id"], put["name"]));
        Assert.Equal("Pro", put.Json.GetProperty("plan").GetProperty("name").GetString());
        Assert.Equal(400, (await crm.PostAsync("/companies", new { company_id = "k", monthly_spend = 3_000_000_000 })).Status);
        Assert.Equal(made["id"], (await crm.GetAsync("/companies?company_id=k"))["id"]);
    }
}
