using System.Text.Json;
using Trueup.Emulators.Salesforce;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class DataTests
{
    [Fact]
    public async Task The_same_seed_gives_the_same_org()
    {
        await using var one = await SalesforceCalls.StartAsync(options: new() { Records = 200, Seed = 42 });
        await using var other = await SalesforceCalls.StartAsync(options: new() { Records = 200, Seed = 42 });
        await using var stranger = await SalesforceCalls.StartAsync(options: new() { Records = 200, Seed = 43 });

        var state = JsonSerializer.Serialize(one.Crm.State());
        Assert.Equal(state, JsonSerializer.Serialize(other.Crm.State()));
        Assert.NotEqual(state, JsonSerializer.Serialize(stranger.Crm.State()));
    }

    [Fact]
    public async Task Generated_data_holds_every_awkward_value_and_no_empty_text()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 400);
        var state = org.Crm.State();
        var contacts = state.Streams["Contact"].Where(record => record.Deleted is null).ToList();
        var values = state.Streams.Values.SelectMany(records => records).SelectMany(record => record.Properties.Values).ToHashSet();

        Assert.Superset(
            new HashSet<string?> { null, "0.0", "false", "N/A", "a\u0000b", "🚀👩‍👩‍👧‍👦", "שלום עולם", "line one\nline two\r\nline three", "9007199254740993.0", "12500.50", "North;South" },
            values);
        Assert.DoesNotContain("", values);
        Assert.Contains(values, value => value?.Length == 65_536);
        Assert.Contains(contacts, contact => contact.Properties["MailingAddress"] is { } address && address.StartsWith('{'));
        Assert.Contains(state.Streams["Contact"], record => record.MergedInto is not null && record.Deleted == "archived");
        Assert.Contains(contacts, contact => contact.Properties["LastModifiedDate"] != contact.Properties["SystemModstamp"]);
        Assert.All(contacts, contact => Assert.EndsWith(".000+0000", contact.ModifiedAt, StringComparison.Ordinal));
        Assert.All(state.Streams.Keys.Where(name => name is not "User" and not "Group" and not "Organization" and not "RecordType"), name => Assert.NotEmpty(state.Streams[name]));
    }

    [Fact]
    public async Task Every_value_reads_alike_from_query_row_collection_and_state()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 150);
        var truth = org.Crm.State("Contact").Streams["Contact"].Where(record => record.Deleted is null).Take(100).ToList();
        var names = truth[0].Properties.Keys.ToList();

        var query = (await org.QueryAsync($"SELECT {string.Join(',', names)} FROM Contact ORDER BY Id LIMIT 100")).Records;
        var collection = (await org.PostAsync("/composite/sobjects/Contact", new { ids = truth.Select(record => record.Id), fields = names })).Json.EnumerateArray().ToList();
        var row = (await org.GetAsync($"/sobjects/Contact/{truth[0].Id}")).Json;

        Assert.Equal(truth[0].Properties, Read(row));
        for (var i = 0; i < truth.Count; i++)
        {
            Assert.Equal(truth[i].Properties, Read(query[i]));
            Assert.Equal(truth[i].Properties, Read(collection[i]));
        }
    }

    [Fact]
    public async Task An_org_with_several_currencies_tells_that_of_each_amount()
    {
        await using var org = await SalesforceCalls.StartAsync(options: new() { Records = 20, MultiCurrency = true });

        Assert.NotNull((await org.QueryAsync("SELECT CurrencyIsoCode FROM Opportunity WHERE CurrencyIsoCode != null LIMIT 1")).Text0("CurrencyIsoCode"));
        await using var plain = await SalesforceCalls.StartAsync();
        Assert.Equal("INVALID_FIELD", (await plain.QueryAsync("SELECT CurrencyIsoCode FROM Opportunity")).Code);
    }

    [Fact]
    public async Task A_living_org_changes_by_itself()
    {
        await using var org = await SalesforceCalls.StartAsync(options: new() { Records = 200, Life = 500 });
        var before = SalesforceCalls.Start;
        var changed = 0;
        for (var beats = 0; beats < 1_000 && changed < 100; beats++)
        {
            org.Clock.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
            changed = org.Crm.State().Streams.Values.SelectMany(stream => stream).Count(record => DateTimeOffset.Parse(record.ModifiedAt.Replace("+0000", "Z")) > before);
        }

        Assert.InRange(changed, 100, int.MaxValue);
    }

    [Fact]
    public async Task Reset_brings_back_the_org_it_was_started_with()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 50);
        var before = JsonSerializer.Serialize(org.Crm.State().Streams);
        org.Create("Account", ("Name", "A"));
        org.Crm.Mutate(new AddField("Lead", new EmulatedField("Tier__c")), new HideStream("Case"));

        await org.SendAsync(HttpMethod.Post, "/_emulator/reset", null);

        Assert.Equal(before, JsonSerializer.Serialize(org.Crm.State().Streams));
        Assert.Empty(org.Crm.Requests.All);
    }

    [Fact]
    public async Task It_answers_without_a_socket_too()
    {
        await using var crm = EmulatedSalesforce.WithoutServer(new SalesforceEmulatorOptions { Records = 20 });
        using var client = new HttpClient(crm.Direct());
        client.DefaultRequestHeaders.Add("Authorization", "Bearer x");

        Assert.Contains("\"totalSize\":", await client.GetStringAsync("https://any.my.salesforce.com/services/data/v67.0/query?q=SELECT+Id+FROM+Contact"), StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Read(JsonElement row) => row.EnumerateObject().Where(member => member.Name != "attributes")
        .ToDictionary(member => member.Name, member => member.Value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => member.Value.GetString(),
            _ => member.Value.GetRawText(),
        });
}
