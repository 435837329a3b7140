using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Trueup.Emulators.Tests.Intercom;

public sealed class ControlTests
{
    private const string Everybody = """{"field":"created_at","operator":">","value":0}""";

    [Fact]
    public async Task A_lagging_search_shows_the_contact_as_it_was_while_its_id_shows_it_as_it_is()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var contact = crm.Create("contacts", ("name", "before"));
        await crm.ControlAsync("""{"control":"lag","endpoint":"search","delay":"PT2M"}""");
        crm.Crm.Mutate(new EditRecords("contacts", [contact], new Dictionary<string, string?> { ["name"] = "after" }));
        crm.Create("contacts", ("name", "new"));

        var early = await crm.SearchAsync("contacts", Everybody);
        var listed = await crm.GetAsync("/contacts");
        crm.Clock.Advance(TimeSpan.FromMinutes(2));
        var late = await crm.SearchAsync("contacts", Everybody);

        Assert.Equal(["before"], early.Records.Select(record => record.GetProperty("name").GetString()));
        Assert.Equal("after", (await crm.GetAsync($"/contacts/{contact}"))["name"]);
        Assert.Equal((2, 2), (listed.Total, late.Total));
    }

    [Fact]
    public async Task The_list_can_lag_too()
    {
        await using var crm = await IntercomCalls.StartAsync();
        await crm.ControlAsync("""{"control":"lag","endpoint":"list","delay":"PT2M"}""");
        crm.Create("contacts", ("name", "new"));

        Assert.Equal((0, 1), ((await crm.GetAsync("/contacts")).Total, (await crm.SearchAsync("contacts", Everybody)).Total));
    }

    [Theory]
    [InlineData("""{"control":"pages","endpoint":"search","sizes":[0,3,1,0]}""")]
    [InlineData("""{"control":"order","endpoint":"search"}""")]
    [InlineData("""{"control":"order","endpoint":"search","mode":"ties"}""")]
    [InlineData("""{"control":"twice","endpoint":"search"}""")]
    public async Task However_a_walk_is_disturbed_nothing_is_lost(string control)
    {
        await using var crm = await IntercomCalls.StartAsync(records: 60);
        await crm.ControlAsync("""{"control":"tie","stream":"contacts","count":40}""");
        await crm.ControlAsync(control);

        var found = await crm.FindAsync("contacts", Everybody, """{"field":"updated_at","order":"ascending"}""", perPage: 5);

        Assert.Equal(crm.Crm.State("contacts").Streams["contacts"].Where(record => record.Deleted is null).Select(record => record.Id).Order(), found.Distinct().Order());
    }

    [Fact]
    public async Task Orders_are_not_what_they_should_be_pages_come_again_and_ids_are_missing()
    {
        await using var crm = await IntercomCalls.StartAsync(records: 60);
        const string Oldest = """{"field":"created_at","order":"ascending"}""";
        var straight = await crm.FindAsync("contacts", Everybody, Oldest);

        await crm.ControlAsync("""{"control":"order","endpoint":"search"}""");
        var crooked = await crm.FindAsync("contacts", Everybody, Oldest);
        crm.Crm.ClearControls();
        await crm.ControlAsync("""{"control":"repeat","endpoint":"search"}""");
        var first = await crm.SearchAsync("contacts", Everybody, Oldest, """{"per_page":5}""");
        var second = await crm.SearchAsync("contacts", Everybody, Oldest, $$"""{"per_page":5,"starting_after":"{{first.Cursor}}"}""");
        crm.Crm.ClearControls();
        await crm.ControlAsync("""{"control":"no-id","endpoint":"list"}""");

        Assert.NotEqual(straight, crooked);
        Assert.Equal(first.Ids, second.Ids);
        Assert.All((await crm.GetAsync("/contacts")).Records, record => Assert.False(record.TryGetProperty("id", out _)));
    }

    [Fact]
    public async Task Faults_answer_as_the_vendor_does()
    {
        await using var crm = await IntercomCalls.StartAsync(records: 5);
        await crm.ControlAsync("""[{"control":"fault","endpoint":"me","status":200,"body":"","times":1},{"control":"fault","endpoint":"search","status":504},{"control":"forbid","endpoint":"tags"}]""");

        var empty = await crm.GetAsync("/me");
        var html = await crm.SearchAsync("contacts", Everybody);

        Assert.Equal((200, ""), (empty.Status, empty.Text));
        Assert.Equal((504, "text/html"), (html.Status, html.Headers["Content-Type"]));
        Assert.StartsWith("<html>", html.Text, StringComparison.Ordinal);
        Assert.Equal((403, "forbidden"), ((await crm.GetAsync("/tags")).Status, (await crm.GetAsync("/tags")).Code));
    }

    [Theory]
    [InlineData("""{"control":"expire","what":"refresh"}""")]
    [InlineData("""{"control":"job","delay":"PT1S"}""")]
    [InlineData("""{"control":"quota","bucket":"daily","limit":1}""")]
    [InlineData("""{"control":"lag","endpoint":"nowhere","delay":"PT1S"}""")]
    public async Task Controls_that_Intercom_has_no_use_for_are_refused(string control)
    {
        await using var crm = await IntercomCalls.StartAsync();

        Assert.Equal(400, (await crm.SendAsync(HttpMethod.Post, "/_emulator/faults", control)).Status);
    }

    [Fact]
    public async Task Attributes_are_added_changed_hidden_shown_and_given_new_options_without_a_stamp()
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.Crm.Mutate(new AddField("contacts", new EmulatedField("custom_attributes.level", Type: "string", Options: [new("a", "a"), new("b", "b")])));
        var contact = crm.Create("contacts", ("custom_attributes.level", "a"));
        string? Level() => crm.Crm.StateOf("contacts", contact)!.Properties.GetValueOrDefault("custom_attributes.level", "(none)");
        async Task<IEnumerable<string?>> NamesAsync(string query) => (await crm.GetAsync($"/data_attributes?model=contact{query}")).Records.Select(record => record.GetProperty("name").GetString());

        crm.Crm.Mutate(new EditField("contacts", new EmulatedField("level", Options: [new("c", "c")])));
        Assert.Equal("c", (await crm.GetAsync("/data_attributes?model=contact")).Records.Single(record => record.GetProperty("name").GetString() == "level").GetProperty("options")[0].GetString());
        crm.Crm.Mutate(new HideField("contacts", "level"));
        Assert.Equal(("(none)", false, true), (Level(), (await NamesAsync("")).Contains("level"), (await NamesAsync("&include_archived=true")).Contains("level")));
        crm.Crm.Mutate(new ShowField("contacts", "level"));
        Assert.Equal("a", Level());
        crm.Crm.Mutate(new RemoveField("contacts", "level"), new AddField("contacts", new EmulatedField("level")));
        Assert.Null(Level());
        Assert.Equal(IntercomCalls.Start.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), crm.Crm.StateOf("contacts", contact)!.ModifiedAt);
        Assert.Throws<ControlException>(() => crm.Crm.Mutate(new RenameField("contacts", "level", "height")));
        crm.Crm.Mutate(new RenameField("tickets", "severity", "weight"));
        Assert.Contains("weight", (await crm.GetAsync("/ticket_types")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_conversation_is_listed_and_a_deleted_ticket_is_not()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var (one, two, ticket) = (crm.Create("conversations"), crm.Create("conversations"), crm.Create("tickets"));
        crm.Crm.Mutate(new DeleteRecords("conversations", [one]));
        crm.Clock.Advance(TimeSpan.FromMinutes(1));
        await crm.DeleteAsync($"/conversations/{two}?retain_metrics=false");
        await crm.DeleteAsync($"/tickets/{ticket}");

        var deleted = await crm.GetAsync("/conversations/deleted?per_page=1");

        Assert.Equal((two, 2, false), (deleted.Ids.Single(), deleted.Total, deleted.Records[0].GetProperty("metrics_retained").GetBoolean()));
        Assert.EndsWith("/conversations/deleted?per_page=1&order=desc&page=2", deleted.Json.GetProperty("pages").GetProperty("next").GetString(), StringComparison.Ordinal);
        Assert.Equal([one, two], (await crm.GetAsync("/conversations/deleted?order=asc")).Ids);
        Assert.Equal("ticket_not_found", (await crm.GetAsync($"/tickets/{ticket}")).Code);
    }

    [Fact]
    public async Task What_happens_is_delivered_with_a_signature_until_it_is_taken()
    {
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        await using var crm = await IntercomCalls.StartAsync();
        crm.Crm.SendWebhooks(new WebhookTarget(new Uri($"http://127.0.0.1:{port}/hook"), "secret"));
        var contact = crm.Create("contacts", ("email", "ada@example.com"));
        crm.Crm.Mutate(new PurgeRecords("contacts", [contact]));

        var topics = new List<string?>();
        var refused = false;
        JsonElement last = default;
        while (topics.Count < 3)
        {
            var context = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(20));
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            // The vendor signs so.
#pragma warning disable CA5350
            Assert.Equal("sha1=" + Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes("secret"), body.ToArray())), context.Request.Headers["X-Hub-Signature"]);
#pragma warning restore CA5350
            last = JsonDocument.Parse(body.ToArray()).RootElement;
            context.Response.StatusCode = refused ? 200 : 500;
            context.Response.Close();
            if (refused)
                topics.Add(last.GetProperty("topic").GetString());
            refused = true;
        }

        Assert.Equal(["ping", "contact.user.created", "contact.deleted"], topics);
        Assert.Equal(contact, last.GetProperty("data").GetProperty("item").GetProperty("id").GetString());
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
