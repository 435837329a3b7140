using System.Text.Json;
using Trueup.Emulators.Salesforce;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class BulkIngestTests
{
    [Fact]
    public async Task A_job_waits_for_its_file_and_runs_once_it_is_closed()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var made = (await org.PostAsync("/jobs/ingest", new { @object = "account", operation = "insert", contentType = "CSV", lineEnding = "LF" })).Json;
        var id = Text(made, "id");
        var waiting = await PollAsync(org, id);
        var uploaded = await PutAsync(org, id, "Name,Phone\nNordwind,1\n");
        var closed = await CloseAsync(org, id);
        var (first, second) = (await PollAsync(org, id), await PollAsync(org, id));

        Assert.Matches("^750[A-Za-z0-9]{15}$", id);
        Assert.Equal(("Open", "Account", "V2Ingest", $"services/data/v67.0/jobs/ingest/{id}/batches"), (State(made), Text(made, "object"), Text(made, "jobType"), Text(made, "contentUrl")));
        Assert.Equal(("Open", 0), (State(waiting), Number(waiting, "numberRecordsProcessed")));
        Assert.Equal((201, ""), (uploaded.Status, uploaded.Text));
        Assert.Equal(("UploadComplete", "InProgress", "JobComplete"), (State(closed.Json), State(first), State(second)));
        Assert.Equal((1, 0), (Number(second, "numberRecordsProcessed"), Number(second, "numberRecordsFailed")));
        Assert.Equal("Nordwind", Assert.Single(org.Crm.State("Account").Streams["Account"]).Properties["Name"]);
    }

    [Fact]
    public async Task Every_row_has_its_own_outcome()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var id = await RunAsync(org, "Contact", "insert", "LastName,Email,Description\nVoss,v@example.com,\"one, \"\"two\"\"\nthree\"\n,no@example.com,\nBerg,nonsense,\n");

        var record = Assert.Single(org.Crm.State("Contact").Streams["Contact"]);
        Assert.Equal("one, \"two\"\nthree", record.Properties["Description"]);
        var job = await PollAsync(org, id);
        Assert.Equal(("JobComplete", 3, 2), (State(job), Number(job, "numberRecordsProcessed"), Number(job, "numberRecordsFailed")));
        Assert.Equal($"\"sf__Id\",\"sf__Created\",\"LastName\",\"Email\",\"Description\"\n\"{record.Id}\",\"true\",\"Voss\",\"v@example.com\",\"one, \"\"two\"\"\nthree\"\n",
            (await org.GetAsync($"/jobs/ingest/{id}/successfulResults/")).Text);
        Assert.Equal("\"sf__Id\",\"sf__Error\",\"LastName\",\"Email\",\"Description\"\n"
            + "\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --\",\"\",\"no@example.com\",\"\"\n"
            + "\"\",\"INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --\",\"Berg\",\"nonsense\",\"\"\n",
            (await org.GetAsync($"/jobs/ingest/{id}/failedResults")).Text);
        var rest = await org.GetAsync($"/jobs/ingest/{id}/unprocessedrecords/");
        Assert.Equal(("\"LastName\",\"Email\",\"Description\"\n", "text/csv"), (rest.Text, rest.Headers["Content-Type"]));
        Assert.Equal(rest.Text, (await org.GetAsync($"/jobs/ingest/{id}/unprocessedRecords")).Text);
    }

    [Fact]
    public async Task An_empty_cell_leaves_a_field_alone_and_the_null_token_clears_it()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var id = org.Create("Contact", ("LastName", "Voss"), ("Title", "CFO"), ("Department", "Money"));

        await RunAsync(org, "Contact", "update", $"Id,Title,Department\n{id},,#N/A\n");

        var contact = org.Crm.StateOf("Contact", id)!.Properties;
        Assert.Equal(("CFO", null), (contact["Title"], contact["Department"]));
    }

    [Fact]
    public async Task Rows_are_found_by_an_external_id_and_parents_as_well()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var account = org.Create("Account", ("Name", "Nordwind"), ("Ext__c", "A-1"));
        var known = org.Create("Contact", ("LastName", "Voss"), ("Ext__c", "C-1"));

        var id = await RunAsync(org, "Contact", "upsert", "Ext__c;LastName;Account.Ext__c\r\nC-1;Voß;A-1\r\nC-2;Berg;\r\nC-3;Keller;A-9\r\n", "Ext__c", "SEMICOLON", "CRLF");

        var contacts = org.Crm.State("Contact").Streams["Contact"];
        Assert.Equal([("C-1", "Voß", account), ("C-2", "Berg", null)], contacts.Select(contact => (contact.Properties["Ext__c"], contact.Properties["LastName"], contact.Properties["AccountId"])));
        Assert.Equal($"\"sf__Id\";\"sf__Created\";\"Ext__c\";\"LastName\";\"Account.Ext__c\"\r\n\"{known}\";\"false\";\"C-1\";\"Voß\";\"A-1\"\r\n\"{contacts[1].Id}\";\"true\";\"C-2\";\"Berg\";\"\"\r\n",
            (await org.GetAsync($"/jobs/ingest/{id}/successfulResults")).Text);
        Assert.Contains("INVALID_FIELD:Foreign key external ID: A-9 not found for field Ext__c in entity Account:--", (await org.GetAsync($"/jobs/ingest/{id}/failedResults")).Text, StringComparison.Ordinal);
        Assert.Equal("Ext__c", Text(await PollAsync(org, id), "externalIdFieldName"));
    }

    [Fact]
    public async Task A_delete_leaves_a_row_in_the_recycle_bin_and_a_hard_one_nowhere()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (soft, hard) = (org.Create("Contact", ("LastName", "Soft")), org.Create("Contact", ("LastName", "Hard")));

        var job = await RunAsync(org, "Contact", "delete", $"Id\n{soft}\n{soft}\n");
        await RunAsync(org, "Contact", "hardDelete", $"Id\n{hard}\n");

        Assert.Equal(("archived", "purged"), (org.Crm.StateOf("Contact", soft)!.Deleted, org.Crm.StateOf("Contact", hard)!.Deleted));
        Assert.Contains($"\"{soft}\",\"ENTITY_IS_DELETED:entity is deleted:--\",\"{soft}\"", (await org.GetAsync($"/jobs/ingest/{job}/failedResults")).Text, StringComparison.Ordinal);
        await RunAsync(org, "Contact", "hardDelete", $"Id\n{soft}\n");
        Assert.Equal("purged", org.Crm.StateOf("Contact", soft)!.Deleted);
    }

    [Fact]
    public async Task Hard_deletes_need_a_permission()
    {
        await using var org = await SalesforceCalls.StartAsync(options: new SalesforceEmulatorOptions { MayHardDelete = false });

        Assert.Equal("FEATURENOTENABLED", (await org.PostAsync("/jobs/ingest", new { @object = "Contact", operation = "hardDelete" })).Code);
    }

    [Theory]
    [InlineData("insert", "Name,Horn\nA,B\n", "InvalidBatch : Field name not found : Horn", 1)]
    [InlineData("insert", "Name\r\nA\r\n", "ClientInputError : LineEnding is invalid on user data", 1)]
    [InlineData("insert", "Name\nA\nB,C\nD\n", "InvalidBatch : The number of columns in the row at index 2 is not that of the header", 2)]
    [InlineData("insert", "Name\nA\n\"B\n", "InvalidBatch : Failed to parse CSV", 1)]
    [InlineData("update", "Name\nA\n", "InvalidBatch : Field name not found : Id", 1)]
    [InlineData("delete", "Id,Name\n001,A\n", "InvalidBatch : The file of a delete job must have the column Id alone", 1)]
    public async Task A_file_that_cannot_be_read_fails_the_job_and_what_was_not_worked_through_can_be_had_back(string operation, string csv, string message, int left)
    {
        await using var org = await SalesforceCalls.StartAsync();

        var id = await RunAsync(org, "Account", operation, csv);

        var job = await PollAsync(org, id);
        Assert.Equal(("Failed", message), (State(job), Text(job, "errorMessage")));
        Assert.InRange((await org.GetAsync($"/jobs/ingest/{id}/unprocessedrecords")).Text.Split('\n').Length - 2, message.Contains("parse", StringComparison.Ordinal) ? 0 : left, left);
    }

    [Fact]
    public async Task A_job_can_fail_halfway_or_be_stopped_or_thrown_away()
    {
        await using var org = await SalesforceCalls.StartAsync();
        await org.ControlAsync("""[{"control":"job","endpoint":"ingest-create","end":"failed","message":"TooManyLockFailure","times":1}]""");

        var halfway = await RunAsync(org, "Account", "insert", "Name\nA1\nA2\nA3\nA4\n");
        var job = await PollAsync(org, halfway);
        var stopped = Text((await org.PostAsync("/jobs/ingest", new { @object = "Account", operation = "insert" })).Json, "id");
        await PutAsync(org, stopped, "Name\nB\n");
        var abort = await org.PatchAsync($"/jobs/ingest/{stopped}", new { state = "Aborted" });

        Assert.Equal(("Failed", "TooManyLockFailure", 2), (State(job), Text(job, "errorMessage"), Number(job, "numberRecordsProcessed")));
        Assert.Equal("\"Name\"\n\"A3\"\n\"A4\"\n", (await org.GetAsync($"/jobs/ingest/{halfway}/unprocessedrecords")).Text);
        Assert.Equal("Aborted", State(abort.Json));
        Assert.Equal("INVALIDJOBSTATE", (await CloseAsync(org, stopped)).Code);
        Assert.Equal("INVALIDJOBSTATE", (await PutAsync(org, halfway, "Name\nA\n")).Code);
        Assert.Equal(2, org.Crm.State("Account").Streams["Account"].Count);
        Assert.Equal([stopped, halfway], (await org.GetAsync("/jobs/ingest")).Records.Select(each => Text(each, "id")));
        Assert.Equal(204, (await org.DeleteAsync($"/jobs/ingest/{stopped}")).Status);
        Assert.Equal(404, (await org.GetAsync($"/jobs/ingest/{stopped}")).Status);
    }

    [Theory]
    [InlineData("""{"operation":"insert"}""", "INVALIDJOB")]
    [InlineData("""{"object":"Account"}""", "INVALIDJOB")]
    [InlineData("""{"object":"Account","operation":"query"}""", "INVALIDJOB")]
    [InlineData("""{"object":"Account","operation":"upsert"}""", "INVALIDJOB")]
    [InlineData("""{"object":"Account","operation":"upsert","externalIdFieldName":"Name"}""", "INVALIDJOB")]
    [InlineData("""{"object":"TaskStatus","operation":"insert"}""", "INVALIDENTITY")]
    [InlineData("""{"object":"Unicorn","operation":"insert"}""", "INVALIDENTITY")]
    public async Task A_job_that_asks_for_nonsense_is_not_made(string body, string code)
    {
        await using var org = await SalesforceCalls.StartAsync();

        Assert.Equal((400, code), (await org.SendAsync(HttpMethod.Post, "/jobs/ingest", body)) is var refused ? (refused.Status, refused.Code!) : default);
    }

    [Fact]
    public async Task Batches_count_toward_a_limit_of_the_day()
    {
        await using var org = await SalesforceCalls.StartAsync();

        await RunAsync(org, "Account", "insert", "Name\nA\n");
        Assert.Equal(14_999, Number((await org.GetAsync("/limits")).Json.GetProperty("DailyBulkApiBatches"), "Remaining"));
        await org.ControlAsync("""[{"control":"quota","bucket":"batches","limit":1,"foreign":1}]""");

        Assert.Equal("LIMIT_EXCEEDED", (await org.PostAsync("/jobs/ingest", new { @object = "Account", operation = "insert" })).Code);
    }

    private static async Task<string> RunAsync(SalesforceCalls org, string name, string operation, string csv, string? key = null, string delimiter = "COMMA", string lineEnding = "LF")
    {
        var made = await org.PostAsync("/jobs/ingest", new { @object = name, operation, externalIdFieldName = key, contentType = "CSV", columnDelimiter = delimiter, lineEnding });
        Assert.True(made.Status == 200, made.Text);
        var id = Text(made.Json, "id");
        Assert.Equal(201, (await PutAsync(org, id, csv)).Status);
        Assert.Equal(200, (await CloseAsync(org, id)).Status);
        await PollAsync(org, id);
        await PollAsync(org, id);
        return id;
    }

    private static Task<SalesforceAnswer> PutAsync(SalesforceCalls org, string id, string csv) =>
        org.SendAsync(HttpMethod.Put, $"/jobs/ingest/{id}/batches", csv, [("Transfer-Encoding", "chunked")], "text/csv");

    private static Task<SalesforceAnswer> CloseAsync(SalesforceCalls org, string id) => org.PatchAsync($"/jobs/ingest/{id}", new { state = "UploadComplete" });

    private static async Task<JsonElement> PollAsync(SalesforceCalls org, string id) => (await org.GetAsync($"/jobs/ingest/{id}")).Json;

    private static string State(JsonElement job) => Text(job, "state");

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();
}
