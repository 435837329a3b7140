using System.Text.Json;
using Trueup.Emulators.HubSpot;

namespace Trueup.Emulators.Tests;

public sealed class DataTests
{
    [Fact]
    public async Task The_same_seed_and_the_same_calls_give_the_same_answers()
    {
        await using var one = await HubSpotCalls.StartAsync(options: new() { Records = 300, Seed = 42 });
        await using var other = await HubSpotCalls.StartAsync(options: new() { Records = 300, Seed = 42 });
        await using var stranger = await HubSpotCalls.StartAsync(options: new() { Records = 300, Seed = 43 });

        foreach (var hub in new[] { one, other, stranger })
            await hub.SendAsync(HttpMethod.Post, "/_emulator/faults",
                """[{"control":"fault","endpoint":"list","status":500,"share":0.3},{"control":"order","endpoint":"search"}]""");
        var differs = false;
        for (var i = 0; i < 20; i++)
        {
            var first = await one.GetAsync("/crm/v3/objects/contacts?limit=5");
            Assert.Equal(first.Text, (await other.GetAsync("/crm/v3/objects/contacts?limit=5")).Text);
            differs |= first.Text != (await stranger.GetAsync("/crm/v3/objects/contacts?limit=5")).Text;
            Assert.Equal((await one.PostAsync("/crm/v3/objects/deals/search", new { })).Text, (await other.PostAsync("/crm/v3/objects/deals/search", new { })).Text);
        }

        Assert.True(differs);
        Assert.Equal(JsonSerializer.Serialize(one.Crm.State()), JsonSerializer.Serialize(other.Crm.State()));
    }

    [Fact]
    public async Task A_seed_may_be_negative()
    {
        await using var hub = await HubSpotCalls.StartAsync(options: new() { Records = 5, Seed = -42 });

        var answer = await hub.GetAsync("/crm/v3/objects/contacts?limit=5");

        Assert.Equal(200, answer.Status);
        Assert.NotEqual(hub.Crm.IssueTokens().AccessToken, hub.Crm.IssueTokens().AccessToken);
    }

    [Fact]
    public async Task Generated_data_holds_every_awkward_value()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 400);
        var state = hub.Crm.State();
        var contacts = state.Streams["contacts"].Where(record => record.Deleted is null).ToList();
        var values = contacts.SelectMany(record => record.Properties.Values).ToHashSet();

        Assert.Superset(
            new HashSet<string?> { null, "", "0", "false", "N/A", "a\u0000b", "1234;5678", "🚀👩‍👩‍👧‍👦", "שלום עולם", "line one\nline two\r\nline three", "9007199254740993", "12500.50" },
            values);
        Assert.Contains(values, value => value?.Length == 65_536);
        Assert.Contains(values, value => value == "2026-03-29T01:30:00Z");
        Assert.Contains(values, value => value == "2026-03-29");
        Assert.All(contacts, contact => Assert.Equal(60, contact.Properties.Count));
        Assert.All(state.Streams["survey"].Where(record => record.Deleted is null), record => Assert.Equal(600, record.Properties.Count));
        Assert.Contains(state.Streams["calls"], record => long.Parse(record.Id) > 1L << 53);
        Assert.Contains(contacts, contact => contact.Properties["renewal_risk"] == "an option long gone");
        Assert.All(contacts, contact => Assert.Null(contact.Properties["hs_lastmodifieddate"]));
        Assert.Contains(state.Streams["companies"], record => record.Associations.TryGetValue("contacts", out var linked) && linked.Count > 20);
        Assert.Contains(contacts, contact => contact.Properties["hs_merged_object_ids"] is not null);
        Assert.Contains(state.Streams["contacts"], record => record.MergedInto is not null);
        Assert.Contains(state.Streams["contacts"], record => record.Deleted == "archived");
    }

    [Fact]
    public async Task Every_value_reads_alike_from_list_search_batch_and_state()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 200);
        var truth = hub.Crm.State("contacts").Streams["contacts"].Where(record => record.Deleted is null).Take(100).ToList();
        var names = string.Join(',', truth[0].Properties.Keys);

        var list = await hub.GetAsync($"/crm/v3/objects/contacts?limit=100&properties={names}");
        var batch = await hub.PostAsync("/crm/v3/objects/contacts/batch/read",
            new { inputs = truth.Select(record => new { id = record.Id }), properties = truth[0].Properties.Keys });
        var search = await hub.PostAsync("/crm/v3/objects/contacts/search", new { limit = 100, properties = truth[0].Properties.Keys });

        foreach (var answer in new[] { list, batch, search })
            for (var i = 0; i < truth.Count; i++)
                Assert.Equal(truth[i].Properties, answer.Results[i].GetProperty("properties").EnumerateObject()
                    .ToDictionary(property => property.Name, property => property.Value.GetString()));
    }

    [Fact]
    public async Task A_living_crm_changes_by_itself()
    {
        await using var hub = await HubSpotCalls.StartAsync(options: new() { Records = 200, Life = 500 });
        var before = hub.Crm.Clock.GetUtcNow();
        var changed = new HashSet<string>();
        for (var beats = 0; beats < 1_000 && changed.Count < 100; beats++)
        {
            hub.Clock.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
            changed = hub.Crm.State().Streams.Where(stream => stream.Key != "owners").SelectMany(stream => stream.Value)
                .Where(record => DateTimeOffset.Parse(record.ModifiedAt) > before).Select(record => record.Id).ToHashSet();
        }

        Assert.InRange(changed.Count, 100, int.MaxValue);
    }

    [Fact]
    public async Task Loaded_data_keeps_its_values_its_gaps_and_its_links()
    {
        var (folder, isSample) = DataFolder();
        TestContext.Current.SendDiagnosticMessage(isSample
            ? "../shared/data/us-congress is absent: only the small sample of the repository was loaded." : $"Loaded {folder}.");
        await using var hub = await HubSpotCalls.StartAsync(options: new() { DataFolder = folder });
        var state = hub.Crm.State();

        var contacts = AssertSame(state, "contacts", folder);
        var companies = AssertSame(state, "companies", folder);
        var offices = AssertSame(state, "offices", folder);

        var links = Rows(folder, "links").Select(row => $"{contacts[row["contact"]]} {companies[row["company"]]} {row["label"]}").Order();
        Assert.Equal(links, state.Streams["contacts"].SelectMany(contact => contact.Links
            .Where(link => link is { Stream: "companies", Label: not null }).Select(link => $"{contact.Id} {link.Id} {link.Label}")).Order());
        Assert.All(Rows(folder, "offices"), row =>
            Assert.Contains(offices[row["key"]], state.Streams["contacts"].Single(contact => contact.Id == contacts[row["contact"]]).Associations["offices"]));
        foreach (var row in Rows(folder, "companies").Where(row => row.ContainsKey("parent")))
            Assert.Contains(state.Streams["companies"].Single(company => company.Id == companies[row["key"]]).Links,
                link => link is { TypeId: "14", Label: "Parent Company" } && link.Id == companies[row["parent"]]);
    }

    [Fact]
    public async Task Loaded_columns_become_properties_of_fitting_types()
    {
        await using var hub = await HubSpotCalls.StartAsync(options: new() { DataFolder = Path.Combine(AppContext.BaseDirectory, "sample-data") });

        var types = (await hub.GetAsync("/crm/v3/properties/contacts")).Results
            .ToDictionary(property => property.GetProperty("name").GetString()!, property => property.GetProperty("type").GetString());

        Assert.Equal(("date", "number", "string"), (types["birthday"], types["terms_served"], types["key"]));
    }

    private static Dictionary<string, string> AssertSame(CrmState state, string stream, string folder)
    {
        var ids = new Dictionary<string, string>();
        var records = state.Streams[stream].ToDictionary(record => record.Properties["key"]!);
        var rows = Rows(folder, stream);
        Assert.Equal(rows.Count, records.Count);
        var columns = rows.SelectMany(row => row.Keys).Distinct().ToList();
        foreach (var row in rows)
        {
            var record = records[row["key"]];
            foreach (var column in columns)
                Assert.Equal(row.GetValueOrDefault(column), record.Properties[column]);
            ids.Add(row["key"], record.Id);
        }

        return ids;
    }

    private static List<Dictionary<string, string>> Rows(string folder, string name) =>
        [.. File.ReadLines(Path.Combine(folder, $"{name}.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()))];

    private static (string Folder, bool IsSample) DataFolder()
    {
        var shared = Path.Combine(Repository.Root, "..", "shared", "data", "us-congress");
        return Directory.Exists(shared) ? (shared, false) : (Path.Combine(AppContext.BaseDirectory, "sample-data"), true);
    }
}
