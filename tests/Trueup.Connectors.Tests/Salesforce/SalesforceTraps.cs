using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Salesforce;

namespace Trueup.Connectors.Tests.Salesforce;

/// <summary>What only Salesforce does to those who read it.</summary>
public sealed class SalesforceTraps : IAsyncLifetime
{
    private readonly QuickClock clock = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));
    private readonly SalesforceConnectorFactory factory = new(seed: 1);
    private readonly List<IAsyncDisposable> owned = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var each in owned)
            await each.DisposeAsync();
        factory.Dispose();
    }

    [Fact]
    public async Task A_session_that_ends_at_any_request_of_a_walk_loses_neither_a_record_nor_the_access()
    {
        for (var after = 2; after < 10; after += 3)
        {
            var crm = await StartAsync(new() { Records = 900, RotateRefreshTokens = true });
            var issued = crm.IssueTokens();
            var credentials = new MemoryCredentials(new Credentials { AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken, ClientId = "c", ClientSecret = "s" });
            var connector = Connect(crm, credentials);
            crm.Control(new PagesControl([100]), new ExpireControl("token", after));

            var records = await ReadAsync(connector, "Contact", "Title");

            Assert.Equal(Live(crm, "Contact"), records.Select(record => record.Id).Distinct().Order());
            Assert.NotEqual(issued.RefreshToken, Assert.Single(credentials.Saved).RefreshToken);
        }
    }

    [Fact]
    public async Task Two_processes_that_share_the_credentials_never_use_up_each_others_refresh_token()
    {
        var crm = await StartAsync(new() { Records = 20, RotateRefreshTokens = true });
        var issued = crm.IssueTokens();
        var shared = new MemoryCredentials(new Credentials { AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken, ClientId = "c", ClientSecret = "s" });
        var glimpsed = new GlimpsedCredentials(shared);
        var (successor, cutOff) = (Connect(crm, shared), Connect(crm, glimpsed));
        await cutOff.IdentifyAsync(CancellationToken.None);

        for (var round = 1; round <= 10; round++)
        {
            // The one that was cut off has looked at the credentials, and then the other one refreshes them.
            await glimpsed.GlimpseAsync();
            crm.Control(new ExpireControl("token", 0));
            await successor.IdentifyAsync(CancellationToken.None);

            await cutOff.IdentifyAsync(CancellationToken.None);

            Assert.Equal(round, shared.Saved.Count);
            await successor.IdentifyAsync(CancellationToken.None);
        }
        Assert.Contains(crm.Requests.All, request => request is { Status: 400, Endpoint: "token" });
    }

    [Fact]
    public async Task Any_number_of_records_with_one_stamp_arrive_although_locators_die_among_them()
    {
        var crm = await StartAsync(new() { Records = 700 });
        var connector = Connect(crm, MemoryCredentials.Static("00D!test"));
        crm.Clock.Advance(TimeSpan.FromHours(1));
        var since = crm.Clock.GetUtcNow();
        crm.Control(new TieControl(650, new Dictionary<string, string?>()) { Stream = "Contact" }, new PagesControl([90]));
        crm.Control(new FaultControl(400, new Dictionary<string, string>(), """[{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}]""")
        {
            Endpoint = "query-more", Share = 0.5, Times = 3,
        });

        var read = await SalesforceStub.CollectAsync(((IReadsModified)connector).ReadModifiedAsync(
            new ModifiedRead(await StreamAsync(connector, "Contact"), ["Title"], since, since.AddHours(1), null), CancellationToken.None));

        Assert.Equal(650, read.Select(record => record.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_object_with_hundreds_of_fields_arrives_whole()
    {
        var crm = await StartAsync(new() { Records = 300 });
        var connector = Connect(crm, MemoryCredentials.Static("00D!test"));
        var stream = await StreamAsync(connector, "Survey__c");
        var schema = await connector.DescribeAsync(stream, CancellationToken.None);
        crm.Requests.Clear();

        var records = await ReadAsync(connector, "Survey__c", [.. schema.Fields.Select(field => field.Name)]);

        Assert.True(schema.Fields.Count > 500);
        Assert.NotEmpty(records);
        Assert.All(records, record =>
        {
            using var json = JsonDocument.Parse(record.Json);
            Assert.Equal(schema.Fields.Count, json.RootElement.EnumerateObject().Count());
        });
        Assert.All(crm.Requests.All, request => Assert.Equal(200, request.Status));
    }

    [Fact]
    public async Task A_field_that_is_hidden_from_the_user_keeps_nothing_else_from_arriving()
    {
        var crm = await StartAsync(new() { Records = 50 });
        var connector = Connect(crm, MemoryCredentials.Static("00D!test"));
        await connector.DescribeAsync(await StreamAsync(connector, "Contact"), CancellationToken.None);
        crm.Mutate(new HideField("Contact", "Phone"));

        var records = await ReadAsync(connector, "Contact", "Title", "Phone");

        Assert.Equal(Live(crm, "Contact"), records.Select(record => record.Id).Order());
        Assert.All(records, record => Assert.DoesNotContain("\"Phone\"", record.Json, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deletions_without_a_recycle_bin_are_found_in_the_log()
    {
        var crm = await StartAsync(new() { Records = 200 });
        var connector = Connect(crm, MemoryCredentials.Static("00D!test"));
        var since = crm.Clock.GetUtcNow();
        crm.Clock.Advance(TimeSpan.FromMinutes(5));
        var ids = Live(crm, "CampaignMember").Take(3).ToList();
        crm.Mutate(new DeleteRecords("CampaignMember", ids));
        crm.Clock.Advance(TimeSpan.FromMinutes(5));

        await connector.IdentifyAsync(CancellationToken.None);
        var deleted = new List<GoneRecord>();
        await foreach (var page in ((IReportsDeletions)connector).ReadDeletionsAsync(await StreamAsync(connector, "CampaignMember"), since, CancellationToken.None))
            deleted.AddRange(page.Deletions);

        Assert.Superset(ids.ToHashSet(), deleted.Select(record => record.Id.Value).ToHashSet());
    }

    [Fact]
    public async Task A_quiet_pass_over_the_metadata_of_all_objects_costs_two_calls()
    {
        var crm = await StartAsync(new() { Records = 20 });
        var connector = Connect(crm, MemoryCredentials.Static("00D!test"));
        clock.Advance(TimeSpan.FromMinutes(1));
        var streams = await connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        clock.Advance(TimeSpan.FromHours(1));
        crm.Requests.Clear();

        foreach (var stream in await connector.DiscoverAsync(isThorough: false, CancellationToken.None))
            await connector.DescribeAsync(stream, CancellationToken.None);

        Assert.True(streams.Count > 10);
        Assert.Equal([304, 200], crm.Requests.All.Select(request => request.Status));
    }

    [Fact]
    public async Task A_permission_that_was_taken_without_a_word_is_seen_by_a_thorough_pass()
    {
        var crm = await StartAsync(new() { Records = 20 });
        var connector = Connect(crm, MemoryCredentials.Static("00D!test"));
        await connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        crm.Mutate(new HideField("Contact", "Phone"));
        clock.Advance(TimeSpan.FromHours(1));

        var stream = (await connector.DiscoverAsync(isThorough: true, CancellationToken.None)).Single(stream => stream.TypeId == "Contact");

        Assert.DoesNotContain((await connector.DescribeAsync(stream, CancellationToken.None)).Fields, field => field.Name == "Phone");
    }

    private async Task<EmulatedSalesforce> StartAsync(SalesforceEmulatorOptions options)
    {
        var crm = await EmulatedSalesforce.StartAsync(options with { Clock = clock });
        owned.Add(crm);
        return crm;
    }

    private IConnector Connect(EmulatedSalesforce crm, ICredentialSource credentials)
    {
        var connector = factory.Create(new ConnectorSetup(crm.Url, credentials, 0.8, clock, NullLogger.Instance));
        owned.Add(connector);
        return connector;
    }

    private static async Task<StreamDescription> StreamAsync(IConnector connector, string type) =>
        (await connector.DiscoverAsync(isThorough: true, CancellationToken.None)).Single(stream => stream.TypeId == type);

    private static async Task<List<SalesforceRecord>> ReadAsync(IConnector connector, string type, params string[] fields) =>
        await SalesforceStub.CollectAsync(connector.ReadAllAsync(
            new FullRead(new StreamDescription(new StreamName(type.ToLowerInvariant()), type, type, new StreamTraits()), fields, null), CancellationToken.None));

    private static IEnumerable<string> Live(EmulatedSalesforce crm, string type) =>
        crm.State(type).Streams[type].Where(record => record.Deleted is null).Select(record => record.Id).Order();

    /// <summary>Credentials of a process that goes on with what it saw a moment ago.</summary>
    private sealed class GlimpsedCredentials(MemoryCredentials shared) : ICredentialSource
    {
        private Credentials? glimpsed;

        public async Task GlimpseAsync() => glimpsed = await shared.LoadAsync(CancellationToken.None);

        public ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken) =>
            Interlocked.Exchange(ref glimpsed, null) is { } seen ? new(seen) : shared.LoadAsync(cancellationToken);

        public ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken) => shared.SaveAsync(credentials, cancellationToken);
    }
}
