using Trueup.Contract;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class WalkTests
{
    [Fact]
    public async Task A_record_is_kept_as_it_was_received_without_its_attributes()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => IsQuery(request)
            ? SalesforceStub.Page([SalesforceStub.Record(1, "\"LastName\":\"V\\u00f6ss \\\"x\\\"\",\"Amount\":100.0,\"Empty\":null")])
            : null);

        var record = Assert.Single(await salesforce.ReadAllAsync(["LastName"]));

        Assert.Equal(SalesforceStub.Id(1), record.Id);
        Assert.Equal(new DateTimeOffset(2026, 9, 10, 7, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), record.Modified);
        Assert.Equal(
            $$"""{"Id":"{{SalesforceStub.Id(1)}}","SystemModstamp":"2026-09-10T07:00:00.000+0000","LastName":"V\u00f6ss \"x\"","Amount":100.0,"Empty":null}""", record.Json);
    }

    [Fact]
    public async Task Attributes_anywhere_in_a_row_are_taken_out()
    {
        var id = SalesforceStub.Id(1);
        await using var salesforce = await SalesforceStub.StartAsync(request => IsQuery(request)
            ? SalesforceStub.Page([$$"""{ "Id" : "{{id}}", "SystemModstamp":"2026-09-10T07:00:00.000+0000" , "attributes" : {"type":"Contact"} , "LastName":"A"}"""])
            : null);

        var record = Assert.Single(await salesforce.ReadAllAsync(["LastName"]));

        using var json = System.Text.Json.JsonDocument.Parse(record.Json);
        Assert.Equal(["Id", "SystemModstamp", "LastName"], json.RootElement.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Only_salesforces_word_ends_a_read()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => (request.Path, request.Query) switch
        {
            (SalesforceStub.Data + "/query", _) => SalesforceStub.Page([SalesforceStub.Record(1)], "loc-1", total: 1),
            (SalesforceStub.Data + "/query/loc-1", _) => SalesforceStub.Page([], "loc-2"),
            (SalesforceStub.Data + "/query/loc-2", _) => SalesforceStub.Page([SalesforceStub.Record(2), SalesforceStub.Record(3)], "loc-3"),
            (SalesforceStub.Data + "/query/loc-3", _) => SalesforceStub.Page([SalesforceStub.Record(3), SalesforceStub.Record(4)]),
            _ => null,
        });

        var records = await salesforce.ReadAllAsync(["LastName"]);

        Assert.Equal([1, 2, 3, 3, 4], records.Select(record => int.Parse(record.Id.AsSpan(12, 3))));
        Assert.Equal("SELECT Id,SystemModstamp,LastName FROM Contact ORDER BY Id", SalesforceStub.Soql(salesforce.Queries.First()));
    }

    [Fact]
    public async Task A_locator_that_dies_is_replaced_by_a_query_for_the_rest()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => request switch
        {
            { Path: SalesforceStub.Data + "/query", Query: var query } when query.Contains($"Id>'{SalesforceStub.Id(2)}'", StringComparison.Ordinal) =>
                SalesforceStub.Page([SalesforceStub.Record(3)]),
            { Path: SalesforceStub.Data + "/query" } => SalesforceStub.Page([SalesforceStub.Record(1), SalesforceStub.Record(2)], "loc-1"),
            { Path: SalesforceStub.Data + "/query/loc-1" } => SalesforceStub.Error(400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
            _ => null,
        });

        Assert.Equal(3, (await salesforce.ReadAllAsync(["LastName"])).Count);
    }

    [Fact]
    public async Task A_locator_that_dies_where_the_order_was_not_kept_begins_the_read_anew()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => request switch
        {
            { Path: SalesforceStub.Data + "/query" } => SalesforceStub.Page([SalesforceStub.Record(2), SalesforceStub.Record(1)], "loc-1"),
            { Path: SalesforceStub.Data + "/query/loc-1" } => SalesforceStub.Error(400, "INVALID_QUERY_LOCATOR"),
            _ => null,
        });

        await Assert.ThrowsAsync<CursorExpiredException>(() => salesforce.ReadAllAsync(["LastName"]));
    }

    [Fact]
    public async Task A_read_goes_on_after_the_last_record_of_any_page()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => request switch
        {
            { Path: SalesforceStub.Data + "/query", Query: var query } when query.Contains($"Id>'{SalesforceStub.Id(1)}'", StringComparison.Ordinal) =>
                SalesforceStub.Page([SalesforceStub.Record(2)]),
            { Path: SalesforceStub.Data + "/query" } => SalesforceStub.Page([SalesforceStub.Record(1)], "loc-1"),
            { Path: SalesforceStub.Data + "/query/loc-1" } => SalesforceStub.Page([SalesforceStub.Record(2)]),
            _ => null,
        });
        var token = (await salesforce.ReadAllAsync(["LastName"]))[0].Next;

        Assert.Equal([SalesforceStub.Id(2)], (await salesforce.ReadAllAsync(["LastName"], token)).Select(record => record.Id));
    }

    [Fact]
    public async Task A_locator_that_repeats_ends_the_read_with_an_error()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => IsQuery(request) ? SalesforceStub.Page([SalesforceStub.Record(1)], "loc-1") : null);

        await Assert.ThrowsAsync<CrmContractException>(() => salesforce.ReadAllAsync(["LastName"]));
        Assert.True(salesforce.Queries.Count() <= 3);
    }

    [Fact]
    public async Task A_query_that_takes_too_long_is_asked_for_fewer_records()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => !IsQuery(request) ? null : SalesforceStub.Soql(request) switch
        {
            var soql when !soql.Contains("LIMIT 125", StringComparison.Ordinal) => SalesforceStub.Error(400, "QUERY_TIMEOUT", "Your query request was running for too long."),
            var soql when soql.Contains($"Id>'{SalesforceStub.Id(2)}'", StringComparison.Ordinal) => SalesforceStub.Page([]),
            var soql when soql.Contains($"Id>'{SalesforceStub.Id(1)}'", StringComparison.Ordinal) => SalesforceStub.Page([SalesforceStub.Record(2)]),
            _ => SalesforceStub.Page([SalesforceStub.Record(1)]),
        });

        Assert.Equal(2, (await salesforce.ReadAllAsync(["LastName"])).Count);
    }

    [Fact]
    public async Task A_query_that_never_ends_in_time_is_a_failure_and_not_an_empty_stream()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => IsQuery(request) ? SalesforceStub.Error(400, "QUERY_TIMEOUT") : null);

        await Assert.ThrowsAsync<CrmUnavailableException>(() => salesforce.ReadAllAsync(["LastName"]));
        Assert.True(salesforce.Queries.Count() < 10);
    }

    [Fact]
    public async Task A_window_that_takes_too_long_is_halved_and_nothing_of_it_is_left_out()
    {
        var since = new DateTimeOffset(2026, 9, 10, 0, 0, 0, TimeSpan.Zero);
        var windows = new List<(DateTimeOffset From, DateTimeOffset To)>();
        await using var salesforce = await SalesforceStub.StartAsync(request =>
        {
            if (!IsQuery(request))
                return null;
            var bounds = SalesforceStub.Soql(request).Split("SystemModstamp>=")[1].Split(" AND SystemModstamp<=");
            var window = (From: DateTimeOffset.Parse(bounds[0]), To: DateTimeOffset.Parse(bounds[1].Split(' ')[0]));
            if (window.To - window.From > TimeSpan.FromHours(2))
                return SalesforceStub.Error(400, "QUERY_TIMEOUT");
            windows.Add(window);
            return SalesforceStub.Page([SalesforceStub.Record(windows.Count)]);
        });

        var records = await SalesforceStub.CollectAsync(((IReadsModified)salesforce.Connector).ReadModifiedAsync(
            new ModifiedRead(SalesforceStub.Contacts, ["LastName"], since.AddMilliseconds(300), since.AddHours(8), null), CancellationToken.None));

        Assert.Equal(windows.Count, records.Count);
        Assert.Equal(since, windows[0].From);
        Assert.Equal(since.AddHours(8), windows[^1].To);
        Assert.All(windows.Zip(windows.Skip(1)), pair => Assert.True(pair.Second.From <= pair.First.To));
    }

    [Fact]
    public async Task A_field_that_is_gone_is_left_out_and_the_others_arrive()
    {
        var described = 0;
        await using var salesforce = await SalesforceStub.StartAsync(request => request switch
        {
            { Path: SalesforceStub.Data + "/sobjects/Contact/describe" } => StubAnswer.Ok(SalesforceStub.Describe("Contact",
                ++described == 1 ? [SalesforceStub.Field("LastName", "string"), SalesforceStub.Field("Old__c", "string")] : [SalesforceStub.Field("LastName", "string")])),
            { Path: SalesforceStub.Data + "/query", Query: var query } when query.Contains("Old__c", StringComparison.Ordinal) =>
                SalesforceStub.Error(400, "INVALID_FIELD", "No such column 'Old__c' on entity 'Contact'."),
            { Path: SalesforceStub.Data + "/query" } => SalesforceStub.Page([SalesforceStub.Record(1)]),
            _ => null,
        });

        Assert.Single(await salesforce.ReadAllAsync(["LastName", "Old__c"]));
        Assert.Equal(2, described);
    }

    [Fact]
    public async Task More_fields_than_an_address_can_hold_go_in_the_body_of_a_composite_request()
    {
        string[] names = [.. Enumerable.Range(0, 500).Select(i => $"A_field_with_a_long_name_{i}__c")];
        await using var salesforce = await SalesforceStub.StartAsync(
            request => request.Path != SalesforceStub.Data + "/composite" ? null : StubAnswer.Ok(
                $$"""{"compositeResponse":[{"body":{{SalesforceStub.PageJson([SalesforceStub.Record(1)])}},"httpHeaders":{},"httpStatusCode":200,"referenceId":"query"}]}"""),
            fields: [.. names.Select(name => SalesforceStub.Field(name, "string"))]);

        Assert.Single(await salesforce.ReadAllAsync(names));

        var composite = Assert.Single(salesforce.Requests, request => request.Method == "POST");
        Assert.Contains("/services/data/v67.0/query?q=SELECT", composite.Body, StringComparison.Ordinal);
        Assert.Contains(names[^1], composite.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_within_a_composite_request_is_a_refusal()
    {
        string[] names = [.. Enumerable.Range(0, 500).Select(i => $"A_field_with_a_long_name_{i}__c")];
        await using var salesforce = await SalesforceStub.StartAsync(
            request => request.Path != SalesforceStub.Data + "/composite" ? null : StubAnswer.Ok(
                """{"compositeResponse":[{"body":[{"message":"no","errorCode":"INSUFFICIENT_ACCESS"}],"httpHeaders":{},"httpStatusCode":403,"referenceId":"query"}]}"""),
            fields: [.. names.Select(name => SalesforceStub.Field(name, "string"))]);

        await Assert.ThrowsAsync<CrmForbiddenException>(() => salesforce.ReadAllAsync(names));
    }

    [Fact]
    public async Task Fields_too_complicated_for_one_query_are_read_in_parts_and_never_torn()
    {
        var fetches = 0;
        await using var salesforce = await SalesforceStub.StartAsync(
            request => !IsQuery(request) ? null : SalesforceStub.Soql(request) switch
            {
                var soql when soql.Contains("A__c", StringComparison.Ordinal) && soql.Contains("B__c", StringComparison.Ordinal) =>
                    SalesforceStub.Error(400, "QUERY_TOO_COMPLICATED"),
                var soql when soql.Contains("A__c", StringComparison.Ordinal) && !soql.Contains("Id IN", StringComparison.Ordinal) =>
                    SalesforceStub.Page([SalesforceStub.Record(1, "\"A__c\":\"a\""), SalesforceStub.Record(2, "\"A__c\":\"old\"")]),
                // The second record changes between its parts.
                var soql when soql.Contains("A__c", StringComparison.Ordinal) => SalesforceStub.Page([SalesforceStub.Record(2, "\"A__c\":\"new\"", stamp: Later)]),
                _ when ++fetches > 0 => SalesforceStub.Page([SalesforceStub.Record(1, "\"B__c\":\"b\""), SalesforceStub.Record(2, "\"B__c\":\"new\"", stamp: Later)]),
                _ => null,
            },
            fields: [SalesforceStub.Field("A__c", "string"), SalesforceStub.Field("B__c", "string")]);

        var records = await salesforce.ReadAllAsync(["A__c", "B__c"]);

        Assert.Equal(
            [
                $$"""{"Id":"{{SalesforceStub.Id(1)}}","SystemModstamp":"2026-09-10T07:00:00.000+0000","A__c":"a","B__c":"b"}""",
                $$"""{"Id":"{{SalesforceStub.Id(2)}}","SystemModstamp":"{{Later}}","A__c":"new","B__c":"new"}""",
            ], records.Select(record => record.Json));
    }

    private const string Later = "2026-09-10T07:30:00.000+0000";

    private static bool IsQuery(StubRequest request) => request.Path.StartsWith(SalesforceStub.Data + "/query", StringComparison.Ordinal);
}
