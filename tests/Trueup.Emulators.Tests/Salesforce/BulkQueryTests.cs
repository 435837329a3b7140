using System.Text;
using System.Text.Json;
using Trueup.Emulators.Salesforce;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class BulkQueryTests
{
    private const string Contacts = "SELECT Id, LastName, Description FROM Contact";

    [Fact]
    public async Task A_job_goes_from_upload_to_done_within_two_polls()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 30);

        var made = await org.PostAsync("/jobs/query", new { operation = "query", query = "SELECT Id FROM contact" });
        var id = made.Json.GetProperty("id").GetString()!;
        var first = (await org.GetAsync($"/jobs/query/{id}")).Json;
        var second = (await org.GetAsync($"/jobs/query/{id}")).Json;

        Assert.Equal((200, "UploadComplete", false), (made.Status, State(made.Json), made.Json.TryGetProperty("numberRecordsProcessed", out _)));
        Assert.Matches("^750[A-Za-z0-9]{15}$", id);
        Assert.Equal(("InProgress", "JobComplete"), (State(first), State(second)));
        Assert.Equal(("query", "Contact", "CSV", "COMMA", "LF", "V2Query", "Parallel"), (Text(second, "operation"), Text(second, "object"), Text(second, "contentType"),
            Text(second, "columnDelimiter"), Text(second, "lineEnding"), Text(second, "jobType"), Text(second, "concurrencyMode")));
        Assert.Equal("67.0", second.GetProperty("apiVersion").GetRawText());
        Assert.Equal((await org.QueryAsync("SELECT count() FROM Contact")).Total, second.GetProperty("numberRecordsProcessed").GetInt32());
        Assert.True(second.GetProperty("isPkChunkingSupported").GetBoolean());
    }

    [Fact]
    public async Task A_job_that_nobody_asks_for_is_done_by_the_clock()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 5);
        var id = await MakeAsync(org, Contacts);

        Assert.Equal((400, "INVALIDJOBSTATE"), (await org.GetAsync($"/jobs/query/{id}/results")) is var early ? (early.Status, early.Code!) : default);
        org.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(200, (await org.GetAsync($"/jobs/query/{id}/results")).Status);
    }

    [Fact]
    public async Task Cells_are_quoted_and_keep_line_breaks_quotation_marks_and_control_characters()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var account = org.Create("Account", ("Name", "Nordwind \"Nord\" GmbH"), ("NumberOfEmployees", "0"), ("AnnualRevenue", "12500.50"));
        var contact = org.Create("Contact", ("LastName", "Voß, Mara"), ("Description", "one\r\ntwo\\three\u0000\tend"), ("AccountId", account), ("Birthdate", "1999-02-28"),
            ("Contract_Start__c", "2026-09-01T10:00:00.000+0000"), ("HasOptedOutOfEmail", "true"));

        var contacts = await ReadAsync(org, "select id, LASTNAME, Description, Email, Birthdate, Contract_Start__c, HasOptedOutOfEmail, IsDeleted, SystemModstamp, Account.Name, "
            + "Account.Owner.LastName, Owner.Name, ReportsTo.LastName FROM Contact");
        var accounts = await ReadAsync(org, "SELECT Id, NumberOfEmployees, AnnualRevenue FROM Account");

        Assert.Equal("text/csv", contacts.Headers["Content-Type"]);
        Assert.Equal("\"Id\",\"LastName\",\"Description\",\"Email\",\"Birthdate\",\"Contract_Start__c\",\"HasOptedOutOfEmail\",\"IsDeleted\",\"SystemModstamp\",\"Account.Name\","
            + "\"Account.Owner.LastName\",\"Owner.Name\",\"ReportsTo.LastName\"\n"
            + $"\"{contact}\",\"Voß, Mara\",\"one\r\ntwo\\three\0\tend\",\"\",\"1999-02-28\",\"2026-09-01T10:00:00.000Z\",\"true\",\"false\",\"2026-09-10T08:00:00.000Z\","
            + "\"Nordwind \"\"Nord\"\" GmbH\",\"\",\"\",\"\"\n", contacts.Text);
        Assert.Equal($"\"Id\",\"NumberOfEmployees\",\"AnnualRevenue\"\n\"{account}\",\"0.0\",\"12500.50\"\n", accounts.Text);
    }

    [Theory]
    [InlineData("BACKQUOTE", "LF", "`", "\n")]
    [InlineData("CARET", "CRLF", "^", "\r\n")]
    [InlineData("PIPE", "LF", "|", "\n")]
    [InlineData("SEMICOLON", "CRLF", ";", "\r\n")]
    [InlineData("TAB", "LF", "\t", "\n")]
    public async Task The_maker_of_a_job_chooses_delimiter_and_line_ending(string delimiter, string lineEnding, string between, string end)
    {
        await using var org = await SalesforceCalls.StartAsync();
        org.Create("Contact", ("LastName", "Voss"), ("Title", "CFO"));

        var id = Id(await org.PostAsync("/jobs/query", new { operation = "query", query = "SELECT LastName, Title FROM Contact", columnDelimiter = delimiter, lineEnding }));
        await DoneAsync(org, id);

        Assert.Equal($"\"LastName\"{between}\"Title\"{end}\"Voss\"{between}\"CFO\"{end}", (await org.GetAsync($"/jobs/query/{id}/results")).Text);
    }

    [Fact]
    public async Task Everything_is_one_page_until_the_caller_or_the_server_wants_smaller_ones()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 300);
        var id = await DoneAsync(org, await MakeAsync(org, Contacts));

        var whole = await org.GetAsync($"/jobs/query/{id}/results");
        var byCaller = await WalkAsync(org, id, "?maxRecords=97");
        var again = await org.GetAsync($"/jobs/query/{id}/results?maxRecords=97&locator={byCaller[0].Headers["Sforce-Locator"]}");
        await org.ControlAsync("""[{"control":"pages","endpoint":"bulk-results","sizes":[40,0,0,7]}]""");
        var byServer = await WalkAsync(org, id, "");

        Assert.Equal("null", whole.Headers["Sforce-Locator"]);
        var rows = Rows(whole.Text);
        Assert.Equal(rows.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), whole.Headers["Sforce-NumberOfRecords"]);
        Assert.Equal((await org.WalkAsync("SELECT Id FROM Contact")).Select(row => Text(row, "Id")).Order(StringComparer.Ordinal), rows.Select(row => row[0]).Order(StringComparer.Ordinal));
        Assert.Equal(rows.Select(row => row[0]), byCaller.SelectMany(page => Rows(page.Text)).Select(row => row[0]));
        Assert.Equal(rows.Select(row => row[0]), byServer.SelectMany(page => Rows(page.Text)).Select(row => row[0]));
        Assert.Equal(byCaller[1].Text, again.Text);
        Assert.Equal(4, byCaller.Count);
        Assert.Contains(byServer, page => page.Headers["Sforce-NumberOfRecords"] == "0");
        Assert.All(byServer, page => Assert.StartsWith("\"Id\",\"LastName\",\"Description\"\n", page.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_can_be_read_at_the_same_time()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 300);
        var id = await DoneAsync(org, await MakeAsync(org, Contacts));
        await org.ControlAsync("""[{"control":"pages","endpoint":"bulk-result-pages","size":50}]""");

        var ids = new List<string>();
        var pages = 0;
        for (var next = $"/jobs/query/{id}/resultPages"; next is not null; pages++)
        {
            var answer = (await org.GetAsync(next)).Json;
            foreach (var url in answer.GetProperty("resultPages").EnumerateArray())
                ids.AddRange(Rows((await org.GetAsync(Text(url, "resultUrl"))).Text).Select(row => row[0]));
            next = answer.GetProperty("done").GetBoolean() ? null : Text(answer, "nextRecordsUrl");
        }

        Assert.Equal(2, pages);
        Assert.Equal(Rows((await org.GetAsync($"/jobs/query/{id}/results")).Text).Select(row => row[0]), ids);
        Assert.Equal(404, (await org.GetAsync($"/services/data/v57.0/jobs/query/{id}/resultPages")).Status);
    }

    [Fact]
    public async Task A_result_is_that_of_the_moment_in_which_its_job_was_made()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (kept, gone) = (org.Create("Contact", ("LastName", "Before")), org.Create("Contact", ("LastName", "Gone")));
        var id = await MakeAsync(org, "SELECT Id, LastName FROM Contact ORDER BY LastName LIMIT 10");

        org.Edit("Contact", kept, ("LastName", "After"));
        org.Crm.Mutate(new PurgeRecords("Contact", [gone]));
        org.Create("Contact", ("LastName", "New"));

        Assert.Equal(["Before", "Gone"], Rows((await org.GetAsync($"/jobs/query/{await DoneAsync(org, id)}/results")).Text).Select(row => row[1]));
        Assert.False((await org.GetAsync($"/jobs/query/{id}")).Json.GetProperty("isPkChunkingSupported").GetBoolean());
    }

    [Fact]
    public async Task Deleted_and_merged_rows_show_in_queryAll_alone()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (winner, loser) = (org.Create("Contact", ("LastName", "Winner")), org.Create("Contact", ("LastName", "Loser")));
        org.Crm.Mutate(new MergeRecords("Contact", winner, [loser]));
        const string Query = "SELECT Id, IsDeleted, MasterRecordId FROM Contact ORDER BY Id";

        Assert.Equal([winner], Rows((await ReadAsync(org, Query)).Text).Select(row => row[0]));
        Assert.Equal([(winner, "false", ""), (loser, "true", winner)], Rows((await ReadAsync(org, Query, "queryAll")).Text).Select(row => (row[0], row[1], row[2])));
    }

    [Theory]
    [InlineData("SELECT Id, MailingAddress FROM Contact", "API_ERROR", "Selecting compound data not supported in Bulk Query")]
    [InlineData("SELECT Id, Account.BillingAddress FROM Contact", "API_ERROR", "Selecting compound data not supported in Bulk Query")]
    [InlineData("SELECT Id, File__c FROM Contact", "API_ERROR", "Selecting binary data not supported in Bulk Query")]
    [InlineData("SELECT COUNT() FROM Contact", "API_ERROR", "Aggregate queries not supported in Bulk Query")]
    [InlineData("SELECT LastName, COUNT(Id) FROM Contact GROUP BY LastName", "API_ERROR", "Aggregate queries not supported in Bulk Query")]
    [InlineData("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "API_ERROR", "Aggregate Relationships not supported in Bulk Query")]
    [InlineData("SELECT FIELDS(ALL) FROM Contact LIMIT 10", "API_ERROR", "FIELDS() not supported in Bulk Query")]
    [InlineData("SELECT Id FROM Contact OFFSET 5", "API_ERROR", "OFFSET not supported in Bulk Query")]
    [InlineData("SELECT Id FROM TaskStatus", "INVALIDENTITY", "Entity 'TaskStatus' is not supported by the Bulk API.")]
    [InlineData("SELECT Horn FROM Contact", "INVALID_FIELD", "No such column 'Horn' on entity 'Contact'")]
    [InlineData("SELECT Id FROM Unicorn", "INVALID_TYPE", "sObject type 'Unicorn' is not supported")]
    [InlineData("SELECT Id Contact", "MALFORMED_QUERY", "unexpected token")]
    public async Task What_the_Bulk_API_cannot_do_is_refused_when_the_job_is_made(string soql, string code, string message)
    {
        await using var org = await SalesforceCalls.StartAsync();
        org.Crm.Mutate(new AddField("Contact", new EmulatedField("File__c", null) { Type = "base64" }));

        var refused = await org.PostAsync("/jobs/query", new { operation = "query", query = soql });

        Assert.Equal((400, code), (refused.Status, refused.Code));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"query":"SELECT Id FROM Contact"}""")]
    [InlineData("""{"operation":"insert","query":"SELECT Id FROM Contact"}""")]
    [InlineData("""{"operation":"query"}""")]
    [InlineData("""{"operation":"query","query":"SELECT Id FROM Contact","columnDelimiter":"HASH"}""")]
    [InlineData("""{"operation":"query","query":"SELECT Id FROM Contact","lineEnding":"CR"}""")]
    [InlineData("""{"operation":"query","query":"SELECT Id FROM Contact","contentType":"JSON"}""")]
    public async Task A_job_that_asks_for_nonsense_is_not_made(string body)
    {
        await using var org = await SalesforceCalls.StartAsync();

        Assert.Equal((400, "INVALIDJOB"), (await org.SendAsync(HttpMethod.Post, "/jobs/query", body)) is var refused ? (refused.Status, refused.Code!) : default);
    }

    [Fact]
    public async Task A_running_job_can_be_stopped_and_one_that_is_not_can_be_thrown_away()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 5);
        var (stopped, done) = (await MakeAsync(org, Contacts), await DoneAsync(org, await MakeAsync(org, Contacts)));
        await org.GetAsync($"/jobs/query/{stopped}");
        Assert.Equal("INVALIDJOBSTATE", (await org.DeleteAsync($"/jobs/query/{stopped}")).Code);

        var abort = await org.PatchAsync($"/jobs/query/{stopped}", new { state = "Aborted" });

        Assert.Equal("Aborted", State(abort.Json));
        Assert.Equal("INVALIDJOBSTATE", (await org.PatchAsync($"/jobs/query/{done}", new { state = "Aborted" })).Code);
        Assert.Equal("INVALIDJOBSTATE", (await org.GetAsync($"/jobs/query/{stopped}/results")).Code);
        Assert.Equal([done, stopped], (await org.GetAsync("/jobs/query")).Records.Select(job => Text(job, "id")));
        Assert.Equal(204, (await org.DeleteAsync($"/jobs/query/{stopped}")).Status);
        Assert.Equal((404, "NOT_FOUND"), (await org.GetAsync($"/jobs/query/{stopped}")) is var gone ? (gone.Status, gone.Code!) : default);
        Assert.Equal([done], (await org.GetAsync("/jobs/query")).Records.Select(job => Text(job, "id")));
    }

    [Fact]
    public async Task A_result_is_read_with_the_version_that_made_it_and_kept_for_seven_days()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 5);
        var id = await DoneAsync(org, await MakeAsync(org, Contacts));

        Assert.Equal(409, (await org.GetAsync($"/services/data/v66.0/jobs/query/{id}/results")).Status);
        Assert.Equal("INVALID_QUERY_LOCATOR", (await org.GetAsync($"/jobs/query/{id}/results?locator=%2B%2B")).Code);
        Assert.Equal(400, (await org.GetAsync($"/jobs/query/{id}/results?maxRecords=0")).Status);
        org.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await org.GetAsync($"/jobs/query/{id[..15]}/results")).Status);
        org.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(404, (await org.GetAsync($"/jobs/query/{id}/results")).Status);

        var ended = await DoneAsync(org, await MakeAsync(org, Contacts));
        await org.ControlAsync("""[{"control":"expire","what":"job"}]""");
        Assert.Equal(404, (await org.GetAsync($"/jobs/query/{ended}/results")).Status);
    }

    [Fact]
    public async Task Jobs_can_be_slow_and_end_badly_with_and_without_a_reason()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 5);
        await org.ControlAsync("""
            [{"control":"job","endpoint":"bulk-create","stream":"Contact","delay":"PT10M","times":1},
             {"control":"job","endpoint":"bulk-create","stream":"Contact","polls":4,"end":"failed","message":"InternalServerError : Retried more than fifteen times","times":1},
             {"control":"job","endpoint":"bulk-create","stream":"Contact","end":"failed","times":1},
             {"control":"cap","endpoint":"bulk-create","stream":"Account","limit":2}]
            """);
        var (slow, failed, silent, capped) = (await MakeAsync(org, Contacts), await MakeAsync(org, Contacts), await MakeAsync(org, Contacts), await MakeAsync(org, "SELECT Id FROM Account"));

        for (var i = 0; i < 3; i++)
            Assert.Equal(("InProgress", "InProgress"), (State((await org.GetAsync($"/jobs/query/{slow}")).Json), State((await org.GetAsync($"/jobs/query/{failed}")).Json)));
        var end = (await org.GetAsync($"/jobs/query/{failed}")).Json;
        Assert.Equal(("Failed", "InternalServerError : Retried more than fifteen times"), (State(end), Text(end, "errorMessage")));
        await DoneAsync(org, silent, "Failed");
        Assert.False((await org.GetAsync($"/jobs/query/{silent}")).Json.TryGetProperty("errorMessage", out _));
        await DoneAsync(org, capped, "Failed");
        Assert.Equal("INVALIDJOBSTATE", (await org.GetAsync($"/jobs/query/{failed}/results")).Code);
        org.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("JobComplete", State((await org.GetAsync($"/jobs/query/{slow}")).Json));
    }

    [Fact]
    public async Task A_result_can_end_before_its_last_row_without_a_word()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 50);
        await org.ControlAsync("""[{"control":"cap","endpoint":"bulk-create","limit":20,"how":"end"}]""");
        var id = await DoneAsync(org, await MakeAsync(org, Contacts));

        Assert.Equal(("20", "null"), (await org.GetAsync($"/jobs/query/{id}/results")) is var page ? (page.Headers["Sforce-NumberOfRecords"], page.Headers["Sforce-Locator"]) : default);
        Assert.InRange((await org.GetAsync($"/jobs/query/{id}")).Json.GetProperty("numberRecordsProcessed").GetInt32(), 21, 50);
    }

    [Fact]
    public async Task Jobs_and_results_count_toward_limits_of_the_day()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 50);
        int Remaining(SalesforceAnswer limits, string name) => limits.Json.GetProperty(name).GetProperty("Remaining").GetInt32();

        await MakeAsync(org, Contacts);
        Assert.Equal(9_999, Remaining(await org.GetAsync("/limits"), "DailyBulkV2QueryJobs"));
        await org.ControlAsync("""[{"control":"quota","bucket":"query-jobs","limit":3,"foreign":2}]""");
        await MakeAsync(org, Contacts);
        var refused = await org.PostAsync("/jobs/query", new { operation = "query", query = Contacts });
        Assert.Equal((400, "LIMIT_EXCEEDED", "Max bulk v2 query jobs (3) per 24 hrs has been reached"), (refused.Status, refused.Code, refused.Message));
        org.Clock.Advance(TimeSpan.FromDays(1));
        await MakeAsync(org, Contacts);

        await org.ControlAsync("""[{"control":"quota","bucket":"query-kilobytes","limit":1000,"foreign":1000}]""");
        Assert.Equal("Max bulk v2 query result size stored (1000) kb per 24 hrs has been exceeded", (await org.PostAsync("/jobs/query", new { operation = "query", query = Contacts })).Message);
    }

    [Fact]
    public async Task Results_can_be_disturbed_like_any_other_answer()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 50);
        var id = await DoneAsync(org, await MakeAsync(org, Contacts));
        var rows = Rows((await org.GetAsync($"/jobs/query/{id}/results")).Text);

        await org.ControlAsync("""[{"control":"truncate","endpoint":"bulk-results","stream":"contact","bytes":60,"times":1},{"control":"fault","endpoint":"bulk-poll","status":503,"times":1}]""");
        Assert.Equal(60, Encoding.UTF8.GetByteCount((await org.GetAsync($"/jobs/query/{id}/results")).Text));
        Assert.Equal(503, (await org.GetAsync($"/jobs/query/{id}")).Status);
        var first = await org.GetAsync($"/jobs/query/{id}/results?maxRecords=10");
        await org.ControlAsync("""[{"control":"twice","endpoint":"bulk-results","times":1},{"control":"repeat","endpoint":"bulk-results","page":1},{"control":"no-id","endpoint":"bulk-results","share":0.3}]""");
        var second = await org.GetAsync($"/jobs/query/{id}/results?maxRecords=10&locator={first.Headers["Sforce-Locator"]}");

        Assert.Equal(first.Headers["Sforce-Locator"], second.Headers["Sforce-Locator"]);
        Assert.Equal(rows[9][1], Rows(second.Text)[0][1]);
        Assert.Contains(Rows(second.Text), row => row[0].Length == 0);
    }

    [Fact]
    public async Task A_row_written_under_lag_is_not_in_the_result_of_a_job_made_soon_after()
    {
        await using var org = await SalesforceCalls.StartAsync();
        await org.ControlAsync("""[{"control":"lag","endpoint":"bulk-create","delay":"PT30S"}]""");
        org.Create("Contact", ("LastName", "Late"));

        Assert.Empty(Rows((await ReadAsync(org, Contacts)).Text));
        org.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Single(Rows((await ReadAsync(org, Contacts)).Text));
    }

    [Fact]
    public async Task The_benchmark_has_forty_plain_fields_and_its_kept_pages_are_those_that_are_rendered_anew()
    {
        var options = new SalesforceEmulatorOptions { Records = 500, BenchmarkData = true, PollsPerJob = 1 };
        await using var rendered = await SalesforceCalls.StartAsync(options: options);
        await using var kept = await SalesforceCalls.StartAsync(options: options with { PreRenderPages = true });
        var fields = (await kept.GetAsync("/sobjects/Contact/describe")).Json.GetProperty("fields").EnumerateArray().Select(field => Text(field, "name")).ToList();
        var soql = $"SELECT {string.Join(", ", fields)} FROM Contact";

        var pages = await PagesAsync(rendered);

        Assert.Equal(40, fields.Count);
        Assert.Equal(500, pages.Sum(page => Rows(page).Count));
        Assert.Equal(pages, await PagesAsync(kept));
        Assert.Equal(pages, await PagesAsync(kept));
        kept.Edit("Contact", Rows(pages[0])[0][0], ("LastName", "Edited"));
        Assert.NotEqual(pages, await PagesAsync(kept));

        async Task<List<string>> PagesAsync(SalesforceCalls org)
        {
            var id = await MakeAsync(org, soql);
            Assert.Equal("JobComplete", State((await org.GetAsync($"/jobs/query/{id}")).Json));
            return [.. (await WalkAsync(org, id, "?maxRecords=200")).Select(page => page.Text)];
        }
    }

    private static async Task<string> MakeAsync(SalesforceCalls org, string soql, string operation = "query") =>
        Id(await org.PostAsync("/jobs/query", new { operation, query = soql, contentType = "CSV", columnDelimiter = "COMMA", lineEnding = "LF" }));

    private static string Id(SalesforceAnswer made)
    {
        Assert.True(made.Status == 200, made.Text);
        return Text(made.Json, "id");
    }

    private static async Task<string> DoneAsync(SalesforceCalls org, string id, string state = "JobComplete")
    {
        await org.GetAsync($"/jobs/query/{id}");
        Assert.Equal(state, State((await org.GetAsync($"/jobs/query/{id}")).Json));
        return id;
    }

    private static async Task<SalesforceAnswer> ReadAsync(SalesforceCalls org, string soql, string operation = "query") =>
        await org.GetAsync($"/jobs/query/{await DoneAsync(org, await MakeAsync(org, soql, operation))}/results");

    private static async Task<List<SalesforceAnswer>> WalkAsync(SalesforceCalls org, string id, string query)
    {
        var pages = new List<SalesforceAnswer>();
        for (var locator = ""; locator != "null"; locator = pages[^1].Headers["Sforce-Locator"])
        {
            pages.Add(await org.GetAsync($"/jobs/query/{id}/results{query}{(locator.Length == 0 ? "" : (query.Length == 0 ? "?" : "&") + "locator=" + locator)}"));
            Assert.True(pages[^1].Status == 200, pages[^1].Text);
        }
        return pages;
    }

    /// <summary>The rows of a page without its header, cell by cell.</summary>
    private static List<string[]> Rows(string csv)
    {
        var rows = new List<string[]>();
        var cells = new List<string>();
        for (var at = 0; at < csv.Length;)
        {
            Assert.Equal('"', csv[at]);
            var cell = new StringBuilder();
            for (at++; csv[at] != '"' || csv[at + 1] == '"'; at += csv[at] == '"' ? 2 : 1)
                cell.Append(csv[at]);
            cells.Add(cell.ToString());
            at++;
            if (csv[at++] != '\n')
                continue;
            rows.Add([.. cells]);
            cells.Clear();
        }
        return rows[1..];
    }

    private static string State(JsonElement job) => Text(job, "state");

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
