using System.Text.Json;
using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet that were told of Intercom, against Intercom.</summary>
public sealed class IntercomReads
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Theory]
    [InlineData("contacts")]
    [InlineData("conversations")]
    public async Task G03_records_stamped_at_either_side_of_every_window_edge_arrive(string stream)
    {
        await using var account = await IntercomAccount.OnboardedAsync(100, stream);
        var ids = account.Ids(stream);
        account.Crm.Clock.Run(0);
        for (var window = 0; window < 4; window++)
        {
            account.Crm.Clock.Advance(TimeSpan.FromMinutes(20));
            await account.SyncAsync(SyncKind.LastHour);
            var edge = account.Engine.WatermarkOf(new(stream))!.Value;
            for (var offset = 0; offset <= 2; offset++)
                account.Crm.Mutate(Edit(stream, [ids[(window * 3) + offset]], $"Edge {window} {offset}", edge.AddSeconds(offset)));
        }

        account.Crm.Clock.Advance(TimeSpan.FromMinutes(20));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G17_a_part_of_a_conversation_that_was_updated_again_before_it_was_read_arrives()
    {
        await using var account = await IntercomAccount.OnboardedAsync(100, "conversations");
        var id = account.Ids("conversations")[0];
        account.Crm.Mutate(Reply([id], "The part in question"));
        account.Pass(TimeSpan.FromSeconds(100));
        account.Crm.Mutate(Edit("conversations", [id], "Updated again"));

        await account.SyncAsync(SyncKind.Hourly);

        Assert.Contains("The part in question", await TextOfAsync(account, id), StringComparison.Ordinal);
        await account.AssertEqualAsync();
    }

    [Theory]
    [InlineData(SyncKind.Onboarding)]
    [InlineData(SyncKind.Hourly)]
    public async Task G18_conversations_whose_parts_could_not_be_read_are_read_later_with_all_of_them(SyncKind kind)
    {
        await using var account = await IntercomAccount.StartAsync(200, "conversations");
        if (kind != SyncKind.Onboarding)
            await account.OnboardAsync();
        account.Crm.Mutate(Reply([.. account.Ids("conversations").Take(20)], "One more"));
        account.Crm.Control(new FaultControl(500, NoHeaders, null) { Endpoint = "get", Stream = "conversations", Skip = 5 });
        Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(kind)).Status);
        account.Crm.ClearControls();

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(kind)).Status);

        foreach (var id in account.Ids("conversations"))
            await AssertAllPartsAsync(account, id);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G52_nine_contacts_that_nobody_changed_are_no_news()
    {
        await using var account = await IntercomAccount.OnboardedAsync(9, "contacts");
        Assert.Equal(9, account.Ids("contacts").Count);

        for (var run = 0; run < 5; run++)
        {
            account.Pass(TimeSpan.FromHours(1));
            var contacts = account.Of(await account.SyncAsync(SyncKind.Hourly), "contacts");
            Assert.Equal((0, 0, 0), (contacts.Created, contacts.Updated, contacts.Buried));
        }

        foreach (var id in account.Ids("contacts"))
            Assert.Single(await account.Mirror.HistoryAsync(new("contacts"), new RecordId(id), CancellationToken.None));
    }

    [Fact]
    public async Task G92_conversations_that_are_closed_while_they_are_read_are_closed_in_the_mirror()
    {
        await using var account = await IntercomAccount.OnboardedAsync(600, "conversations");
        var ids = account.Ids("conversations");
        Assert.True(ids.Count >= 100, "Too few conversations for several pages.");
        account.Crm.Mutate(Reply(ids, "Ping"));
        account.Crm.Control(
            new PagesControl([40]) { Endpoint = "search" },
            new HookControl(2, [Close(ids.Where((_, at) => at % 2 == 0))]) { Endpoint = "search", Stream = "conversations" },
            new HookControl(60, [Reply([.. ids.Where((_, at) => at % 3 == 0)], "A note")]) { Endpoint = "get", Stream = "conversations" });

        for (var run = 0; run < 4; run++)
        {
            account.Pass(TimeSpan.FromMinutes(15));
            await account.SyncAsync(SyncKind.Hourly);
        }

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G110_a_search_that_fails_for_good_stops_its_stream_alone_and_is_told()
    {
        await using var account = await IntercomAccount.StartAsync(200, "contacts", "conversations");
        account.Crm.Control(
            new PagesControl([20]) { Endpoint = "search" },
            new FaultControl(404, NoHeaders, """{"type":"error.list","errors":[{"code":"not_found","message":"User Not Found"}]}""") { Endpoint = "search", Stream = "conversations", Skip = 1 });

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.Equal((SyncStatus.Verified, SyncStatus.Failed), (account.Of(report, "contacts").Status, account.Of(report, "conversations").Status));
        Assert.Contains("User Not Found", account.Of(report, "conversations").Reason, StringComparison.Ordinal);
        account.Crm.ClearControls();
        await account.OnboardAsync();
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G110_a_page_without_the_paging_block_does_not_end_a_read_under_a_green_light()
    {
        await using var account = await IntercomAccount.StartAsync(200, "conversations");
        account.Crm.Control(new FaultControl(200, NoHeaders, """{"type":"conversation.list","total_count":9,"conversations":[]}""")
        {
            Endpoint = "search", Stream = "conversations", Times = 1,
        });

        Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        await account.OnboardAsync();
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G135_more_changes_than_one_run_can_read_are_caught_up_with_page_by_page()
    {
        await using var account = await IntercomAccount.OnboardedAsync(900, "contacts");
        account.Crm.Mutate(Edit("contacts", account.Ids("contacts"), "All of them"));
        var known = 0;
        for (var run = 0; run < 3; run++)
        {
            account.Crm.Control(
                new PagesControl([30]) { Endpoint = "search" },
                new FaultControl(500, NoHeaders, null) { Endpoint = "search", Stream = "contacts", Skip = 9 });
            Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.LastHour)).Status);
            account.Crm.ClearControls();
            await account.RestartAsync();

            var contacts = await account.Mirror.LoadAsync(new("contacts"), [.. account.Ids("contacts").Select(id => new RecordId(id))], CancellationToken.None);
            var read = contacts.Count(contact => System.Text.Encoding.UTF8.GetString(contact.Properties.Span).Contains("All of them", StringComparison.Ordinal));
            Assert.InRange(read, known + 200, 900);
            known = read;
        }

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.LastHour)).Status);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G172_every_part_is_within_its_conversation()
    {
        await using var account = await IntercomAccount.StartAsync(600, "conversations");
        var ids = account.Ids("conversations").Take(100).ToList();
        for (var part = 0; part < 5; part++)
            account.Crm.Mutate(Reply(ids, $"Part {part}"));

        await account.OnboardAsync();

        foreach (var id in ids)
        {
            var text = await TextOfAsync(account, id);
            for (var part = 0; part < 5; part++)
                Assert.Contains($"Part {part}", text, StringComparison.Ordinal);
            await AssertAllPartsAsync(account, id);
        }
    }

    [Fact]
    public async Task G177_a_contact_that_is_merged_while_it_is_read_leads_to_the_one_that_answers_for_it()
    {
        await using var account = await IntercomAccount.OnboardedAsync(300, "contacts", "conversations");
        var users = account.Crm.State("contacts").Streams["contacts"].Where(contact => contact is { Deleted: null } && contact.Properties["role"] == "user").Select(contact => contact.Id).ToList();
        account.Crm.Control(
            new PagesControl([50]) { Endpoint = "search" },
            new HookControl(3, [new MergeRecords("contacts", users[0], [users[^1], users[^2]]), new MergeRecords("contacts", users[^3], [users[1]])]) { Endpoint = "search", Stream = "contacts" });

        await account.SyncAsync(SyncKind.Nightly);
        await account.SyncAsync(SyncKind.Nightly);

        Assert.Equal(new RecordId(users[0]), await account.Mirror.ResolveAsync(new("contacts"), new RecordId(users[^1]), CancellationToken.None));
        Assert.Equal(new RecordId(users[^3]), await account.Mirror.ResolveAsync(new("contacts"), new RecordId(users[1]), CancellationToken.None));
        await account.AssertEqualAsync();
    }

    private static EditRecords Edit(string stream, IReadOnlyList<string> ids, string text, DateTimeOffset? at = null) =>
        new(stream, ids, new Dictionary<string, string?> { [stream == "contacts" ? "name" : "title"] = text }, at);

    private static EditRecords Reply(IReadOnlyList<string> ids, string text) => new("conversations", ids, new Dictionary<string, string?> { ["conversation_parts"] = text });

    private static EditRecords Close(IEnumerable<string> ids) => new("conversations", [.. ids], new Dictionary<string, string?> { ["state"] = "closed" });

    private static async Task<string> TextOfAsync(IntercomAccount account, string id) =>
        System.Text.Encoding.UTF8.GetString(Assert.Single(await account.Mirror.LoadAsync(new("conversations"), [new RecordId(id)], CancellationToken.None)).Properties.Span);

    /// <summary>The conversation has as many parts as it says.</summary>
    private static async Task AssertAllPartsAsync(IntercomAccount account, string id)
    {
        using var conversation = JsonDocument.Parse(await TextOfAsync(account, id));
        var parts = conversation.RootElement.GetProperty("conversation_parts");
        var truth = account.Crm.State("conversations").Streams["conversations"].Single(record => record.Id == id).Properties["conversation_parts"]!;
        using var expected = JsonDocument.Parse(truth);
        var count = expected.RootElement.ValueKind == JsonValueKind.Array ? expected.RootElement.GetArrayLength() : expected.RootElement.GetProperty("conversation_parts").GetArrayLength();
        Assert.Equal(count, (parts.ValueKind == JsonValueKind.Array ? parts : parts.GetProperty("conversation_parts")).GetArrayLength());
    }
}
