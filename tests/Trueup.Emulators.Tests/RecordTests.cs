namespace Trueup.Emulators.Tests;

public sealed class RecordTests
{
    [Fact]
    public async Task A_value_never_set_is_null_a_cleared_one_is_empty_and_an_unknown_one_is_absent()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("contacts", ("firstname", "Ada"), ("city", "Kiel"));
        await hub.SendAsync(HttpMethod.Patch, $"/crm/v3/objects/contacts/{id}", """{"properties":{"city":""}}""");

        var read = await hub.GetAsync($"/crm/v3/objects/contacts/{id}?properties=firstname,city,phone,nonsense");

        Assert.Equal("Ada", read.Property("firstname"));
        Assert.Equal("", read.Property("city"));
        Assert.Null(read.Property("phone"));
        Assert.False(read.Json.GetProperty("properties").TryGetProperty("nonsense", out _));
    }

    [Fact]
    public async Task A_stamp_drops_its_fraction_only_when_it_is_zero()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var whole = hub.Create("companies", ("name", "Whole"));
        hub.Clock.Advance(TimeSpan.FromMilliseconds(120));
        var fraction = hub.Create("companies", ("name", "Fraction"));

        Assert.Equal("2026-09-10T08:00:00Z", (await hub.GetAsync($"/crm/v3/objects/companies/{whole}")).Json.GetProperty("updatedAt").GetString());
        Assert.Equal("2026-09-10T08:00:00.120Z", (await hub.GetAsync($"/crm/v3/objects/companies/{fraction}")).Json.GetProperty("updatedAt").GetString());
    }

    [Fact]
    public async Task The_list_is_walked_by_id_and_its_last_page_has_no_paging()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 250);

        var ids = await hub.WalkAsync("contacts");

        Assert.Equal(hub.Crm.State("contacts").Streams["contacts"].Where(record => record.Deleted is null).Select(record => record.Id), ids);
        Assert.Equal(ids.Order(Comparer<string>.Create((left, right) => long.Parse(left).CompareTo(long.Parse(right)))), ids);
    }

    [Theory]
    [InlineData("/crm/v3/objects/Contact/{0}")]
    [InlineData("/crm/v3/objects/0-1/{0}/")]
    [InlineData("/crm/objects/2026-03/contacts/{0}")]
    [InlineData("/crm/objects/2026-09/CONTACTS/{0}")]
    public async Task Any_name_of_a_type_and_both_path_families_lead_to_the_record(string path)
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("contacts", ("firstname", "Ada"));

        var read = await hub.GetAsync(string.Format(path, id));

        Assert.Equal(id, read.Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_custom_object_answers_to_its_type_id_and_its_qualified_name()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);

        Assert.Equal(await hub.WalkAsync("2-3812734"), await hub.WalkAsync("p48211733_machine"));
    }

    [Fact]
    public async Task A_batch_read_says_which_ids_it_lacks_with_207()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("deals", ("dealname", "Renewal"));

        var read = await hub.PostAsync("/crm/v3/objects/deals/batch/read", new { inputs = new[] { new { id }, new { id = "99" } }, properties = new[] { "dealname" } });

        Assert.Equal(207, read.Status);
        Assert.Equal([id], read.Ids);
        Assert.Equal("99", read.Json.GetProperty("errors")[0].GetProperty("context").GetProperty("ids")[0].GetString());
    }

    [Fact]
    public async Task More_than_a_hundred_inputs_are_refused()
    {
        await using var hub = await HubSpotCalls.StartAsync();

        var read = await hub.PostAsync("/crm/v3/objects/deals/batch/read", new { inputs = Enumerable.Range(1, 101).Select(id => new { id = $"{id}" }) });

        Assert.Equal(400, read.Status);
    }

    [Fact]
    public async Task An_archived_record_leaves_list_and_search_keeps_its_stamp_and_is_listed_in_the_bin_for_90_days()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("companies", ("name", "Old AG"));
        hub.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(204, (await hub.SendAsync(HttpMethod.Delete, $"/crm/v3/objects/companies/{id}", null)).Status);

        Assert.Empty(await hub.WalkAsync("companies"));
        Assert.Equal(0, (await hub.PostAsync("/crm/v3/objects/companies/search", new { })).Json.GetProperty("total").GetInt32());
        var binned = await hub.GetAsync("/crm/v3/objects/companies?archived=true");
        Assert.Equal("2026-09-10T09:00:00Z", binned.Results[0].GetProperty("archivedAt").GetString());
        Assert.Equal("2026-09-10T08:00:00Z", binned.Results[0].GetProperty("updatedAt").GetString());
        Assert.Equal(404, (await hub.GetAsync($"/crm/v3/objects/companies/{id}")).Status);

        hub.Crm.Clock.Advance(TimeSpan.FromDays(91));
        Assert.Empty((await hub.GetAsync("/crm/v3/objects/companies?archived=true")).Results);
        Assert.Equal("purged", hub.Crm.State("companies").Streams["companies"].Single().Deleted);
    }

    [Fact]
    public async Task A_restored_record_comes_back_with_its_links()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var contact = hub.Create("contacts", ("firstname", "Ada"));
        var company = hub.Create("companies", ("name", "Linked"));
        hub.Crm.Mutate(new AssociateRecords(new("contacts", contact), new("companies", company)), new DeleteRecords("companies", [company]));
        Assert.Empty(hub.Crm.State("contacts").Streams["contacts"].Single().Associations);

        hub.Crm.Mutate(new RestoreRecords("companies", [company]));

        Assert.Equal([company], hub.Crm.State("contacts").Streams["contacts"].Single().Associations["companies"]);
    }

    [Fact]
    public async Task A_merge_makes_a_third_record_hides_both_and_answers_their_ids_with_it()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var winner = hub.Create("deals", ("dealname", "Winner"), ("amount", null));
        var loser = hub.Create("deals", ("dealname", "Loser"), ("amount", "7"));

        var merged = await hub.PostAsync("/crm/v3/objects/deals/merge", new { primaryObjectId = winner, objectIdToMerge = loser });

        var survivor = merged.Json.GetProperty("id").GetString()!;
        Assert.Equal([survivor], await hub.WalkAsync("deals"));
        Assert.Empty((await hub.GetAsync("/crm/v3/objects/deals?archived=true")).Results);
        var asked = await hub.GetAsync($"/crm/v3/objects/deals/{loser}?properties=dealname,amount,hs_merged_object_ids");
        Assert.Equal(survivor, asked.Json.GetProperty("id").GetString());
        Assert.Equal(("Winner", "7", $"{winner};{loser}"), (asked.Property("dealname"), asked.Property("amount"), asked.Property("hs_merged_object_ids")));
        Assert.Equal(207, (await hub.PostAsync("/crm/v3/objects/deals/batch/read", new { inputs = new[] { new { id = loser } } })).Status);
    }

    [Fact]
    public async Task A_survivor_of_several_merges_names_every_ancestor()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        string[] ids = [.. Enumerable.Range(0, 3).Select(i => hub.Create("contacts", ("firstname", $"C{i}")))];

        var survivor = hub.Crm.Mutate(new MergeRecords("contacts", ids[0], ids[1..]))[0].Id;

        var read = await hub.GetAsync($"/crm/v3/objects/contacts/{ids[2]}?properties=hs_merged_object_ids");
        Assert.Equal(survivor, read.Json.GetProperty("id").GetString());
        Assert.Superset(ids.ToHashSet(), read.Property("hs_merged_object_ids")!.Split(';').ToHashSet());
    }

    [Fact]
    public async Task Links_and_calculated_values_move_no_stamp_but_an_edit_does()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var contact = hub.Create("contacts", ("firstname", "Ada"));
        var company = hub.Create("companies", ("name", "Linked"));
        hub.Clock.Advance(TimeSpan.FromMinutes(1));

        hub.Crm.Mutate(
            new AssociateRecords(new("contacts", contact), new("companies", company)),
            new EditRecords("contacts", [contact], new Dictionary<string, string?> { ["num_associated_deals"] = "3" }));
        Assert.Equal("2026-09-10T08:00:00Z", hub.Crm.State("contacts").Streams["contacts"].Single().ModifiedAt);

        hub.Crm.Mutate(new EditRecords("contacts", [contact], new Dictionary<string, string?> { ["city"] = "Kiel" }));
        Assert.Equal("2026-09-10T08:01:00Z", hub.Crm.State("contacts").Streams["contacts"].Single().ModifiedAt);
    }

    [Fact]
    public async Task A_url_that_is_too_long_is_answered_with_html_and_414()
    {
        await using var hub = await HubSpotCalls.StartAsync();

        var answer = await hub.GetAsync($"/crm/v3/objects/contacts?properties={new string('x', 9_000)}");

        Assert.Equal(414, answer.Status);
        Assert.StartsWith("<html", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_at_the_same_time_lose_nothing()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 100);

        var created = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            await hub.GetAsync("/crm/v3/objects/contacts?limit=100&associations=companies");
            return (await hub.PostAsync("/crm/v3/objects/companies", new { properties = new { name = $"C{i}" } })).Json.GetProperty("id").GetString()!;
        }));

        Assert.Equal(200, created.Distinct().Count());
        Assert.Superset(created.ToHashSet(), (await hub.WalkAsync("companies")).ToHashSet());
    }

    [Fact]
    public async Task Without_a_token_every_call_is_refused_with_401()
    {
        await using var hub = await HubSpotCalls.StartAsync(options: new() { Token = "the-only-one" });

        var answer = await hub.GetAsync("/crm/v3/objects/contacts");

        Assert.Equal(401, answer.Status);
        Assert.Equal("INVALID_AUTHENTICATION", answer.Json.GetProperty("category").GetString());
        Assert.Equal(200, (await hub.GetAsync("/crm/v3/objects/contacts", "the-only-one")).Status);
    }
}
