using System.Globalization;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class ModifiedReadingTests
{
    private static readonly DateTimeOffset Since = new(2026, 9, 10, 6, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_thousand_changed_contacts_cost_no_more_than_six_searches()
    {
        await using var hubspot = await HubSpotStub.StartAsync(Search(1000));

        var records = await ReadAsync(hubspot, HubSpotStub.Contacts);

        Assert.Equal(Enumerable.Range(1, 1000).Select(id => id.ToString(CultureInfo.InvariantCulture)), records);
        Assert.True(hubspot.Requests.Count <= 6, $"{hubspot.Requests.Count} searches");
    }

    [Fact]
    public async Task Every_request_carries_the_window_and_the_ids_and_none_an_offset()
    {
        await using var hubspot = await HubSpotStub.StartAsync(Search(500));

        await ReadAsync(hubspot, HubSpotStub.Contacts);

        Assert.All(hubspot.Requests, request =>
        {
            var body = JsonDocument.Parse(request.Body).RootElement;
            var filters = body.GetProperty("filterGroups")[0].GetProperty("filters");
            Assert.Equal("lastmodifieddate", filters[0].GetProperty("propertyName").GetString());
            Assert.Equal(Since.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), filters[0].GetProperty("value").GetString());
            Assert.Equal("hs_object_id", filters[1].GetProperty("propertyName").GetString());
            Assert.False(body.TryGetProperty("after", out _));
        });
    }

    [Fact]
    public async Task Other_kinds_of_records_have_another_modified_property()
    {
        await using var hubspot = await HubSpotStub.StartAsync(Search(1));

        await ReadAsync(hubspot, HubSpotStub.Deals);

        Assert.Contains("\"hs_lastmodifieddate\"", hubspot.Requests[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_changed_costs_one_search()
    {
        await using var hubspot = await HubSpotStub.StartAsync(Search(0));

        Assert.Empty(await ReadAsync(hubspot, HubSpotStub.Contacts));

        Assert.Single(hubspot.Requests);
    }

    [Fact]
    public async Task An_order_that_is_not_honoured_loses_nothing()
    {
        var chance = new Random(7);
        await using var hubspot = await HubSpotStub.StartAsync(Search(1500, ids => { chance.Shuffle(ids); return ids; }));

        var records = await ReadAsync(hubspot, HubSpotStub.Contacts);

        Assert.Equal(Enumerable.Range(1, 1500), records.Distinct().Select(int.Parse).Order());
        Assert.True(hubspot.Requests.Count < 60, $"{hubspot.Requests.Count} searches");
    }

    [Fact]
    public async Task A_ceiling_that_cuts_without_a_word_loses_nothing()
    {
        await using var hubspot = await HubSpotStub.StartAsync(Search(300, ceiling: 50));

        var records = await ReadAsync(hubspot, HubSpotStub.Contacts);

        Assert.Equal(300, records.Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task Few_rows_that_stand_in_order_by_chance_hide_nothing(int ceiling)
    {
        var chance = new Random(7);
        await using var hubspot = await HubSpotStub.StartAsync(Search(120, ids => { chance.Shuffle(ids); return ids; }, ceiling));

        var records = await ReadAsync(hubspot, HubSpotStub.Contacts);

        Assert.Equal(Enumerable.Range(1, 120), records.Distinct().Select(int.Parse).Order());
        Assert.True(hubspot.Requests.Count < 500, $"{hubspot.Requests.Count} searches");
    }

    [Fact]
    public async Task Rows_that_the_index_knows_but_that_are_gone_do_not_end_the_read()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Number switch
        {
            1 => HubSpotStub.Page([], after: "200", total: 201),
            2 => HubSpotStub.Page([HubSpotStub.Record(900)], total: 201),
            _ => HubSpotStub.Page([], total: 0),
        });

        Assert.Equal(["900"], await ReadAsync(hubspot, HubSpotStub.Contacts));
    }

    [Fact]
    public async Task A_search_that_never_advances_ends_with_an_error()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => HubSpotStub.Page(
            Enumerable.Range(1, 200).Select(id => HubSpotStub.Record(id)), after: "200", total: 5000));

        await Assert.ThrowsAsync<CrmContractException>(() => ReadAsync(hubspot, HubSpotStub.Contacts));

        Assert.True(hubspot.Requests.Count < 10);
    }

    [Fact]
    public async Task A_search_that_refuses_long_bodies_is_asked_for_ids_alone()
    {
        string[] fields = [.. Enumerable.Range(0, 300).Select(i => $"property_{i}")];
        var search = Search(250);
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Path: var path } when path.EndsWith("batch/read", StringComparison.Ordinal) => BatchRead(request),
            { Body.Length: > 3000 } => new StubAnswer(400, """{"message":"The body is too long","category":"VALIDATION_ERROR"}"""),
            _ => search(request),
        });

        var records = await ReadAsync(hubspot, HubSpotStub.Contacts, fields);

        Assert.Equal(250, records.Distinct().Count());
        Assert.Single(hubspot.Requests, request => request.Path.EndsWith("search", StringComparison.Ordinal) && request.Body.Length > 3000);
    }

    private static async Task<List<string>> ReadAsync(HubSpotStub hubspot, StreamDescription stream, IReadOnlyList<string>? fields = null) =>
        [.. (await HubSpotStub.CollectAsync(((IReadsModified)hubspot.Connector).ReadModifiedAsync(
            new ModifiedRead(stream, fields ?? ["email"], Since, Since.AddHours(1), null), CancellationToken.None))).Select(record => record.Id)];

    private static StubAnswer BatchRead(StubRequest request) => HubSpotStub.Page(
        JsonDocument.Parse(request.Body).RootElement.GetProperty("inputs").EnumerateArray()
            .Select(input => HubSpotStub.Record(long.Parse(input.GetProperty("id").GetString()!, CultureInfo.InvariantCulture))).Reverse());

    /// <summary>A search over ids 1 to <paramref name="count"/>, all inside any window.</summary>
    private static Func<StubRequest, StubAnswer> Search(int count, Func<long[], long[]>? order = null, int ceiling = int.MaxValue) => request =>
    {
        var body = JsonDocument.Parse(request.Body).RootElement;
        long above = 0, upTo = long.MaxValue;
        foreach (var filter in body.GetProperty("filterGroups")[0].GetProperty("filters").EnumerateArray())
        {
            if (filter.GetProperty("propertyName").GetString() != "hs_object_id")
                continue;
            var value = long.Parse(filter.GetProperty("value").GetString()!, CultureInfo.InvariantCulture);
            if (filter.GetProperty("operator").GetString() == "GT")
                above = value;
            else
                upTo = value;
        }
        long[] found = [.. Enumerable.Range(1, count).Select(id => (long)id).Where(id => id > above && id <= upTo)];
        var ordered = order is null ? found : order(found);
        var rows = ordered.Take(Math.Min(ceiling, body.GetProperty("limit").GetInt32())).ToArray();
        return HubSpotStub.Page(
            rows.Select(id => HubSpotStub.Record(id)), rows.Length < found.Length && ceiling == int.MaxValue ? "200" : null, found.Length);
    };
}
