namespace Trueup.Emulators.Tests.Salesforce;

public sealed class ControlTests
{
    private const string Contacts = "SELECT Id, LastName FROM Contact ORDER BY Id";

    [Fact]
    public async Task A_row_written_under_lag_shows_up_late_with_the_stamp_of_its_writing()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var id = org.Create("Contact", ("LastName", "Old"));
        org.Clock.Advance(TimeSpan.FromMinutes(1));
        await org.ControlAsync("""[{"control":"lag","endpoint":"query","delay":"PT30S"}]""");
        org.Edit("Contact", id, ("LastName", "New"));
        var late = org.Create("Contact", ("LastName", "Late"));
        const string Since = "SELECT LastName, SystemModstamp FROM Contact WHERE SystemModstamp >= 2026-09-10T08:01:00Z ORDER BY SystemModstamp, Id";

        Assert.Equal(0, (await org.QueryAsync(Since)).Total);
        Assert.Equal("Old", (await org.QueryAsync(Contacts)).Text0("LastName"));
        Assert.Equal(200, (await org.GetAsync($"/sobjects/Contact/{late}")).Status);
        org.Clock.Advance(TimeSpan.FromSeconds(30));
        var shown = await org.QueryAsync(Since);
        Assert.Equal((2, "New", "2026-09-10T08:01:00.000+0000"), (shown.Total, shown.Text0("LastName"), shown.Text0("SystemModstamp")));
    }

    [Fact]
    public async Task A_ceiling_is_a_query_that_runs_too_long_until_it_asks_for_less()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 100);
        await org.ControlAsync("""[{"control":"cap","endpoint":"query","limit":50}]""");

        Assert.Equal("QUERY_TIMEOUT", (await org.QueryAsync(Contacts)).Code);
        Assert.Equal("QUERY_TIMEOUT", (await org.QueryAsync("SELECT count() FROM Contact")).Code);
        Assert.Equal(50, (await org.QueryAsync($"{Contacts} LIMIT 50")).Records.Count);
        await org.SendAsync(HttpMethod.Delete, "/_emulator/faults", null);
        await org.ControlAsync("""[{"control":"cap","endpoint":"query","limit":50,"how":"end"}]""");
        Assert.Equal((50, true), (await org.QueryAsync(Contacts)) is var short_ ? (short_.Records.Count, short_.Json.GetProperty("done").GetBoolean()) : default);
    }

    [Fact]
    public async Task Server_chosen_pages_are_short_or_empty_and_still_lead_to_every_row()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 60);
        var all = (await org.WalkAsync(Contacts)).Select(Id);
        await org.ControlAsync("""[{"control":"pages","sizes":[3,0,7,1]}]""");

        Assert.Equal(all, (await org.WalkAsync(Contacts)).Select(Id));
    }

    [Fact]
    public async Task A_page_can_lead_back_to_itself_and_a_row_can_come_again()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 60);
        await org.ControlAsync("""[{"control":"pages","size":10}]""");
        var first = await org.QueryAsync(Contacts);
        await org.ControlAsync("""[{"control":"repeat","endpoint":"query-more","page":1},{"control":"twice","endpoint":"query-more","times":1}]""");

        var second = await org.GetAsync(first.Next!);

        Assert.Equal((first.Next, first.Ids[^1]), (second.Next, second.Ids[0]));
    }

    [Fact]
    public async Task The_order_can_be_lost_altogether_or_among_equals_alone()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 100);
        await org.ControlAsync("""[{"control":"tie","stream":"Contact","count":100}]""");
        const string ByStamp = "SELECT Id, SystemModstamp FROM Contact ORDER BY SystemModstamp, Id";
        var sorted = (await org.QueryAsync(ByStamp)).Ids;

        await org.ControlAsync("""[{"control":"order","endpoint":"query","mode":"shuffle"}]""");
        var shuffled = (await org.QueryAsync(ByStamp)).Ids;

        Assert.NotEqual(sorted, shuffled);
        Assert.Equal(sorted.Order(StringComparer.Ordinal), shuffled.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rows_can_come_without_an_id()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 100);
        await org.ControlAsync("""[{"control":"no-id","endpoint":"query","share":0.2}]""");

        Assert.InRange((await org.QueryAsync(Contacts)).Records.Count(row => !row.TryGetProperty("Id", out _)), 1, 60);
    }

    [Theory]
    [InlineData("daily", "TotalRequests Limit exceeded.")]
    [InlineData("concurrent", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")]
    public async Task An_exhausted_budget_says_which_it_is(string bucket, string message)
    {
        await using var org = await SalesforceCalls.StartAsync();
        await org.ControlAsync($$"""[{"control":"quota","bucket":"{{bucket}}","limit":25,"foreign":25}]""");

        var refused = await org.QueryAsync(Contacts);

        Assert.Equal((403, "REQUEST_LIMIT_EXCEEDED", message), (refused.Status, refused.Code, refused.Message));
        org.Clock.Advance(bucket == "daily" ? TimeSpan.FromHours(24) : TimeSpan.FromSeconds(20));
        Assert.Equal(200, (await org.QueryAsync(Contacts)).Status);
    }

    [Fact]
    public async Task Long_automation_refuses_writes_alone()
    {
        await using var org = await SalesforceCalls.StartAsync();
        await org.ControlAsync("""[{"control":"quota","bucket":"apex","limit":10,"foreign":10}]""");

        Assert.Equal("ConcurrentPerOrgLongTxn Limit exceeded.", (await org.PostAsync("/sobjects/Account", new { Name = "A" })).Message);
        Assert.Equal(200, (await org.QueryAsync(Contacts)).Status);
    }

    [Fact]
    public async Task The_daily_budget_rolls_and_every_answer_tells_of_it()
    {
        await using var org = await SalesforceCalls.StartAsync();
        await org.ControlAsync("""[{"control":"quota","bucket":"daily","limit":100,"foreign":97}]""");

        Assert.Equal("api-usage=98/100", (await org.QueryAsync(Contacts)).Headers["Sforce-Limit-Info"]);
        org.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("api-usage=99/100", (await org.QueryAsync(Contacts)).Headers["Sforce-Limit-Info"]);
        org.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal("api-usage=2/100", (await org.QueryAsync(Contacts)).Headers["Sforce-Limit-Info"]);
        Assert.Equal(97, (await org.GetAsync("/limits")).Json.GetProperty("DailyApiRequests").GetProperty("Remaining").GetInt32());
    }

    [Fact]
    public async Task Tokens_sessions_and_locators_can_be_ended_from_outside()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 300);
        var next = (await org.QueryAsync(Contacts, ("Sforce-Query-Options", "batchSize=200"))).Next!;
        await org.ControlAsync("""[{"control":"expire","what":"locator"}]""");
        Assert.Equal("INVALID_QUERY_LOCATOR", (await org.GetAsync(next)).Code);

        await org.ControlAsync("""[{"control":"expire","what":"token","after":1}]""");
        Assert.Equal(200, (await org.QueryAsync(Contacts)).Status);
        Assert.Equal("INVALID_SESSION_ID", (await org.QueryAsync(Contacts)).Code);
        await org.SendAsync(HttpMethod.Delete, "/_emulator/faults", null);
        Assert.Equal(200, (await org.QueryAsync(Contacts)).Status);
    }

    [Fact]
    public async Task Faults_strike_by_endpoint_and_object()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 20);
        await org.ControlAsync("""[{"control":"fault","endpoint":"query","stream":"contact","status":503,"times":1},{"control":"forbid","endpoint":"query","stream":"Lead"}]""");

        Assert.Equal(200, (await org.QueryAsync("SELECT Id FROM Account")).Status);
        var struck = await org.QueryAsync(Contacts);
        Assert.Equal((503, true), (struck.Status, struck.Text.StartsWith('<')));
        Assert.Equal(200, (await org.QueryAsync(Contacts)).Status);
        Assert.Equal((403, "INSUFFICIENT_ACCESS"), (await org.QueryAsync("SELECT Id FROM Lead")) is var forbidden ? (forbidden.Status, forbidden.Code!) : default);
    }

    [Fact]
    public async Task A_hook_changes_data_between_two_pages()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 60);
        await org.ControlAsync("""[{"control":"pages","size":10}]""");
        var first = await org.QueryAsync(Contacts);
        var all = (await org.WalkAsync(Contacts)).Select(Id).ToList();
        await org.ControlAsync($$"""[{"control":"hook","endpoint":"query-more","page":1,"operations":[{"op":"delete","stream":"Contact","ids":["{{all[12]}}"]}]}]""");

        Assert.DoesNotContain(all[12], (await org.GetAsync(first.Next!)).Ids);
    }

    [Theory]
    [InlineData("""[{"op":"create","stream":"Account","properties":{"Horn":"1"}}]""", "Account has no field 'Horn'")]
    [InlineData("""[{"op":"create","stream":"Account","properties":{"AnnualRevenue":"lots"}}]""", "'lots' is no currency")]
    [InlineData("""[{"op":"delete","stream":"User","ids":["0055e000015ftgUAAQ"]}]""", "Salesforce deletes no User")]
    [InlineData("""[{"op":"merge","stream":"Task","winner":"1","losers":["2"]}]""", "Salesforce merges no Task")]
    [InlineData("""[{"op":"edit","stream":"Unicorn","ids":["1"],"properties":{}}]""", "Unknown stream 'Unicorn'")]
    public async Task A_wrong_mutation_is_refused_with_one_sentence(string body, string sentence)
    {
        await using var org = await SalesforceCalls.StartAsync();

        var answer = await org.SendAsync(HttpMethod.Post, "/_emulator/mutate", body);

        Assert.Equal(400, answer.Status);
        Assert.Contains(sentence, answer.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Associating_sets_the_lookup_and_dissociating_clears_it()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (account, contact) = (org.Create("Account", ("Name", "A")), org.Create("Contact", ("LastName", "V")));

        org.Crm.Mutate(new AssociateRecords(new("Contact", contact), new("Account", account)));
        Assert.Equal(account, org.Crm.StateOf("Contact", contact)!.Properties["AccountId"]);
        org.Crm.Mutate(new DissociateRecords(new("Contact", contact), new("Account", account)));
        Assert.Null(org.Crm.StateOf("Contact", contact)!.Properties["AccountId"]);
    }

    private static string Id(System.Text.Json.JsonElement row) => row.GetProperty("Id").GetString()!;
}
