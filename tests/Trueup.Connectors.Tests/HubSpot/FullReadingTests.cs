using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class FullReadingTests
{
    [Fact]
    public async Task A_full_read_follows_the_pages_to_the_one_without_a_token()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Query.Contains("after=3", StringComparison.Ordinal)
            ? HubSpotStub.Page([HubSpotStub.Record(3)])
            : HubSpotStub.Page([HubSpotStub.Record(1), HubSpotStub.Record(2)], after: "3"));

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["email"], null));

        Assert.Equal(["1", "2", "3"], records.Select(record => record.Id));
        Assert.Equal(2, hubspot.Requests.Count);
        Assert.All(hubspot.Requests, request => Assert.Contains("properties=email", request.Query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_looks_like_a_page_token_inside_of_a_record_leads_nowhere()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Query.Contains("after=3", StringComparison.Ordinal)
            ? HubSpotStub.Page([HubSpotStub.Record(3)])
            : request.Query.Contains("after=666", StringComparison.Ordinal)
                ? HubSpotStub.Page([HubSpotStub.Record(666)])
                : StubAnswer.Ok("""
                    {"paging":{"next":{"after":"3"}},"results":[{"id":"1","properties":{"email":"a"},"updatedAt":"2026-09-10T07:00:00Z","paging":{"next":{"after":"666"}}}]}
                    """));

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["email"], null));

        Assert.Equal(["1", "3"], records.Select(record => record.Id));
    }

    [Fact]
    public async Task A_full_read_goes_on_where_an_earlier_one_stopped()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => HubSpotStub.Page([HubSpotStub.Record(700)]));

        await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["email"], "700"));

        Assert.Contains("after=700", Assert.Single(hubspot.Requests).Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Properties_are_kept_byte_for_byte()
    {
        const string properties = """{ "a" : null,"b":"","c":"0","d":"N/A","e":"\u0000 \ud83d\ude00 שלום","f":"1e400" }""";
        await using var hubspot = await HubSpotStub.StartAsync(_ => HubSpotStub.Page([HubSpotStub.Record(1, properties)]));

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], null));

        Assert.Equal(properties, Assert.Single(records).Properties);
    }

    [Fact]
    public async Task Records_that_cannot_be_mirrored_are_set_aside_and_the_others_go_on()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => HubSpotStub.Page(
        [
            HubSpotStub.Record(1),
            """{"properties":{},"updatedAt":"2026-09-10T07:00:00Z"}""",
            """{"id":"3","properties":{}}""",
            """{"id":"4","properties":null,"updatedAt":"2026-09-10T07:00:00Z"}""",
            """{"id":{"odd":[1]},"properties":{},"updatedAt":"2026-09-10T07:00:00Z"}""",
            """{"id":"6","properties":{},"updatedAt":"yesterday"}""",
            "7",
            """{"id":"\u0038","properties":{},"updatedAt":"2026-09-10T07:00:00Z"}""",
            HubSpotStub.Record(9),
        ]));

        await foreach (var page in hubspot.Connector.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], null), CancellationToken.None))
        {
            using (page)
            {
                Assert.Equal(["1", "9"], page.Records.Select(record => page.RecordIdOf(record).Value));
                Assert.Equal(7, page.SetAside.Count);
                Assert.Equal(["3", "4", "6"], page.SetAside.Select(refused => refused.Id?.Value).OfType<string>());
            }
        }
    }

    [Fact]
    public async Task A_page_token_that_repeats_ends_the_read_with_an_error()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => HubSpotStub.Page(
            [HubSpotStub.Record(request.Number)], after: request.Number % 2 == 0 ? "20" : "10"));

        var error = await Assert.ThrowsAsync<CrmContractException>(
            () => hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], null)));

        Assert.Contains("same page token twice", error.Message, StringComparison.Ordinal);
        Assert.True(hubspot.Requests.Count <= 4);
    }

    [Fact]
    public async Task A_short_page_in_the_middle_is_not_the_end()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Number switch
        {
            1 => HubSpotStub.Page([HubSpotStub.Record(1)], after: "2"),
            2 => HubSpotStub.Page([], after: "3"),
            _ => HubSpotStub.Page([HubSpotStub.Record(3)]),
        });

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], null));

        Assert.Equal(["1", "3"], records.Select(record => record.Id));
    }

    [Fact]
    public async Task Names_too_many_for_an_address_are_asked_for_in_a_body_and_none_is_lost()
    {
        string[] fields = [.. Enumerable.Range(0, 700).Select(i => $"property_with_a_long_name_{i}")];
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Method == "GET"
            ? HubSpotStub.Page([HubSpotStub.Record(1), HubSpotStub.Record(2)])
            : HubSpotStub.Page([HubSpotStub.Record(2, """{"b":"2"}"""), HubSpotStub.Record(1, """{"b":"1"}""")]));

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, fields, null));

        Assert.Equal(["""{"b":"2"}""", """{"b":"1"}"""], records.Select(record => record.Properties));
        Assert.All(hubspot.Requests, request => Assert.True(request.Path.Length + request.Query.Length < 5000));
        var batch = Assert.Single(hubspot.Requests, request => request.Method == "POST");
        Assert.All(fields, field => Assert.Contains($"\"{field}\"", batch.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_that_could_not_be_read_whole_is_an_error_and_one_with_vanished_records_is_not()
    {
        string[] fields = [.. Enumerable.Range(0, 700).Select(i => $"property_{i}")];
        var category = "OBJECT_NOT_FOUND";
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Method == "GET"
            ? HubSpotStub.Page([HubSpotStub.Record(1), HubSpotStub.Record(2)])
            : new StubAnswer(207,
                """{"numErrors":1,"errors":[{"status":"error","category":"CATEGORY","context":{"ids":["2"]}}],"results":[RECORD]}"""
                    .Replace("CATEGORY", category, StringComparison.Ordinal).Replace("RECORD", HubSpotStub.Record(1), StringComparison.Ordinal)));

        Assert.Single(await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, fields, null)));

        category = "INTERNAL_ERROR";
        await Assert.ThrowsAsync<CrmUnavailableException>(() => hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, fields, null)));
    }

    [Fact]
    public async Task Compressed_answers_of_any_size_are_read_whole()
    {
        var note = new string('x', 300_000);
        await using var hubspot = await HubSpotStub.StartAsync(_ =>
            HubSpotStub.Page(Enumerable.Range(1, 20).Select(id => HubSpotStub.Record(id, $$"""{"note":"{{note}}"}"""))) with { Gzip = true });

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["note"], null));

        Assert.Equal(20, records.Count);
        Assert.All(records, record => Assert.Equal($$"""{"note":"{{note}}"}""", record.Properties));
    }

    [Fact]
    public async Task Archived_owners_are_records_too()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Query.Contains("archived=true", StringComparison.Ordinal)
            ? HubSpotStub.Page(["""{"id":"2","email":"b@example.com","userId":null,"updatedAt":"2026-01-02T00:00:00Z","archived":true}"""])
            : HubSpotStub.Page(["""{"id":"1","email":"a@example.com","userId":7,"updatedAt":"2026-01-01T00:00:00Z","archived":false}"""]));

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Owners, ["email"], null));

        Assert.Equal(["1", "2"], records.Select(record => record.Id));
        Assert.Contains("\"archived\":true", records[1].Properties, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cursor_that_hubspot_no_longer_knows_says_that_the_read_starts_again()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(400, """{"message":"after is not valid"}"""));

        await Assert.ThrowsAsync<CursorExpiredException>(
            () => hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], "stale")));
    }
}
