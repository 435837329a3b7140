namespace Trueup.Emulators.Tests;

public sealed class SearchTests
{
    [Fact]
    public async Task Contacts_are_found_by_their_own_modified_property_and_never_by_the_other()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("contacts", ("firstname", "Ada"));

        Assert.Equal([id], (await hub.ModifiedSinceAsync("contacts", HubSpotCalls.Start, "lastmodifieddate")).Ids);
        Assert.Empty((await hub.ModifiedSinceAsync("contacts", DateTimeOffset.UnixEpoch)).Results);
    }

    [Fact]
    public async Task A_lagging_index_filters_by_the_old_value_and_shows_the_new_one()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("companies", ("city", "Kiel"));
        hub.Crm.Control(new LagControl(TimeSpan.FromSeconds(30)) { Endpoint = "search" });
        hub.Clock.Advance(TimeSpan.FromSeconds(1));
        hub.Crm.Mutate(new EditRecords("companies", [id], new Dictionary<string, string?> { ["city"] = "Bern" }));

        var byOld = await CityAsync(hub, "Kiel");
        Assert.Equal("Bern", byOld.Property("city"));
        Assert.Empty((await CityAsync(hub, "Bern")).Results);
        Assert.Empty((await hub.ModifiedSinceAsync("companies", HubSpotCalls.Start.AddSeconds(1))).Results);
        Assert.Equal("Bern", (await hub.GetAsync($"/crm/v3/objects/companies/{id}?properties=city")).Property("city"));

        hub.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([id], (await CityAsync(hub, "Bern")).Ids);
        Assert.Equal([id], (await hub.ModifiedSinceAsync("companies", HubSpotCalls.Start.AddSeconds(1))).Ids);
    }

    [Fact]
    public async Task A_lag_of_a_share_hides_that_share_of_new_records()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        hub.Crm.Control(new LagControl(TimeSpan.FromMinutes(10)) { Endpoint = "search", Share = 0.5 });
        for (var i = 0; i < 200; i++)
            hub.Create("companies", ("name", $"C{i}"));

        var found = (await hub.ModifiedSinceAsync("companies", HubSpotCalls.Start)).Json.GetProperty("total").GetInt32();

        Assert.InRange(found, 60, 140);
        Assert.Equal(200, (await hub.WalkAsync("companies")).Count);
    }

    [Fact]
    public async Task Ten_thousand_rows_are_the_end_and_an_id_filter_goes_on_behind_them()
    {
        await using var hub = await HubSpotCalls.StartAsync(options: new() { Records = 10_300, BenchmarkData = true });

        var last = await Page(hub, "9800", null);
        Assert.Equal(200, last.Results.Count);
        Assert.Equal(10_300, last.Json.GetProperty("total").GetInt32());
        Assert.Equal(400, (await Page(hub, "10000", null)).Status);
        Assert.Equal(300, (await Page(hub, null, last.Ids[^1])).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Ten_thousand_records_with_one_stamp_are_walked_by_id()
    {
        await using var hub = await HubSpotCalls.StartAsync(options: new() { Records = 10_300, BenchmarkData = true });
        hub.Crm.Control(new TieControl(10_100, new Dictionary<string, string?> { ["city"] = "Kiel" }) { Stream = "contacts" });

        var ids = new HashSet<string>();
        for (var last = "0"; ;)
        {
            var page = await hub.PostAsync("/crm/v3/objects/contacts/search", new
            {
                filterGroups = new[]
                {
                    new
                    {
                        filters = new object[]
                        {
                            new { propertyName = "lastmodifieddate", @operator = "BETWEEN", value = Now(hub), highValue = Now(hub) },
                            new { propertyName = "hs_object_id", @operator = "GT", value = last },
                        },
                    },
                },
                sorts = new[] { "hs_object_id" },
                limit = 200,
            });
            if (page.Results.Count == 0)
                break;
            ids.UnionWith(page.Ids);
            last = page.Ids[^1];
        }

        Assert.Equal(10_100, ids.Count);
    }

    [Theory]
    [InlineData("EQ", "amount", "7", "7")]
    [InlineData("NEQ", "amount", "7", "70,800")]
    [InlineData("GT", "amount", "7", "70,800")]
    [InlineData("LTE", "amount", "70", "7,70")]
    [InlineData("HAS_PROPERTY", "amount", null, "7,70,800")]
    [InlineData("NOT_HAS_PROPERTY", "amount", null, "")]
    [InlineData("EQ", "dealname", "RENEWAL 7", "7")]
    [InlineData("CONTAINS_TOKEN", "dealname", "renewal", "7,70,800")]
    [InlineData("NOT_CONTAINS_TOKEN", "dealname", "70", "7,800")]
    public async Task Operators_select_what_the_vendor_selects(string operation, string property, string? value, string expected)
    {
        await using var hub = await HubSpotCalls.StartAsync();
        foreach (var amount in new[] { "7", "70", "800" })
            hub.Create("deals", ("dealname", $"Renewal {amount}"), ("amount", amount));
        hub.Create("deals");

        var found = await hub.PostAsync("/crm/v3/objects/deals/search", new
        {
            filterGroups = new[] { new { filters = new[] { new { propertyName = property, @operator = operation, value } } } },
            sorts = new[] { "amount" },
            properties = new[] { "amount" },
        });

        var amounts = Enumerable.Range(0, found.Results.Count).Select(i => found.Property("amount", i) ?? "");
        Assert.Equal(expected, string.Join(',', amounts));
    }

    [Theory]
    [InlineData("GT", "9223372036854775807", 0)]
    [InlineData("GTE", "-9223372036854775808", 1)]
    [InlineData("LT", "9007199254740993", 1)]
    public async Task Ids_are_compared_as_whole_numbers_up_to_the_largest(string operation, string value, int expected)
    {
        await using var hub = await HubSpotCalls.StartAsync();
        hub.Create("companies", ("name", "One"));

        var found = await hub.PostAsync("/crm/v3/objects/companies/search", new
        {
            filterGroups = new[] { new { filters = new[] { new { propertyName = "hs_object_id", @operator = operation, value } } } },
        });

        Assert.Equal(expected, found.Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Records_are_found_by_what_they_are_linked_to()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var company = hub.Create("companies", ("name", "Linked"));
        var contact = hub.Create("contacts", ("firstname", "Ada"));
        hub.Create("contacts", ("firstname", "Alone"));
        hub.Crm.Mutate(new AssociateRecords(new("contacts", contact), new("companies", company)));

        var found = await hub.PostAsync("/crm/v3/objects/contacts/search", new
        {
            filterGroups = new[] { new { filters = new[] { new { propertyName = "associations.company", @operator = "EQ", value = company } } } },
        });

        Assert.Equal([contact], found.Ids);
    }

    [Fact]
    public async Task An_archived_record_that_the_index_still_has_leaves_the_page_short()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("companies", ("name", "Old"));
        hub.Create("companies", ("name", "New"));
        hub.Crm.Control(new LagControl(TimeSpan.FromMinutes(1)) { Endpoint = "search" });
        hub.Clock.Advance(TimeSpan.FromSeconds(1));
        hub.Crm.Mutate(new DeleteRecords("companies", [id]));

        var found = await hub.ModifiedSinceAsync("companies", HubSpotCalls.Start);

        Assert.Equal(2, found.Json.GetProperty("total").GetInt32());
        Assert.Single(found.Results);
    }

    private static string Now(HubSpotCalls hub) => hub.Crm.Clock.Milliseconds.ToString();

    private static Task<Answered> CityAsync(HubSpotCalls hub, string city) =>
        hub.PostAsync("/crm/v3/objects/companies/search", new
        {
            filterGroups = new[] { new { filters = new[] { new { propertyName = "city", @operator = "EQ", value = city } } } },
            properties = new[] { "city" },
        });

    private static Task<Answered> Page(HubSpotCalls hub, string? after, string? above) =>
        hub.PostAsync("/crm/v3/objects/contacts/search", new
        {
            filterGroups = above is null ? [] : new[] { new { filters = new[] { new { propertyName = "hs_object_id", @operator = "GT", value = above } } } },
            limit = 200,
            after,
        });
}
