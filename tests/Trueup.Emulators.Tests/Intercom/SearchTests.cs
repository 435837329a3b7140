using System.Text.Json;

namespace Trueup.Emulators.Tests.Intercom;

public sealed class SearchTests
{
    [Theory]
    [InlineData("""{"field":"name","operator":"=","value":"Ada"}""", "Ada")]
    [InlineData("""{"field":"name","operator":"!=","value":"Ada"}""", "Bo Cy")]
    [InlineData("""{"field":"name","operator":"IN","value":["Ada","Cy"]}""", "Ada Cy")]
    [InlineData("""{"field":"name","operator":"NIN","value":["Ada","Cy"]}""", "Bo")]
    [InlineData("""{"field":"name","operator":"~","value":"o"}""", "Bo")]
    [InlineData("""{"field":"name","operator":"!~","value":"o"}""", "Ada Cy")]
    [InlineData("""{"field":"name","operator":"^","value":"A"}""", "Ada")]
    [InlineData("""{"field":"name","operator":"$","value":"y"}""", "Cy")]
    [InlineData("""{"field":"custom_attributes.seats","operator":">","value":5}""", "Bo")]
    [InlineData("""{"field":"custom_attributes.seats","operator":"<=","value":"5"}""", "Ada")]
    [InlineData("""{"field":"custom_attributes.seats","operator":"=","value":null}""", "Cy")]
    [InlineData("""{"field":"custom_attributes.is_champion","operator":"=","value":true}""", "Ada")]
    [InlineData("""{"field":"email","operator":"=","value":"ADA@example.com"}""", "Ada")]
    [InlineData("""{"field":"email_domain","operator":"=","value":"example.com"}""", "Ada")]
    [InlineData("""{"field":"role","operator":"=","value":"lead"}""", "Cy")]
    [InlineData("""{"operator":"AND","value":[{"field":"role","operator":"=","value":"user"},{"operator":"OR","value":[{"field":"name","operator":"=","value":"Bo"},{"field":"name","operator":"=","value":"Cy"}]}]}""", "Bo")]
    public async Task Conditions_choose_contacts(string query, string expected)
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.Create("contacts", ("name", "Ada"), ("email", "ada@example.com"), ("custom_attributes.seats", "5"), ("custom_attributes.is_champion", "true"));
        crm.Create("contacts", ("name", "Bo"), ("custom_attributes.seats", "12"));
        crm.Create("contacts", ("name", "Cy"), ("role", "lead"));

        var answer = await crm.SearchAsync("contacts", query, """{"field":"name","order":"ascending"}""");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(expected, string.Join(' ', answer.Records.Select(record => record.GetProperty("name").GetString())));
        Assert.Equal(answer.Records.Count, answer.Total);
    }

    [Theory]
    [InlineData("""{"field":"horn","operator":"=","value":1}""", "invalid_field")]
    [InlineData("""{"field":"custom_attributes.horn","operator":"=","value":1}""", "invalid_field")]
    [InlineData("""{"field":"name","operator":">","value":"a"}""", "parameter_invalid")]
    [InlineData("""{"field":"tag_id","operator":"IN","value":["1"]}""", "parameter_invalid")]
    [InlineData("""{"field":"custom_attributes.seats","operator":"=","value":"many"}""", "type_mismatch")]
    [InlineData("""{"operator":"XOR","value":[{"field":"name","operator":"=","value":"a"}]}""", "parameter_invalid")]
    [InlineData("""{"operator":"AND","value":[{"operator":"OR","value":[{"operator":"AND","value":[{"field":"name","operator":"=","value":"a"}]}]}]}""", "parameter_invalid")]
    public async Task Queries_that_break_a_rule_are_refused(string query, string code)
    {
        await using var crm = await IntercomCalls.StartAsync();

        var answer = await crm.SearchAsync("contacts", query);

        Assert.Equal((400, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_group_has_up_to_fifteen_filters()
    {
        await using var crm = await IntercomCalls.StartAsync();
        static string Query(int filters) => $$"""{"operator":"OR","value":[{{string.Join(',', Enumerable.Repeat("""{"field":"name","operator":"=","value":"a"}""", filters))}}]}""";

        Assert.Equal(200, (await crm.SearchAsync("contacts", Query(15))).Status);
        Assert.Equal(400, (await crm.SearchAsync("contacts", Query(16))).Status);
    }

    // Dublin is an hour ahead of UTC: its tenth of September begins at 23:00 of the ninth.
    [Theory]
    [InlineData("2.16", ">", "2026-09-09T12:00:00Z", "c d")]
    [InlineData("2.16", ">", "2026-09-10T00:30:00Z", "")]
    [InlineData("2.16", "=", "2026-09-10T05:00:00Z", "c d")]
    [InlineData("2.16", "=", "2026-09-09T22:59:59Z", "a b")]
    [InlineData("2.16", "<", "2026-09-10T05:00:00Z", "a b")]
    [InlineData("2.14", ">", "2026-09-10T00:30:00Z", "")]
    [InlineData("2.17", ">", "2026-09-10T00:30:00Z", "d")]
    [InlineData("2.17", ">=", "2026-09-09T23:00:00Z", "c d")]
    [InlineData("2.17", "!=", "2026-09-09T23:00:00Z", "a b d")]
    [InlineData("2.17", "=", "2026-09-09T23:00:00Z", "c")]
    public async Task Times_of_contacts_are_searched_by_the_days_of_the_workspace_until_version_2_17(string version, string word, string value, string expected)
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.Version = version;
        foreach (var (name, at) in new[] { ("a", "2026-09-08T23:00:00Z"), ("b", "2026-09-09T22:59:59Z"), ("c", "2026-09-09T23:00:00Z"), ("d", "2026-09-10T07:00:00Z") })
            crm.CreateAt("contacts", at, ("name", name));

        var answer = await crm.SearchAsync("contacts", $$"""{"field":"updated_at","operator":"{{word}}","value":{{IntercomCalls.Seconds(value)}}}""", """{"field":"updated_at","order":"ascending"}""");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(expected, string.Join(' ', answer.Records.Select(record => record.GetProperty("name").GetString())));
    }

    [Theory]
    [InlineData("2.16", "updated_at", "!=")]
    [InlineData("2.16", "updated_at", ">=")]
    [InlineData("2.16", "created_at", "<=")]
    [InlineData("2.16", "custom_attributes.renews_on", ">=")]
    [InlineData("2.17", "custom_attributes.renews_on", "!=")]
    public async Task Days_know_three_operators(string version, string field, string word)
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.Version = version;

        var answer = await crm.SearchAsync("contacts", $$"""{"field":"{{field}}","operator":"{{word}}","value":1}""");

        Assert.Equal((400, "parameter_invalid"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task The_day_on_which_clocks_go_forward_has_an_hour_less()
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.CreateAt("contacts", "2026-03-28T23:59:59Z", ("name", "before"));
        crm.CreateAt("contacts", "2026-03-29T22:59:59Z", ("name", "on it"));
        crm.CreateAt("contacts", "2026-03-29T23:00:00Z", ("name", "after"));

        var answer = await crm.SearchAsync("contacts", $$"""{"field":"updated_at","operator":"=","value":{{IntercomCalls.Seconds("2026-03-29T00:30:00Z")}}}""");

        Assert.Equal("on it", answer.Records.Single().GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("conversations")]
    [InlineData("tickets")]
    public async Task Times_of_conversations_and_tickets_are_searched_to_the_second(string stream)
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.CreateAt(stream, "2026-09-10T07:00:00Z");
        var later = crm.CreateAt(stream, "2026-09-10T07:00:01Z");

        Assert.Equal([later], await crm.FindAsync(stream, $$"""{"field":"updated_at","operator":">","value":{{IntercomCalls.Seconds("2026-09-10T07:00:00Z")}}}"""));
        Assert.Equal(2, (await crm.FindAsync(stream, $$"""{"field":"updated_at","operator":">=","value":"{{IntercomCalls.Seconds("2026-09-10T07:00:00Z")}}"}""")).Count);
    }

    [Fact]
    public async Task An_order_by_another_word_is_refused_from_2_16_on()
    {
        await using var crm = await IntercomCalls.StartAsync();
        const string Everybody = """{"field":"created_at","operator":">","value":0}""";

        var answer = await crm.SearchAsync("contacts", Everybody, """{"field":"updated_at","order":"desc"}""");
        crm.Version = "2.15";
        var before = await crm.SearchAsync("contacts", Everybody, """{"field":"updated_at","order":"desc"}""");

        Assert.Equal((400, "invalid_sort_order", "Invalid sort order 'desc'. Must be one of: ascending, descending"), (answer.Status, answer.Code, answer.Message));
        Assert.Equal(200, before.Status);
    }

    [Fact]
    public async Task Cursors_lead_through_equal_stamps_without_loss_and_only_in_their_own_query()
    {
        await using var crm = await IntercomCalls.StartAsync(records: 90);
        await crm.ControlAsync("""{"control":"tie","stream":"contacts","count":60}""");
        const string Everybody = """{"field":"created_at","operator":">","value":0}""";
        const string Newest = """{"field":"updated_at","order":"descending"}""";

        var all = await crm.FindAsync("contacts", Everybody, Newest, perPage: 7);
        var first = await crm.SearchAsync("contacts", Everybody, Newest, """{"per_page":7}""");
        var elsewhere = await crm.SearchAsync("contacts", """{"field":"role","operator":"=","value":"user"}""", Newest, $$"""{"per_page":7,"starting_after":"{{first.Cursor}}"}""");
        var otherwise = await crm.SearchAsync("contacts", Everybody, """{"field":"updated_at","order":"ascending"}""", $$"""{"per_page":7,"starting_after":"{{first.Cursor}}"}""");

        var live = crm.Crm.State("contacts").Streams["contacts"].Where(record => record.Deleted is null).Select(record => record.Id).ToList();
        Assert.Equal(live.Order(), all.Order());
        Assert.Equal((live.Count, (live.Count + 6) / 7), (first.Total, first.Json.GetProperty("pages").GetProperty("total_pages").GetInt32()));
        Assert.Equal([400, 400], [elsewhere.Status, otherwise.Status]);
    }

    [Fact]
    public async Task What_changes_during_a_walk_moves_within_its_order()
    {
        await using var crm = await IntercomCalls.StartAsync();
        for (var i = 0; i < 4; i++)
            crm.CreateAt("contacts", $"2026-09-0{i + 1}T08:00:00Z", ("name", $"{i}"));
        const string Everybody = """{"field":"created_at","operator":">","value":0}""";
        const string Oldest = """{"field":"updated_at","order":"ascending"}""";

        var first = await crm.SearchAsync("contacts", Everybody, Oldest, """{"per_page":2}""");
        crm.Crm.Mutate(new EditRecords("contacts", [first.Ids[0]], new Dictionary<string, string?> { ["name"] = "0 again" }));
        var second = await crm.SearchAsync("contacts", Everybody, Oldest, $$"""{"per_page":9,"starting_after":"{{first.Cursor}}"}""");

        Assert.Equal(["2", "3", "0 again"], second.Records.Select(record => record.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Pages_have_at_most_150_records_and_lists_begin_with_the_newest()
    {
        await using var crm = await IntercomCalls.StartAsync(records: 40);

        Assert.Equal(10, (await crm.GetAsync("/contacts")).Records.Count);
        Assert.Equal("parameter_invalid", (await crm.GetAsync("/contacts?per_page=151")).Code);
        Assert.Equal(20, (await crm.SearchAsync("conversations", """{"field":"created_at","operator":">","value":0}""")).Json.GetProperty("pages").GetProperty("per_page").GetInt32());
        Assert.False((await crm.GetAsync("/contacts?per_page=150")).Json.GetProperty("pages").TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Companies_are_searched_from_2_17_on_without_those_that_nobody_uses()
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.Version = "2.17";
        var used = crm.CreateCompany("used");
        crm.Create("companies", ("company_id", "unused"));

        Assert.Equal([used], await crm.FindAsync("companies", """{"field":"created_at","operator":">","value":0}"""));
        Assert.Equal("invalid_field", (await crm.SearchAsync("companies", """{"field":"plan.name","operator":"=","value":"Pro"}""")).Code);
    }

    [Fact]
    public async Task Nothing_that_was_said_stands_in_lists()
    {
        await using var crm = await IntercomCalls.StartAsync(records: 40);

        var found = await crm.SearchAsync("conversations", """{"field":"created_at","operator":">","value":0}""");
        var one = await crm.GetAsync($"/conversations/{found.Ids[0]}");

        Assert.All(found.Records, record => Assert.False(record.TryGetProperty("conversation_parts", out _)));
        Assert.Equal(JsonValueKind.Array, one.Json.GetProperty("conversation_parts").GetProperty("conversation_parts").ValueKind);
    }
}
