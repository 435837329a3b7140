using System.Globalization;
using System.Text.Json;

namespace Trueup.Emulators.Tests;

public sealed class LinkControlTests
{
    private const string Batch = "/crm/v4/associations/companies/contacts/batch/read";

    [Fact]
    public async Task Targets_can_come_without_an_id_and_results_without_their_source()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var sources = Link(hub, companies: 40, contactsEach: 5);
        hub.Crm.Control(new NoIdControl { Endpoint = "associations", Share = 0.2 });

        var answer = await ReadAsync(hub, sources);

        var targets = answer.Results.SelectMany(result => result.GetProperty("to").EnumerateArray()).ToList();
        Assert.Equal(200, targets.Count);
        Assert.InRange(targets.Count(target => !target.TryGetProperty("toObjectId", out _)), 10, 90);
        Assert.Equal(ToOf(answer), ToOf(await ReadAsync(hub, sources)));
        var withoutSource = 0;
        for (var read = 0; read < 40; read++)
            withoutSource += (await ReadAsync(hub, sources[..2])).Results.Count(result => !result.GetProperty("from").TryGetProperty("id", out _));
        Assert.InRange(withoutSource, 1, 20);
    }

    [Fact]
    public async Task The_links_of_one_record_can_come_without_an_id()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var source = Link(hub, companies: 1, contactsEach: 5)[0];
        hub.Crm.Control(new NoIdControl { Endpoint = "associations-list" });

        var answer = await hub.GetAsync($"/crm/v4/objects/companies/{source}/associations/contacts");

        Assert.Equal(5, answer.Results.Count);
        Assert.All(answer.Results, target => Assert.False(target.TryGetProperty("toObjectId", out _)));
    }

    [Fact]
    public async Task The_last_target_can_come_again_on_the_next_page_and_a_source_twice_in_one_answer()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var source = Link(hub, companies: 1, contactsEach: 5)[0];
        hub.Crm.Control(new PagesControl([3]) { Endpoint = "associations" }, new TwiceControl { Endpoint = "associations" });

        var first = await ReadAsync(hub, [source]);
        var second = await ReadAsync(hub, [source], After(first.Results[0]));

        Assert.Equal(2, first.Results.Count);
        Assert.Equal(first.Results[0].GetRawText(), first.Results[1].GetRawText());
        Assert.Equal(Targets(first.Results[0])[^1], Targets(second.Results[0])[0]);
        Assert.Equal(5, Targets(first.Results[0]).Union(Targets(second.Results[0])).Count());
    }

    [Theory]
    [InlineData("associations")]
    [InlineData("associations-list")]
    public async Task Server_chosen_pages_of_links_are_short_or_empty_and_still_lead_to_every_target(string endpoint)
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var source = Link(hub, companies: 1, contactsEach: 9)[0];
        hub.Crm.Control(new PagesControl([0, 4, 0, 1]) { Endpoint = endpoint });

        var sizes = new List<int>();
        var found = new List<string>();
        string? after = null;
        do
        {
            var page = endpoint == "associations"
                ? (await ReadAsync(hub, [source], after)).Results[0]
                : (await hub.GetAsync($"/crm/v4/objects/companies/{source}/associations/contacts{(after is null ? "" : $"?after={after}")}")).Json;
            sizes.Add(Targets(page).Count);
            found.AddRange(Targets(page));
            after = After(page);
        }
        while (after is not null);

        Assert.Equal([0, 4, 0, 1, 0, 4], sizes);
        Assert.Equal(9, found.Distinct().Count());
    }

    [Fact]
    public async Task Some_sources_of_a_batch_fail_for_a_moment_and_the_others_are_answered()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var sources = Link(hub, companies: 40, contactsEach: 1);
        hub.Crm.Control(new PartialControl { Endpoint = "associations", Share = 0.2 });

        var answer = await ReadAsync(hub, sources);

        Assert.Equal(207, answer.Status);
        var failed = FailedIn(answer);
        Assert.InRange(failed.Count, 1, 20);
        Assert.Equal(sources.Order(), failed.Concat(answer.Results.Select(result => result.GetProperty("from").GetProperty("id").GetString()!)).Order());
        Assert.NotEqual(failed, FailedIn(await ReadAsync(hub, sources)));
    }

    [Fact]
    public async Task Some_records_of_a_batch_fail_for_a_moment_beside_those_that_are_gone()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        string[] ids = [.. Enumerable.Range(0, 3).Select(_ => hub.Create("contacts"))];
        var body = new { inputs = ids.Append("999").Select(id => new { id }) };
        hub.Crm.Control(new PartialControl { Endpoint = "batch-read", Times = 1 });

        var answer = await hub.PostAsync("/crm/v3/objects/contacts/batch/read", body);

        Assert.Equal((207, 2), (answer.Status, answer.Json.GetProperty("numErrors").GetInt32()));
        Assert.Equal(ids[1..], answer.Ids);
        Assert.Equal(["OBJECT_NOT_FOUND 999", $"INTERNAL_ERROR {ids[0]}"], answer.Json.GetProperty("errors").EnumerateArray()
            .Select(error => $"{error.GetProperty("category").GetString()} {error.GetProperty("context").GetProperty("ids")[0].GetString()}"));
        Assert.Equal(ids, (await hub.PostAsync("/crm/v3/objects/contacts/batch/read", body)).Ids);
    }

    private static string[] Link(HubSpotCalls hub, int companies, int contactsEach) => [.. Enumerable.Range(0, companies).Select(_ =>
    {
        var company = hub.Create("companies");
        for (var contact = 0; contact < contactsEach; contact++)
            hub.Crm.Mutate(new AssociateRecords(new("companies", company), new("contacts", hub.Create("contacts"))));
        return company;
    })];

    private static Task<Answered> ReadAsync(HubSpotCalls hub, string[] sources, string? after = null) =>
        hub.PostAsync(Batch, new { inputs = sources.Select(id => new { id, after }) });

    private static IEnumerable<string> ToOf(Answered answer) => answer.Results.Select(result => result.GetProperty("to").GetRawText());

    private static List<string> FailedIn(Answered answer) => [.. answer.Json.GetProperty("errors").EnumerateArray()
        .Where(error => error.GetProperty("category").GetString() == "INTERNAL_ERROR")
        .Select(error => error.GetProperty("context").GetProperty("fromObjectId")[0].GetString()!)];

    private static List<string> Targets(JsonElement page) =>
        [.. (page.TryGetProperty("to", out var to) ? to : page.GetProperty("results")).EnumerateArray()
            .Select(target => target.GetProperty("toObjectId").GetInt64().ToString(CultureInfo.InvariantCulture))];

    private static string? After(JsonElement page) =>
        page.TryGetProperty("paging", out var paging) ? paging.GetProperty("next").GetProperty("after").GetString() : null;
}
