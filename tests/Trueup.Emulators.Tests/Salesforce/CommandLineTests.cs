using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Trueup.Emulators.Salesforce;

namespace Trueup.Emulators.Tests.Salesforce;

/// <summary>What the vendor's command line (<c>sf</c> 2.146.3, as observed) sends, command by command and in its order: it keeps the address of the org with
/// a slash at its end, and so begins most paths with two.</summary>
public sealed class CommandLineTests
{
    private const string Data = "//services/data/v67.0";
    private const string Token = "00D5e000000HEcP!AQEAQ.x";

    private static readonly (string Name, string Value)[] Headers =
        [("Authorization", $"Bearer {Token}"), ("User-Agent", "sfdx toolbelt:"), ("Sforce-Call-Options", "client=sfdx toolbelt:")];

    [Fact]
    public async Task Org_login_access_token_finds_out_who_and_where_it_is()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var who = await org.GetAsync("/services/oauth2/userinfo", Headers);
        var user = await org.GetAsync($"//services/data/v51.0/sobjects/User/{Text(who.Json, "user_id")}", Headers);
        var hub = await org.GetAsync($"//services/data/v51.0/query?q={Uri.EscapeDataString("SELECT Id FROM ScratchOrgInfo limit 1")}", Headers);
        var versions = await org.GetAsync("//services/data", Headers);
        var organization = await QueryAsync(org, "SELECT Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, OrganizationType FROM Organization");
        var sandbox = await org.GetAsync($"{Data}/tooling/query?q={Uri.EscapeDataString($"SELECT Id FROM SandboxProcess WHERE SandboxOrganization='{EmulatedSalesforce.OrganizationId}' AND Status != 'D'")}", Headers);

        Assert.Equal((200, EmulatedSalesforce.OrganizationId), (who.Status, Text(who.Json, "organization_id")));
        Assert.Equal(Text(who.Json, "preferred_username"), Text(user.Json, "Username"));
        Assert.Equal((400, "INVALID_TYPE"), (hub.Status, hub.Code));
        Assert.Equal("67.0", versions.Json.EnumerateArray().Max(version => Text(version, "version")));
        Assert.Equal((1, false), (organization.Total, organization.Records[0].GetProperty("IsSandbox").GetBoolean()));
        Assert.Contains(sandbox.Status, new[] { 400, 404 });
    }

    [Fact]
    public async Task Org_login_jwt_states_its_end_in_milliseconds_and_its_host_with_a_slash()
    {
        await using var org = await SalesforceCalls.StartAsync();
        static string Part(object part) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(part)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var assertion = $"{Part(new { alg = "RS256" })}.{Part(new
        {
            iss = "cid", sub = "user1@example.com", aud = org.Crm.Url.ToString(), exp = org.Crm.Clock.GetUtcNow().AddMinutes(3).ToUnixTimeMilliseconds(),
        })}.c2lnbmVk";

        var answer = await org.FormAsync("/services/oauth2/token", $"grant_type={Uri.EscapeDataString("urn:ietf:params:oauth:grant-type:jwt-bearer")}&assertion={assertion}");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.False(answer.Json.TryGetProperty("refresh_token", out _));
        Assert.Equal(200, (await org.GetAsync($"{Data}/limits", ("Authorization", $"Bearer {Text(answer.Json, "access_token")}"))).Status);
    }

    [Theory]
    [InlineData("query")]
    [InlineData("queryAll")]
    public async Task Data_query_pages_under_query_and_then_asks_for_the_columns(string resource)
    {
        await using var org = await SalesforceCalls.StartAsync(records: 300);
        const string Soql = "SELECT Id, Name, Account.Name FROM Contact";
        await org.ControlAsync("""[{"control":"pages","size":120}]""");

        var ids = new List<string>();
        var page = await QueryAsync(org, Soql, resource);
        for (; page.Next is { } next; page = await org.GetAsync("/" + next, Headers))
        {
            Assert.StartsWith("/services/data/v67.0/query/", next, StringComparison.Ordinal);
            ids.AddRange(page.Ids);
        }
        ids.AddRange(page.Ids);
        var columns = (await org.GetAsync($"{Data}/query?q={Uri.EscapeDataString(Soql)}&columns=true", Headers)).Json.GetProperty("columnMetadata");

        Assert.Equal(page.Total, ids.Distinct().Count());
        Assert.Equal(["Id", "Name", "Account"], columns.EnumerateArray().Select(column => Text(column, "columnName")));
        Assert.Equal("Name", Text(columns[2].GetProperty("joinColumns")[0], "columnName"));
    }

    [Fact]
    public async Task Data_export_bulk_polls_and_reads_page_by_page_with_a_look_at_the_token_before_each()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 100);
        await org.ControlAsync("""[{"control":"pages","endpoint":"bulk-results","size":40}]""");

        var job = await org.PostAsync("/services/data/v67.0/jobs/query", new { query = "SELECT Id, Name FROM Contact", operation = "queryAll", lineEnding = "LF" }, Headers);
        var id = Text(job.Json, "id");
        Assert.Equal("UploadComplete", Text(job.Json, "state"));
        for (var polls = 1; Text((await org.GetAsync($"/services/data/v67.0/jobs/query/{id}", Headers)).Json, "state") != "JobComplete"; polls++)
            Assert.InRange(polls, 1, 1);
        var (csv, locator) = (new StringBuilder(), "");
        do
        {
            Assert.Equal(200, (await org.GetAsync(Data, Headers)).Status);
            var page = await org.GetAsync($"{Data}/jobs/query/{id}/results{(locator.Length > 0 ? "?locator=" + locator : "")}", Headers);
            csv.Append(locator.Length > 0 ? page.Text[(page.Text.IndexOf('\n', StringComparison.Ordinal) + 1)..] : page.Text);
            locator = page.Headers["sforce-locator"];
        }
        while (locator != "null");

        var whole = csv.ToString();
        Assert.StartsWith("\"Id\",\"Name\"\n\"003", whole, StringComparison.Ordinal);
        Assert.Equal(1, whole.Split("\"Id\",\"Name\"").Length - 1);
        var info = (await org.GetAsync($"/services/data/v67.0/jobs/query/{id}", Headers)).Json;
        Assert.Equal(info.GetProperty("numberRecordsProcessed").GetInt32(), whole.Split("\n\"003").Length - 1);
    }

    [Theory]
    [InlineData("import", "insert", "Name,Phone\nA,1\nB,2\n", 2, 0)]
    [InlineData("update", "update", "Id,Phone\n{0},3\n0015e0000000000AAA,4\n", 1, 1)]
    [InlineData("upsert", "upsert", "Ext__c,Name\nX,One\nY,\n", 1, 1)]
    [InlineData("delete", "delete", "Id\n{0}\n", 1, 0)]
    public async Task Data_import_update_upsert_and_delete_bulk_send_a_file_in_chunks(string command, string operation, string csv, int successful, int failed)
    {
        await using var org = await SalesforceCalls.StartAsync();
        var known = org.Create("Account", ("Name", "Known"));

        var job = await org.PostAsync("/services/data/v67.0/jobs/ingest",
            new { @object = "Account", operation, lineEnding = "LF", columnDelimiter = "COMMA", externalIdFieldName = command == "upsert" ? "Ext__c" : null }, Headers);
        var id = Text(job.Json, "id");
        await UploadAsync(org, id, csv.Replace("{0}", known, StringComparison.Ordinal));
        Assert.Equal(200, (await org.PatchAsync($"/services/data/v67.0/jobs/ingest/{id}", new { state = "UploadComplete" }, Headers)).Status);
        JsonElement info;
        do
            info = (await org.GetAsync($"/services/data/v67.0/jobs/ingest/{id}", Headers)).Json;
        while (Text(info, "state") != "JobComplete");

        Assert.Equal((successful + failed, failed), (info.GetProperty("numberRecordsProcessed").GetInt32(), info.GetProperty("numberRecordsFailed").GetInt32()));
        foreach (var (file, rows) in new[] { ("successfulResults", successful), ("failedResults", failed), ("unprocessedrecords", 0) })
            Assert.Equal(rows, (await org.GetAsync($"{Data}/jobs/ingest/{id}/{file}", Headers)).Text.Split('\n').Length - 2);
    }

    [Fact]
    public async Task Data_records_are_got_created_updated_and_deleted()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var id = Text((await org.PostAsync($"{Data}/sobjects/Account", new { Name = "Nordwind" }, Headers)).Json, "id");
        Assert.Equal("Nordwind", Text((await org.GetAsync($"{Data}/sobjects/Account/{id}", Headers)).Json, "Name"));
        Assert.Equal(204, (await org.PatchAsync($"{Data}/sobjects/Account/{id}", new { Name = "Südwind" }, Headers)).Status);
        Assert.Equal(204, (await org.SendAsync(HttpMethod.Delete, $"{Data}/sobjects/Account/{id}", null, Headers)).Status);
        Assert.Equal("ENTITY_IS_DELETED", (await org.GetAsync($"{Data}/sobjects/Account/{id}", Headers)).Code);
    }

    [Fact]
    public async Task Org_and_sobject_commands_list_limits_counts_objects_and_fields()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 20);

        Assert.True((await org.GetAsync($"{Data}/limits", Headers)).Json.TryGetProperty("DailyApiRequests", out _));
        var counts = (await org.GetAsync($"{Data}/limits/recordCount?sObjects=Account,Contact", Headers)).Json.GetProperty("sObjects");
        Assert.Equal(["Account", "Contact"], counts.EnumerateArray().Select(count => Text(count, "name")));
        Assert.Contains((await org.GetAsync($"{Data}/sobjects", Headers)).Json.GetProperty("sobjects").EnumerateArray(), each => Text(each, "name") == "Machine__c");
        Assert.Equal("Account", Text((await org.GetAsync($"{Data}/sobjects/Account/describe", Headers)).Json, "name"));
        Assert.True((await org.GetAsync(Data, Headers)).Json.TryGetProperty("sobjects", out _));
    }

    private static Task<SalesforceAnswer> QueryAsync(SalesforceCalls org, string soql, string resource = "query") =>
        org.GetAsync($"{Data}/{resource}?q={Uri.EscapeDataString(soql)}", Headers);

    // Without a length, as whoever streams a file sends it.
    private static async Task UploadAsync(SalesforceCalls org, string job, string csv)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(org.Crm.Url, $"/services/data/v67.0/jobs/ingest/{job}/batches"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(csv)));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var response = await client.SendAsync(request);
        Assert.Equal(201, (int)response.StatusCode);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
