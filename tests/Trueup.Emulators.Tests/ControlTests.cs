using System.Text.Json;

namespace Trueup.Emulators.Tests;

public sealed class ControlTests
{
    private const string List = "/crm/v3/objects/contacts?limit=10";

    [Fact]
    public async Task A_fault_strikes_as_often_as_told_and_no_more()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        await ControlAsync(hub, """[{"control":"fault","endpoint":"list","status":503,"headers":{"Retry-After":"7"},"body":"busy","times":2}]""");

        var struck = await hub.GetAsync(List);
        Assert.Equal((503, "7", "busy"), (struck.Status, struck.Headers["Retry-After"], struck.Text));
        Assert.Equal(503, (await hub.GetAsync(List)).Status);
        Assert.Equal(200, (await hub.GetAsync(List)).Status);
    }

    [Fact]
    public async Task Wrong_content_can_come_with_200()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        await ControlAsync(hub, """[{"control":"fault","endpoint":"list","status":200,"body":"<html>sign in</html>"}]""");

        var answer = await hub.GetAsync(List);

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("text/html", answer.Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_after_the_write_leaves_the_caller_in_doubt()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        await ControlAsync(hub, """[{"control":"fault","endpoint":"create","status":504,"applied":true,"times":1}]""");

        Assert.Equal(504, (await hub.PostAsync("/crm/v3/objects/companies", new { properties = new { name = "Doubt" } })).Status);

        Assert.Single(hub.Crm.State("companies").Streams["companies"]);
        Assert.Equal(1, hub.Crm.Requests.All.Single(request => request.Endpoint == "create").Written);
    }

    [Fact]
    public async Task A_cut_breaks_the_connection_in_the_middle_of_the_body()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        await ControlAsync(hub, """[{"control":"cut","endpoint":"list","bytes":40,"times":1}]""");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => hub.GetAsync(List));
        Assert.Equal(200, (await hub.GetAsync(List)).Status);
    }

    [Fact]
    public async Task A_truncated_body_ends_cleanly()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        await ControlAsync(hub, """[{"control":"truncate","endpoint":"list","bytes":12}]""");

        using var client = new HttpClient { BaseAddress = hub.Crm.Url };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer x");
        Assert.Equal("{\"results\":[", await client.GetStringAsync(List));
    }

    [Fact]
    public async Task A_stalled_answer_comes_when_the_clock_says()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        await ControlAsync(hub, """[{"control":"stall","endpoint":"list","delay":"PT30S","times":1}]""");

        var answer = hub.GetAsync(List);
        while (hub.Crm.Requests.Count("list") == 0)
            await Task.Yield();
        Assert.False(answer.IsCompleted);
        // The timer may be set only after the request was logged, so the time goes on until it rings.
        while (!answer.IsCompleted)
        {
            hub.Clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Equal(200, (await answer).Status);
    }

    [Fact]
    public async Task Server_chosen_pages_are_short_or_empty_and_still_lead_to_every_record()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 50);
        var all = await hub.WalkAsync("contacts");
        await ControlAsync(hub, """[{"control":"pages","endpoint":"list","sizes":[3,0,7,1]}]""");

        Assert.Equal(all, await hub.WalkAsync("contacts"));
    }

    [Fact]
    public async Task A_hook_changes_data_between_two_pages()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        for (var i = 0; i < 30; i++)
            hub.Create("contacts", ("firstname", $"C{i}"));
        var first = await hub.GetAsync(List);
        await ControlAsync(hub, $$"""[{"control":"hook","endpoint":"list","page":2,"operations":[{"op":"delete","stream":"contacts","ids":["{{first.Ids[0]}}"]}]}]""");

        Assert.Equal(first.Ids, (await hub.GetAsync(List)).Ids);
        Assert.DoesNotContain(first.Ids[0], (await hub.GetAsync(List)).Ids);
    }

    [Fact]
    public async Task A_repeated_page_token_leads_back_to_the_same_page()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 50);
        await ControlAsync(hub, """[{"control":"repeat","endpoint":"list","page":2}]""");

        var first = await hub.GetAsync(List);
        var second = await hub.GetAsync($"{List}&after={first.Next}");

        Assert.Equal(first.Next, second.Next);
    }

    [Fact]
    public async Task Records_can_come_without_an_id()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 200);
        await ControlAsync(hub, """[{"control":"no-id","endpoint":"list","share":0.1}]""");

        var page = await hub.GetAsync("/crm/v3/objects/contacts?limit=100");

        Assert.InRange(page.Results.Count(record => !record.TryGetProperty("id", out _)), 1, 40);
    }

    [Fact]
    public async Task A_shuffled_search_has_the_same_records_in_another_order()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 100);
        var sorted = (await hub.ModifiedSinceAsync("contacts", DateTimeOffset.UnixEpoch, "lastmodifieddate")).Ids;
        await ControlAsync(hub, """[{"control":"order","endpoint":"search","mode":"shuffle"}]""");

        var shuffled = (await hub.ModifiedSinceAsync("contacts", DateTimeOffset.UnixEpoch, "lastmodifieddate")).Ids;

        Assert.NotEqual(sorted, shuffled);
        Assert.Equal(sorted.Order(), shuffled.Order());
    }

    [Fact]
    public async Task A_cap_ends_a_search_without_a_word()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 500);
        await ControlAsync(hub, """[{"control":"cap","endpoint":"search","limit":200,"how":"end"}]""");

        Assert.Null((await hub.ModifiedSinceAsync("contacts", DateTimeOffset.UnixEpoch, "lastmodifieddate")).Next);
    }

    [Fact]
    public async Task An_expired_token_is_refused_and_a_refreshed_one_opens()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        var tokens = hub.Crm.IssueTokens();
        await ControlAsync(hub, """[{"control":"expire","what":"token","after":1}]""");

        Assert.Equal(200, (await hub.GetAsync(List, tokens.AccessToken)).Status);
        var expired = await hub.GetAsync(List, tokens.AccessToken);
        Assert.Equal("EXPIRED_AUTHENTICATION", expired.Json.GetProperty("category").GetString());

        var refreshed = await hub.SendAsync(HttpMethod.Post, "/oauth/v3/token",
            $"grant_type=refresh_token&client_id=c&client_secret=s&refresh_token={tokens.RefreshToken}", contentType: "application/x-www-form-urlencoded");
        Assert.Equal(tokens.RefreshToken, refreshed.Json.GetProperty("refresh_token").GetString());
        Assert.Equal(200, (await hub.GetAsync(List, refreshed.Json.GetProperty("access_token").GetString())).Status);
    }

    [Fact]
    public async Task An_access_token_lives_for_thirty_minutes()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        var tokens = hub.Crm.IssueTokens();

        hub.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(200, (await hub.GetAsync(List, tokens.AccessToken)).Status);
        hub.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(401, (await hub.GetAsync(List, tokens.AccessToken)).Status);
    }

    [Fact]
    public async Task A_budget_that_another_app_has_used_up_refuses_until_its_window_ends()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        await ControlAsync(hub, """[{"control":"quota","bucket":"burst","limit":100,"foreign":99}]""");

        Assert.Equal("0", (await hub.GetAsync(List)).Headers["X-HubSpot-RateLimit-Remaining"]);
        Assert.Equal("TEN_SECONDLY_ROLLING", (await hub.GetAsync(List)).Json.GetProperty("policyName").GetString());
        hub.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await hub.GetAsync(List)).Status);
    }

    [Fact]
    public async Task The_token_endpoint_says_how_long_to_wait()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        await ControlAsync(hub, """[{"control":"quota","bucket":"token","limit":0}]""");

        var refused = await hub.SendAsync(HttpMethod.Post, "/oauth/v1/token", "grant_type=refresh_token", contentType: "application/x-www-form-urlencoded");

        Assert.Equal((429, "10"), (refused.Status, refused.Headers["Retry-After"]));
    }

    [Fact]
    public async Task A_record_can_come_again_on_the_next_page()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 50);
        var all = await hub.WalkAsync("contacts");
        var first = await hub.GetAsync(List);
        await ControlAsync(hub, """[{"control":"twice","endpoint":"list","times":1}]""");

        var second = await hub.GetAsync($"{List}&after={first.Next}");

        Assert.Equal(first.Ids[^1], second.Ids[0]);
        Assert.Equal(all.Count, (await hub.WalkAsync("contacts")).Count);
    }

    [Fact]
    public async Task The_vendors_own_limits_refuse_the_sixth_search_of_a_second()
    {
        await using var hub = await HubSpotCalls.StartAsync(options: new() { RealLimits = true });
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await hub.PostAsync("/crm/v3/objects/contacts/search", new { })).Status);

        var refused = await hub.PostAsync("/crm/v3/objects/contacts/search", new { });

        Assert.Equal("You have reached your secondly limit.", refused.Json.GetProperty("message").GetString());
        hub.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await hub.PostAsync("/crm/v3/objects/contacts/search", new { })).Status);
    }

    [Fact]
    public async Task The_daily_budget_is_whole_again_at_the_portals_midnight()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 20);
        await ControlAsync(hub, """[{"control":"quota","bucket":"daily","limit":10,"foreign":10}]""");

        Assert.Equal("DAILY", (await hub.GetAsync(List)).Json.GetProperty("policyName").GetString());
        hub.Crm.Clock.Set(new DateTimeOffset(2026, 9, 10, 21, 59, 59, TimeSpan.Zero));
        Assert.Equal(429, (await hub.GetAsync(List)).Status);
        hub.Crm.Clock.Set(new DateTimeOffset(2026, 9, 10, 22, 0, 0, TimeSpan.Zero));
        Assert.Equal(200, (await hub.GetAsync(List)).Status);
    }

    [Theory]
    [InlineData("""[{"control":"jinx"}]""", "Unknown control 'jinx'")]
    [InlineData("""[{"control":"fault","status":500,"colour":"red"}]""", "Unknown member 'colour' in the control.")]
    [InlineData("""[{"control":"fault","endpoint":"lists","status":500}]""", "Unknown endpoint 'lists'")]
    [InlineData("""[{"control":"forbid","stream":"unicorns"}]""", "Unknown stream 'unicorns'")]
    [InlineData("""[{"control":"lag","endpoint":"search"}]""", "needs 'delay'")]
    [InlineData("""[{"control":""", "not valid JSON")]
    public async Task A_wrong_control_is_refused_with_one_sentence(string body, string sentence)
    {
        await using var hub = await HubSpotCalls.StartAsync();

        var answer = await hub.SendAsync(HttpMethod.Post, "/_emulator/faults", body);

        Assert.Equal(400, answer.Status);
        Assert.Contains(sentence, answer.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"op":"explode"}]""", "Unknown operation 'explode'")]
    [InlineData("""[{"op":"create","stream":"unicorns","properties":{}}]""", "Unknown stream 'unicorns'")]
    [InlineData("""[{"op":"create","stream":"contacts","properties":{"horn":"1"}}]""", "contacts has no field 'horn'")]
    [InlineData("""[{"op":"edit","stream":"contacts","ids":["1"],"properties":{}}]""", "contacts has no record 1")]
    public async Task A_wrong_mutation_is_refused_with_one_sentence(string body, string sentence)
    {
        await using var hub = await HubSpotCalls.StartAsync();

        var answer = await hub.SendAsync(HttpMethod.Post, "/_emulator/mutate", body);

        Assert.Equal(400, answer.Status);
        Assert.Contains(sentence, answer.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_brings_back_the_data_it_was_started_with()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 50);
        var before = JsonSerializer.Serialize(hub.Crm.State().Streams);
        hub.Crm.Mutate(new CreateRecord("contacts", new Dictionary<string, string?>()), new AddField("deals", new EmulatedField("tier")));

        await hub.SendAsync(HttpMethod.Post, "/_emulator/reset", null);

        Assert.Equal(before, JsonSerializer.Serialize(hub.Crm.State().Streams));
        Assert.Empty(hub.Crm.Requests.All);
    }

    [Fact]
    public async Task A_hidden_field_is_neither_listed_nor_read_until_it_is_shown()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        hub.Create("contacts", ("city", "Kiel"));
        hub.Crm.Mutate(new HideField("contacts", "city"));

        Assert.DoesNotContain("\"city\"", (await hub.GetAsync("/crm/v3/properties/contacts")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Kiel", (await hub.GetAsync($"{List}&properties=city")).Text, StringComparison.Ordinal);
        hub.Crm.Mutate(new ShowField("contacts", "city"));
        Assert.Equal("Kiel", (await hub.GetAsync($"{List}&properties=city")).Property("city"));
    }

    [Fact]
    public async Task The_clock_is_set_advanced_and_sped_up()
    {
        await using var hub = await HubSpotCalls.StartAsync();

        await hub.SendAsync(HttpMethod.Post, "/_emulator/clock", """{"now":"2027-01-01T00:00:00Z"}""");
        await hub.SendAsync(HttpMethod.Post, "/_emulator/clock", """{"advance":"PT1H"}""");
        await hub.SendAsync(HttpMethod.Post, "/_emulator/clock", """{"rate":60}""");
        hub.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(new DateTimeOffset(2027, 1, 1, 2, 0, 0, TimeSpan.Zero), hub.Crm.Clock.GetUtcNow());
    }

    private static async Task ControlAsync(HubSpotCalls hub, string controls)
    {
        var answer = await hub.SendAsync(HttpMethod.Post, "/_emulator/faults", controls);
        Assert.True(answer.Status == 200, answer.Text);
    }
}
