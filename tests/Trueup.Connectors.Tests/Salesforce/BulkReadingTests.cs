using System.Text.Json;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class BulkReadingTests
{
    private const string Jobs = SalesforceStub.Data + "/jobs/query";
    private const string Job = Jobs + "/750000000000001AAA";
    private static readonly string[] Names = ["LastName", "Amount", "Born", "Active", "Met"];

    private static readonly string[] Fields =
    [
        SalesforceStub.Field("LastName", "string"), SalesforceStub.Field("Amount", "currency"), SalesforceStub.Field("Born", "date"),
        SalesforceStub.Field("Active", "boolean"), SalesforceStub.Field("Met", "datetime"),
    ];

    [Fact]
    public async Task A_record_read_in_bulk_has_the_same_content_as_one_that_a_query_answered()
    {
        await using var bulk = await StartAsync(_ => Csv($"\"{SalesforceStub.Id(1)}\",\"2026-09-10T07:00:00.000Z\",\"Voß \"\"Nord\"\"\nGmbH, Kiel\",\"100\",\"\",\"true\",\"2026-09-01T10:00:00.000Z\""));
        await using var query = await SalesforceStub.StartAsync(request => request.Path == SalesforceStub.Data + "/query"
            ? SalesforceStub.Page([SalesforceStub.Record(1, "\"LastName\":\"Voß \\\"Nord\\\"\\nGmbH, Kiel\",\"Amount\":100.0,\"Born\":null,\"Active\":true,\"Met\":\"2026-09-01T10:00:00.000+0000\"")])
            : null, fields: Fields);

        var one = Assert.Single(await bulk.ReadAllAsync(Names));
        var other = Assert.Single(await query.ReadAllAsync(Names));

        Assert.Equal(other.Json, one.Json);
        Assert.Equal((other.Id, other.Modified, other.Hash), (one.Id, one.Modified, one.Hash));
    }

    [Fact]
    public async Task A_job_is_made_waited_for_and_read_to_the_end_of_its_locators()
    {
        var polls = 0;
        await using var salesforce = await StartAsync(
            request => request.Query.Contains("locator=two", StringComparison.Ordinal) ? Csv(Row(3), locator: "null") : Csv($"{Row(1)}\n{Row(2)}", locator: "two"),
            rows: 3, state: () => ++polls < 4 ? "InProgress" : "JobComplete");

        var records = await salesforce.ReadAllAsync(Names);

        Assert.Equal([SalesforceStub.Id(1), SalesforceStub.Id(2), SalesforceStub.Id(3)], records.Select(record => record.Id));
        var created = Assert.Single(salesforce.Requests, request => request.Method == "POST");
        Assert.Equal(
            """{"operation":"query","query":"SELECT Id,SystemModstamp,LastName,Amount,Born,Active,Met FROM Contact","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"}""",
            created.Body);
        Assert.Equal(4, polls);
        Assert.Contains(salesforce.Clock.Waits, wait => wait >= TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Rows_that_are_missing_at_the_end_are_no_end_but_have_another_job_begin_anew()
    {
        await using var salesforce = await StartAsync(_ => Csv(Row(1), locator: null), rows: 2);

        await Assert.ThrowsAsync<CursorExpiredException>(() => salesforce.ReadAllAsync(Names));
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_between_two_rows_is_asked_for_again()
    {
        var asked = 0;
        await using var salesforce = await StartAsync(_ => Csv(++asked == 1 ? Row(1) : $"{Row(1)}\n{Row(2)}", announced: 2), rows: 2);

        Assert.Equal(2, (await salesforce.ReadAllAsync(Names)).Count);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Records_of_any_size_are_read_whole_and_once()
    {
        // Some are larger than a page of records is, others fill it, and each of their characters takes six in JSON.
        int[] sizes = [10, 400_000, 700_000, 5, 100_000, 100_000, 100_000, 2_000_000, 1];
        var rows = sizes.Select((size, i) => $"\"{SalesforceStub.Id(i + 1)}\",\"2026-09-10T07:00:00.000Z\",\"{new string('\u0001', size)}\",\"\",\"\",\"false\",\"\"");
        await using var salesforce = await StartAsync(_ => Csv(string.Join('\n', rows), announced: sizes.Length), rows: sizes.Length);

        var records = await salesforce.ReadAllAsync(Names);

        Assert.Equal(sizes.Select((_, i) => SalesforceStub.Id(i + 1)), records.Select(record => record.Id));
        Assert.Equal(sizes, records.Select(record => JsonDocument.Parse(record.Json).RootElement.GetProperty("LastName").GetString()!.Length));
    }

    [Fact]
    public async Task A_read_goes_on_with_its_job_in_another_process()
    {
        string? token;
        await using (var first = await StartAsync(request => request.Query.Contains("locator=two", StringComparison.Ordinal) ? Csv(Row(2)) : Csv(Row(1), locator: "two"), rows: 2))
            token = (await first.ReadAllAsync(Names))[0].Next;
        await using var second = await StartAsync(request => request.Query.Contains("locator=two", StringComparison.Ordinal) ? Csv(Row(2)) : throw new InvalidOperationException(), rows: 2);

        Assert.Equal([SalesforceStub.Id(2)], (await second.ReadAllAsync(Names, token)).Select(record => record.Id));
        Assert.DoesNotContain(second.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_job_that_is_gone_begins_the_read_anew()
    {
        await using var salesforce = await SalesforceStub.StartAsync(
            request => request.Path.StartsWith(Jobs, StringComparison.Ordinal) ? SalesforceStub.Error(404, "NOT_FOUND") : null, fields: Fields);

        await Assert.ThrowsAsync<CursorExpiredException>(() => salesforce.ReadAllAsync(Names, "job:750000000000001AAA|two|5000|0|1"));
    }

    [Theory]
    [InlineData(400, "INVALIDENTITY")]
    [InlineData(400, "API_ERROR")]
    [InlineData(400, "LIMIT_EXCEEDED")]
    public async Task What_the_bulk_api_does_not_take_is_read_by_pages(int status, string code)
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => request switch
        {
            { Path: Jobs } => SalesforceStub.Error(status, code),
            { Path: SalesforceStub.Data + "/query" } => SalesforceStub.Page([SalesforceStub.Record(1)]),
            _ => null,
        }, fields: Fields, options: new SalesforceOptions { BulkFromRecords = 1 });

        Assert.Single(await salesforce.ReadAllAsync(Names));
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Aborted")]
    public async Task A_job_that_ends_without_a_result_is_replaced_by_pages(string state)
    {
        await using var salesforce = await StartAsync(_ => throw new InvalidOperationException(), state: () => state);

        Assert.Single(await salesforce.ReadAllAsync(Names));
    }

    [Fact]
    public async Task Other_columns_than_those_selected_are_not_taken_for_them()
    {
        await using var salesforce = await StartAsync(_ => new StubAnswer(200, "\"Id\",\"LastName\"\n\"x\",\"y\"\n") { ContentType = "text/csv" });

        await Assert.ThrowsAsync<CrmContractException>(() => salesforce.ReadAllAsync(Names));
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_first_columns_name()
    {
        var answer = Csv(Row(1));
        await using var salesforce = await StartAsync(_ => answer with { Body = "\uFEFF" + answer.Body });

        Assert.Equal(SalesforceStub.Id(1), Assert.Single(await salesforce.ReadAllAsync(Names)).Id);
    }

    [Fact]
    public async Task Few_records_are_read_by_pages_without_a_job()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => request.Path == SalesforceStub.Data + "/query" ? SalesforceStub.Page([SalesforceStub.Record(1)]) : null, fields: Fields);

        Assert.Single(await salesforce.ReadAllAsync(Names));
    }

    private static string Row(int number) => $"\"{SalesforceStub.Id(number)}\",\"2026-09-10T07:00:00.000Z\",\"Voss\",\"\",\"\",\"false\",\"\"";

    private static StubAnswer Csv(string rows, string? locator = "null", int? announced = null)
    {
        var headers = new Dictionary<string, string>();
        if (locator is not null)
            headers["Sforce-Locator"] = locator;
        if (announced is not null)
            headers["Sforce-NumberOfRecords"] = $"{announced}";
        return new StubAnswer(200, $"\"Id\",\"SystemModstamp\",{string.Join(',', Names.Select(name => $"\"{name}\""))}\n{rows}\n") { ContentType = "text/csv", Headers = headers };
    }

    private static Task<SalesforceStub> StartAsync(Func<StubRequest, StubAnswer> results, int rows = 1, Func<string>? state = null) => SalesforceStub.StartAsync(
        request => request switch
        {
            { Path: Jobs } => StubAnswer.Ok("""{"id":"750000000000001AAA","state":"UploadComplete"}"""),
            { Path: Job } => StubAnswer.Ok($$"""{"id":"750000000000001AAA","state":"{{state?.Invoke() ?? "JobComplete"}}","numberRecordsProcessed":{{rows}}}"""),
            { Path: Job + "/results" } => results(request),
            { Path: SalesforceStub.Data + "/query" } => SalesforceStub.Page([SalesforceStub.Record(1)]),
            _ => null,
        }, fields: Fields, options: new SalesforceOptions { BulkFromRecords = 1 });
}
