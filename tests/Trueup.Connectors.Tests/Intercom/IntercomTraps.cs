using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.Intercom;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Intercom;

namespace Trueup.Connectors.Tests.Intercom;

/// <summary>What only Intercom does to those who read it.</summary>
public sealed class IntercomTraps : IAsyncLifetime
{
    private readonly QuickClock clock = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));
    private readonly IntercomConnectorFactory factory = new(seed: 1);
    private EmulatedIntercom crm = null!;
    private IConnector connector = null!;

    public async ValueTask InitializeAsync()
    {
        crm = await EmulatedIntercom.StartAsync(new IntercomEmulatorOptions { Records = 1_500, Seed = 7, Clock = clock });
        connector = factory.Create(new ConnectorSetup(crm.Url, MemoryCredentials.Static(), 0.8, clock, NullLogger.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        await connector.DisposeAsync();
        factory.Dispose();
        await crm.DisposeAsync();
    }

    [Fact]
    public async Task G18_a_record_has_the_same_bytes_however_it_was_read_with_all_its_parts_and_links()
    {
        foreach (var name in new[] { "contacts", "conversations", "tickets" })
        {
            var stream = await StreamAsync(name);
            var fields = await FieldsAsync(stream);
            var all = await ReadAsync(connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None));
            var modified = await ReadAsync(((IReadsModified)connector).ReadModifiedAsync(
                new ModifiedRead(stream, fields, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, null), CancellationToken.None));
            var ids = all.Keys.Take(40).ToList();
            using var byId = await ((IReadsByIds)connector).ReadByIdsAsync(stream, fields, [.. ids.Select(id => new RecordId(id))], CancellationToken.None);
            var read = new Dictionary<string, string>();
            foreach (var page in byId.Live)
                Collect(page, read);

            Assert.Equal(all.OrderBy(record => record.Key), modified.OrderBy(record => record.Key));
            Assert.Equal(ids.Order().Select(id => (id, all[id])), read.OrderBy(record => record.Key).Select(record => (record.Key, record.Value)));
        }
    }

    [Fact]
    public async Task Lists_within_a_contact_that_are_cut_at_ten_arrive_whole()
    {
        var stream = await StreamAsync("contacts");
        var read = await ReadAsync(connector.ReadAllAsync(new FullRead(stream, await FieldsAsync(stream), null), CancellationToken.None));
        var pairs = ((INamesLinks)connector).PairsOf(await connector.DiscoverAsync(false, CancellationToken.None));
        var many = crm.State("contacts").Streams["contacts"].Where(contact => contact.Associations.GetValueOrDefault("companies")?.Count > 10).ToList();

        Assert.True(many.Count > 5, "Too few contacts with many companies to prove anything.");
        foreach (var contact in many)
            foreach (var pair in pairs.Where(pair => pair.From.Value == "contacts"))
                Assert.Equal(
                    (contact.Associations.GetValueOrDefault(pair.To.Value) ?? []).Order(),
                    ((INamesLinks)connector).LinksIn(pair, Encoding.UTF8.GetBytes(read[contact.Id])).Select(link => link.Target.Value).Order());
    }

    [Fact]
    public async Task A_contact_that_was_merged_leads_to_the_one_that_answers_for_it_and_that_one_names_it()
    {
        var users = crm.State("contacts").Streams["contacts"].Where(contact => contact.Properties["role"] == "user").Take(3).Select(contact => contact.Id).ToList();
        crm.Mutate(new MergeRecords("contacts", users[1], [users[0]]), new MergeRecords("contacts", users[2], [users[1]]));
        var stream = await StreamAsync("contacts");
        var fields = await FieldsAsync(stream);

        using var found = await ((IReadsByIds)connector).ReadByIdsAsync(stream, fields, [.. users.Select(id => new RecordId(id))], CancellationToken.None);

        Assert.Equal(
            [(users[0], GoneCause.Merged, users[2]), (users[1], GoneCause.Merged, users[2])],
            found.Gone.Select(gone => (gone.Id.Value, gone.Cause, gone.MergedInto!.Value.Value)).Order());
        var page = Assert.Single(found.Live, page => page.Records.Count > 0);
        Assert.Equal([users[1]], ((IReportsMerges)connector).LosersIn(stream, page.PropertiesOf(page.Records[0]).Span).Select(id => id.Value));
    }

    [Fact]
    public async Task An_archived_contact_is_known_as_such_although_it_answers_by_its_id()
    {
        var stream = await StreamAsync("contacts");
        var ids = crm.State("contacts").Streams["contacts"].Take(2).Select(contact => new RecordId(contact.Id)).ToList();
        crm.Mutate(new DeleteRecords("contacts", [ids[0].Value]));

        using var found = await ((IReadsByIds)connector).ReadByIdsAsync(stream, ["name"], ids, CancellationToken.None);

        Assert.Equal([new GoneRecord(ids[0], GoneCause.Archived)], found.Gone);
    }

    [Fact]
    public async Task Companies_without_users_arrive_and_archived_ones_do_not_although_the_scroll_shows_both()
    {
        var stream = await StreamAsync("companies");
        var state = crm.State("companies").Streams["companies"];

        var read = await ReadAsync(connector.ReadAllAsync(new FullRead(stream, await FieldsAsync(stream), null), CancellationToken.None));

        Assert.Contains(state, company => company is { Deleted: null } && company.Properties["user_count"] == "0");
        Assert.Contains(state, company => company.Deleted == "archived");
        Assert.Equal(state.Where(company => company.Deleted is null).Select(company => company.Id).Order(), read.Keys.Order());
    }

    [Fact]
    public async Task A_scroll_of_somebody_else_is_waited_out()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", "another");
        using var opened = await http.GetAsync(new Uri(crm.Url, "/companies/scroll"));
        Assert.True(opened.IsSuccessStatusCode);
        var began = clock.GetUtcNow();

        await AssertCompaniesAsync();

        Assert.InRange(clock.GetUtcNow() - began, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_scroll_that_is_lost_on_the_way_begins_anew_and_loses_nothing()
    {
        crm.Control(new FaultControl(404, new Dictionary<string, string>(), null) { Endpoint = "scroll", Skip = 1, Times = 1 });

        await AssertCompaniesAsync();
    }

    [Fact]
    public async Task A_search_in_another_order_than_asked_for_loses_nothing()
    {
        var stream = await StreamAsync("contacts");
        crm.Clock.Advance(TimeSpan.FromHours(1));
        var since = crm.Clock.GetUtcNow();
        var edited = crm.State("contacts").Streams["contacts"].Where(contact => contact.Deleted is null).Take(200).Select(contact => contact.Id).ToList();
        crm.Mutate(new EditRecords("contacts", edited, new Dictionary<string, string?> { ["name"] = "Ada" }));
        crm.Control(new OrderControl(OrderManner.Shuffle) { Endpoint = "search" });

        var read = await ReadAsync(((IReadsModified)connector).ReadModifiedAsync(new ModifiedRead(stream, ["name"], since, DateTimeOffset.MaxValue, null), CancellationToken.None));

        Assert.Superset(edited.ToHashSet(), read.Keys.ToHashSet());
    }

    [Fact]
    public async Task What_changed_since_is_read_from_the_first_page_on_whichever_day_it_was_and_the_count_comes_with_it()
    {
        var stream = await StreamAsync("contacts");
        var changed = crm.Mutate(new CreateRecord("contacts", new Dictionary<string, string?> { ["name"] = "Ada", ["email"] = "ada@example.com" }))[0].Id!;
        crm.Requests.Clear();

        long? count = null;
        var read = new Dictionary<string, string>();
        await foreach (var page in ((IReadsModified)connector).ReadModifiedAsync(
            new ModifiedRead(stream, ["name"], crm.Clock.GetUtcNow() - TimeSpan.FromSeconds(30), DateTimeOffset.MaxValue, null), CancellationToken.None))
        {
            count ??= page.LiveCount;
            Collect(page, read);
        }

        Assert.Equal([changed], read.Keys);
        Assert.Equal(crm.State("contacts").Streams["contacts"].Count(contact => contact.Deleted is null), count);
        Assert.Single(crm.Requests.All);
    }

    [Fact]
    public async Task A_quiet_hour_costs_nine_calls_as_companies_wait_for_the_night_and_the_first_asks_for_fields_alone()
    {
        var streams = await connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        foreach (var stream in streams)
            await connector.DescribeAsync(stream, CancellationToken.None);
        crm.Clock.Advance(TimeSpan.FromHours(1));
        crm.Requests.Clear();

        await connector.IdentifyAsync(CancellationToken.None);
        foreach (var stream in await connector.DiscoverAsync(isThorough: false, CancellationToken.None))
        {
            var fields = await FieldsAsync(stream);
            if (stream.Traits.ReadsModified)
                await ReadAsync(((IReadsModified)connector).ReadModifiedAsync(new ModifiedRead(stream, fields, crm.Clock.GetUtcNow(), DateTimeOffset.MaxValue, null), CancellationToken.None));
            else if (!stream.Traits.WaitsForNight)
                await ReadAsync(connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None));
        }

        Assert.Equal(9, crm.Requests.All.Count);
    }

    [Fact]
    public async Task An_attribute_that_a_record_shows_and_nobody_knows_is_asked_for_by_the_next_discovery()
    {
        await connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        var stream = await StreamAsync("conversations");
        var before = await FieldsAsync(stream);
        crm.Mutate(new AddField("conversations", new EmulatedField("urgency", "Urgency", "string")));
        await connector.DiscoverAsync(isThorough: false, CancellationToken.None);
        Assert.DoesNotContain("custom_attributes.urgency", await FieldsAsync(stream));
        var one = crm.State("conversations").Streams["conversations"].First(conversation => conversation.Deleted is null).Id;
        crm.Mutate(new EditRecords("conversations", [one], new Dictionary<string, string?> { ["custom_attributes.urgency"] = "high" }));

        await ReadAsync(connector.ReadAllAsync(new FullRead(stream, before, null), CancellationToken.None));
        await connector.DiscoverAsync(isThorough: false, CancellationToken.None);

        Assert.Contains("custom_attributes.urgency", await FieldsAsync(stream));
    }

    [Fact]
    public async Task What_was_cleared_arrives_as_null_although_Intercom_leaves_it_out()
    {
        var (contacts, companies) = (await StreamAsync("contacts"), await StreamAsync("companies"));
        var contact = Live("contacts", "custom_attributes.seats");
        var company = Live("companies", "website");
        crm.Mutate(
            new EditRecords("contacts", [contact], new Dictionary<string, string?> { ["custom_attributes.seats"] = null }),
            new EditRecords("companies", [company], new Dictionary<string, string?> { ["website"] = null }));

        using var person = await ((IReadsByIds)connector).ReadByIdsAsync(contacts, ["name", "custom_attributes.seats"], [new RecordId(contact)], CancellationToken.None);
        using var firm = await ((IReadsByIds)connector).ReadByIdsAsync(companies, ["website"], [new RecordId(company)], CancellationToken.None);

        var read = new Dictionary<string, string>();
        foreach (var page in person.Live.Concat(firm.Live))
            Collect(page, read);
        Assert.EndsWith(""","custom_attributes.seats":null}""", read[contact], StringComparison.Ordinal);
        Assert.Equal("""{"website":null}""", read[company]);

        string Live(string stream, string field) => crm.State(stream).Streams[stream].First(record => record.Deleted is null && record.Properties[field] is not null).Id;
    }

    [Fact]
    public async Task A_read_goes_on_within_a_page_of_large_conversations_without_reading_one_twice()
    {
        var stream = await StreamAsync("conversations");
        var fields = await FieldsAsync(stream);
        var ids = crm.State("conversations").Streams["conversations"].Where(conversation => conversation.Deleted is null).Select(conversation => conversation.Id).ToList();
        crm.Mutate(new EditRecords("conversations", ids, new Dictionary<string, string?> { ["title"] = new string('x', 200_000) }));
        var read = new List<string>();
        var places = new List<string>();
        string? resume = null;
        do
        {
            await using var pages = connector.ReadAllAsync(new FullRead(stream, fields, resume), CancellationToken.None).GetAsyncEnumerator();
            Assert.True(await pages.MoveNextAsync());
            using var page = pages.Current;
            read.AddRange(page.Records.Select(record => page.RecordIdOf(record).Value));
            resume = page.Next;
            if (resume is not null)
                places.Add(resume);
        }
        while (resume is not null);

        Assert.True(places.Count > ids.Count / 150 + 1, "No page was read in parts.");
        Assert.Equal(places.Count, places.Distinct().Count());
        Assert.Equal(ids.Order(), read.Order());
    }

    [Fact]
    public async Task A_conversation_that_may_not_be_read_is_named_and_the_others_arrive()
    {
        var stream = await StreamAsync("conversations");
        var count = crm.State("conversations").Streams["conversations"].Count(conversation => conversation.Deleted is null);
        var fields = await FieldsAsync(stream);
        crm.Control(new FaultControl(
            403, new Dictionary<string, string>(), """{"type":"error.list","errors":[{"code":"action_forbidden","message":"Not for this app."}]}""")
        { Endpoint = "get", Times = 1 });
        var setAside = new List<SetAside>();
        var read = new Dictionary<string, string>();
        await foreach (var page in connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None))
        {
            setAside.AddRange(page.SetAside);
            Collect(page, read);
        }

        var refused = Assert.Single(setAside);
        Assert.Contains("Not for this app", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(count - 1, read.Count);
        Assert.DoesNotContain(refused.Id!.Value.Value, read.Keys);
    }

    [Fact]
    public async Task What_cannot_be_an_id_is_not_asked_for()
    {
        var stream = await StreamAsync("companies");
        crm.Requests.Clear();

        using var found = await ((IReadsByIds)connector).ReadByIdsAsync(stream, ["name"], [new RecordId("scroll")], CancellationToken.None);

        Assert.Equal([new GoneRecord(new RecordId("scroll"), GoneCause.Deleted)], found.Gone);
        Assert.Empty(crm.Requests.All);
    }

    [Fact]
    public void Webhooks_are_hints_if_they_are_signed_and_of_this_workspace()
    {
        const string body = """{"type":"notification_event","app_id":"ab12cd34","topic":"contact.user.updated","data":{"item":{"type":"contact","id":"66f0a1b20000000000000001"}}}""";
        var signature = Webhooks.SignatureOf(Encoding.UTF8.GetBytes(body), "secret");

        Assert.Equal([new WebhookHint("contact", new RecordId("66f0a1b20000000000000001"), Links: true)], Assert.IsType<WebhookReading.Accepted>(Read(body, signature, "workspace ab12cd34")).Hints);
        Assert.IsType<WebhookReading.Refused>(Read(body + " ", signature, "workspace ab12cd34"));
        Assert.IsType<WebhookReading.Refused>(Read(body, signature, "workspace other"));
        Assert.IsType<WebhookReading.Refused>(Read(body, null, "workspace ab12cd34"));

        WebhookReading Read(string text, string? header, string account) => factory.ReadWebhook(
            new WebhookDelivery("POST", "https://trueup.example/webhooks/intercom/1", name => name == "X-Hub-Signature" ? header : null, Encoding.UTF8.GetBytes(text)),
            new Credentials { AccessToken = "t", ClientSecret = "secret" }, account, clock.GetUtcNow());
    }

    [Fact]
    public async Task What_the_workspace_notifies_of_is_understood_as_hints()
    {
        var deliveries = Channel.CreateUnbounded<(string Body, string? Signature)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.MapPost("/", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            await deliveries.Writer.WriteAsync((await reader.ReadToEndAsync(), request.Headers["X-Hub-Signature"]));
        });
        await receiver.StartAsync();
        var contact = crm.State("contacts").Streams["contacts"].First(record => record is { Deleted: null } && record.Properties["role"] == "user").Id;
        var others = new[] { "companies", "conversations", "tickets" }.ToDictionary(stream => stream, stream => crm.State(stream).Streams[stream].First(record => record.Deleted is null).Id);

        crm.SendWebhooks(new WebhookTarget(new Uri(receiver.Urls.Single()), "secret"));
        crm.Mutate(
            new EditRecords("contacts", [contact], new Dictionary<string, string?> { ["name"] = "Ada" }),
            new EditRecords("companies", [others["companies"]], new Dictionary<string, string?> { ["name"] = "Acme" }),
            new EditRecords("conversations", [others["conversations"]], new Dictionary<string, string?> { ["conversation_parts"] = "noted" }),
            new EditRecords("tickets", [others["tickets"]], new Dictionary<string, string?> { ["ticket_attributes.severity"] = "high" }),
            new DeleteRecords("contacts", [contact]));

        var hints = new HashSet<WebhookHint>();
        HashSet<WebhookHint> expected =
        [
            new("contact", new RecordId(contact), Links: true), new("company", new RecordId(others["companies"]), Links: true),
            new("conversation", new RecordId(others["conversations"]), Links: true), new("ticket", new RecordId(others["tickets"]), Links: true),
        ];
        while (!hints.IsSupersetOf(expected))
        {
            var (body, signature) = await deliveries.Reader.ReadAsync(TestContext.Current.CancellationToken);
            hints.UnionWith(Assert.IsType<WebhookReading.Accepted>(factory.ReadWebhook(
                new WebhookDelivery("POST", "https://trueup.example/webhooks/intercom/1", name => name == "X-Hub-Signature" ? signature : null, Encoding.UTF8.GetBytes(body)),
                new Credentials { AccessToken = "t", ClientSecret = "secret" }, "workspace ab12cd34", clock.GetUtcNow())).Hints);
        }

        Assert.Equal(expected, hints);
    }

    [Theory]
    [InlineData("https://api.eu.intercom.io", true)]
    [InlineData("https://api.intercom.io.example.com", false)]
    [InlineData("http://api.intercom.io", false)]
    public void Only_the_three_regions_are_the_vendors_own_addresses(string address, bool expected) =>
        Assert.Equal(expected, factory.IsVendorAddress(new Uri(address)));

    private async Task AssertCompaniesAsync()
    {
        var stream = await StreamAsync("companies");
        var read = await ReadAsync(connector.ReadAllAsync(new FullRead(stream, await FieldsAsync(stream), null), CancellationToken.None));
        Assert.Equal(crm.State("companies").Streams["companies"].Where(company => company.Deleted is null).Select(company => company.Id).Order(), read.Keys.Order());
        Assert.True(read.Count > 100, "Too few companies for a scroll of several pages.");
    }

    private async Task<StreamDescription> StreamAsync(string name) =>
        (await connector.DiscoverAsync(isThorough: false, CancellationToken.None)).Single(stream => stream.Name.Value == name);

    private async Task<IReadOnlyList<string>> FieldsAsync(StreamDescription stream) =>
        [.. (await connector.DescribeAsync(stream, CancellationToken.None)).Fields.Select(field => field.Name)];

    private static async Task<Dictionary<string, string>> ReadAsync(IAsyncEnumerable<RecordPage> pages)
    {
        var records = new Dictionary<string, string>();
        await foreach (var page in pages)
            Collect(page, records);
        return records;
    }

    private static void Collect(RecordPage page, Dictionary<string, string> into)
    {
        using (page)
            foreach (var record in page.Records)
                into[page.RecordIdOf(record).Value] = Encoding.UTF8.GetString(page.PropertiesOf(record).Span);
    }
}
