using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;

namespace Trueup.Connectors.Tests.HubSpot;

/// <summary>What only HubSpot does to those who read it.</summary>
public sealed class HubSpotTraps : IAsyncLifetime
{
    private readonly QuickClock clock = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));
    private readonly HubSpotConnectorFactory factory = new(seed: 1);
    private readonly List<IAsyncDisposable> owned = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var each in owned)
            await each.DisposeAsync();
        factory.Dispose();
    }

    [Fact]
    public async Task More_records_with_one_stamp_than_a_search_can_show_all_arrive()
    {
        var (crm, connector) = await StartAsync(new() { Records = 10_600, BenchmarkData = true });
        crm.Clock.Advance(TimeSpan.FromHours(1));
        crm.Clock.Run(0);
        var stamp = DateTimeOffset.FromUnixTimeMilliseconds(crm.Clock.Milliseconds);
        crm.Control(new TieControl(10_500, new Dictionary<string, string?>()) { Stream = "contacts" });
        crm.Requests.Clear();

        var read = await ReadModifiedAsync(connector, stamp, stamp);

        Assert.Equal(10_500, read.Distinct().Count());
        Assert.True(crm.Requests.Count("search") <= 54, $"{crm.Requests.Count("search")} searches");
    }

    [Theory]
    [InlineData(CapManner.Error)]
    [InlineData(CapManner.Header)]
    [InlineData(CapManner.End)]
    public async Task A_ceiling_however_it_shows_shortens_nothing(CapManner manner)
    {
        var (crm, connector) = await StartAsync(new() { Records = 700, BenchmarkData = true });
        var since = DateTimeOffset.FromUnixTimeMilliseconds(crm.Clock.Milliseconds);
        crm.Control(new TieControl(650, new Dictionary<string, string?>()) { Stream = "contacts" });
        crm.Control(new CapControl(150, manner) { Endpoint = "search" });

        var read = await ReadModifiedAsync(connector, since, since.AddHours(1));

        Assert.Equal(650, read.Distinct().Count());
    }

    [Fact]
    public async Task Six_hundred_properties_arrive_without_an_address_too_long()
    {
        var (crm, connector) = await StartAsync(new() { Records = 150, ContactProperties = 600 });
        var stream = (await connector.DiscoverAsync(isThorough: true, CancellationToken.None)).Single(stream => stream.Name.Value == "contacts");
        var schema = await connector.DescribeAsync(stream, CancellationToken.None);
        crm.Requests.Clear();

        var records = await HubSpotStub.CollectAsync(connector.ReadAllAsync(
            new FullRead(stream, [.. schema.Fields.Select(field => field.Name)], null), CancellationToken.None));

        Assert.True(schema.Fields.Count >= 600);
        Assert.Equal(2, stream.Traits.CallsPerFullPage);
        Assert.Equal(4, crm.Requests.All.Count);
        Assert.All(crm.Requests.All, request => Assert.Equal(200, request.Status));
        Assert.All(records, record => Assert.Equal(schema.Fields.Count, System.Text.Json.JsonDocument.Parse(record.Properties).RootElement.EnumerateObject().Count()));
    }

    [Fact]
    public async Task A_token_that_dies_at_any_request_of_a_walk_is_replaced_once()
    {
        for (var after = 1; after < 10; after += 4)
        {
            var crm = await EmulatedHubSpot.StartAsync(new() { Records = 1000, BenchmarkData = true, Clock = clock });
            owned.Add(crm);
            var issued = crm.IssueTokens();
            var credentials = new MemoryCredentials(new Credentials
            {
                AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken, ExpiresAt = issued.ExpiresAt, ClientId = "c", ClientSecret = "s",
            });
            var connector = Connect(crm, credentials);
            crm.Control(new ExpireControl("token", after));

            var records = await HubSpotStub.CollectAsync(connector.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["email"], null), CancellationToken.None));

            Assert.Equal(1000, records.Count);
            Assert.Single(credentials.Saved);
        }
    }

    [Fact]
    public async Task An_access_that_was_revoked_stops_with_a_sentence()
    {
        var crm = await EmulatedHubSpot.StartAsync(new() { Records = 10, Clock = clock });
        owned.Add(crm);
        var issued = crm.IssueTokens();
        var connector = Connect(crm, new MemoryCredentials(new Credentials
        {
            AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken, ExpiresAt = issued.ExpiresAt, ClientId = "c", ClientSecret = "s",
        }));
        crm.Control(new ExpireControl("revoke", 0));

        await Assert.ThrowsAsync<CrmUnauthorizedException>(() => connector.IdentifyAsync(CancellationToken.None));

        Assert.True(crm.Requests.All.Count <= 2, "A revoked access was asked about again and again.");
    }

    [Fact]
    public async Task Under_the_vendors_own_limits_nearly_no_call_is_refused()
    {
        var (crm, connector) = await StartAsync(new() { Records = 30_000, BenchmarkData = true, RealLimits = true });
        crm.Control(new QuotaControl("burst", 100, 95));

        var records = await HubSpotStub.CollectAsync(connector.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["email"], null), CancellationToken.None));
        // One after the other, since this clock does not wait for calls that are under way.
        for (var search = 0; search < 40; search++)
            Assert.Equal(30_000, await ((ICounts)connector).CountAsync(HubSpotStub.Contacts, CancellationToken.None));

        Assert.Equal(30_000, records.Count);
        var refused = crm.Requests.All.Count(request => request.Status == 429);
        Assert.True(refused <= crm.Requests.All.Count / 100, $"{refused} of {crm.Requests.All.Count} calls were refused.");
    }

    [Fact]
    public async Task Reading_by_id_does_not_wait_for_the_search_index()
    {
        var (crm, connector) = await StartAsync(new() { Records = 20 });
        crm.Control(new LagControl(TimeSpan.FromMinutes(5)) { Endpoint = "search" });
        crm.Clock.Advance(TimeSpan.FromHours(1));
        crm.Clock.Run(0);
        var since = DateTimeOffset.FromUnixTimeMilliseconds(crm.Clock.Milliseconds);
        var id = crm.State("contacts").Streams["contacts"][0].Id;
        crm.Mutate(new EditRecords("contacts", [id], new Dictionary<string, string?> { ["city"] = "Kiel" }));

        var early = await ReadModifiedAsync(connector, since, since.AddHours(1));
        using var byId = await ((IReadsByIds)connector).ReadByIdsAsync(HubSpotStub.Contacts, ["city"], [new(id)], CancellationToken.None);
        crm.Clock.Advance(TimeSpan.FromMinutes(6));
        var late = await ReadModifiedAsync(connector, since, since.AddHours(1));

        Assert.Empty(early);
        var page = Assert.Single(byId.Live);
        Assert.Contains("Kiel", System.Text.Encoding.UTF8.GetString(page.PropertiesOf(Assert.Single(page.Records)).Span), StringComparison.Ordinal);
        Assert.Equal([id], late);
    }

    [Fact]
    public async Task Owner_ids_of_records_never_lead_nowhere()
    {
        var (crm, connector) = await StartAsync(new() { Records = 200 });
        var owners = await HubSpotStub.CollectAsync(connector.ReadAllAsync(new FullRead(HubSpotStub.Owners, ["email"], null), CancellationToken.None));

        var named = crm.State().Streams.Values.SelectMany(records => records)
            .Select(record => record.Properties.GetValueOrDefault("hubspot_owner_id")).OfType<string>().Where(id => id.Length > 0).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Superset(named, owners.Select(owner => owner.Id).ToHashSet());
        Assert.Contains(owners, owner => owner.Properties.Contains("\"archived\":true", StringComparison.Ordinal));
    }

    private async Task<(EmulatedHubSpot Crm, IConnector Connector)> StartAsync(HubSpotEmulatorOptions options)
    {
        var crm = await EmulatedHubSpot.StartAsync(options with { Clock = clock });
        owned.Add(crm);
        return (crm, Connect(crm, MemoryCredentials.Static()));
    }

    private IConnector Connect(EmulatedHubSpot crm, ICredentialSource credentials)
    {
        var connector = factory.Create(new ConnectorSetup(crm.Url, credentials, 0.8, clock, NullLogger.Instance));
        owned.Add(connector);
        return connector;
    }

    private static async Task<List<string>> ReadModifiedAsync(IConnector connector, DateTimeOffset since, DateTimeOffset until) =>
        [.. (await HubSpotStub.CollectAsync(((IReadsModified)connector).ReadModifiedAsync(
            new ModifiedRead(HubSpotStub.Contacts, ["email"], since, until, null), CancellationToken.None))).Select(record => record.Id)];
}
