using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 1 to 5, against Salesforce: records missed under a green light, late ones, pages, duplicates.</summary>
public sealed class SalesforceReads
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Fact]
    public async Task G01_a_tie_that_straddles_a_page_and_a_crash_loses_nothing()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(330, "contact");
        account.Crm.Mutate(Edit(account.Ids("contact"), "Tie"));
        account.Crm.Control(new PagesControl([100]), new FaultControl(503, NoHeaders, null) { Stream = "contact", Skip = 2 });
        Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.LastHour)).Status);
        account.Crm.ClearControls();
        await account.RestartAsync();

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.LastHour)).Status);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G03_records_stamped_at_either_side_of_every_window_edge_arrive()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(100, "contact");
        var ids = account.Ids("contact");
        account.Crm.Clock.Run(0);
        for (var window = 0; window < 4; window++)
        {
            account.Crm.Clock.Advance(TimeSpan.FromMinutes(20));
            await account.SyncAsync(SyncKind.LastHour);
            var edge = account.Engine.WatermarkOf(new("contact"))!.Value;
            // Stamps have whole seconds.
            for (var offset = 0; offset <= 2; offset++)
                account.Crm.Mutate(Edit([ids[(window * 3) + offset]], $"Edge {window} {offset}", edge.AddSeconds(offset)));
        }

        account.Crm.Clock.Advance(TimeSpan.FromMinutes(20));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Theory]
    [InlineData("SystemModstamp")]
    [InlineData("SystemModstamp", "LastModifiedDate")]
    public async Task G05_a_stamp_that_cannot_be_asked_by_is_replaced_by_one_that_can_or_by_reading_everything(params string[] stamps)
    {
        await using var account = await SalesforceAccount.StartAsync(200, "contact");
        foreach (var stamp in stamps)
            account.Crm.Mutate(new EditField("contact", new EmulatedField(stamp, Type: "longtextarea")));
        await account.OnboardAsync();
        account.Crm.Mutate(Edit([.. account.Ids("contact").Take(5)], "Captain"));

        await account.SyncAsync(SyncKind.Hourly);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G06_a_stream_whose_query_times_out_says_so_and_is_complete_once_it_is_answered()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(200, "contact", "opportunity");
        account.Crm.Mutate(new EditRecords("opportunity", [.. account.Ids("opportunity").Take(7)], new Dictionary<string, string?> { ["Name"] = "Renamed" }));
        var before = account.Engine.WatermarkOf(new("opportunity"));
        account.Crm.Control(new FaultControl(400, NoHeaders, """[{"message":"Your query request was running for too long.","errorCode":"QUERY_TIMEOUT"}]""")
        {
            Endpoint = "query", Stream = "opportunity",
        });
        for (var run = 0; run < 2; run++)
        {
            var report = await account.SyncAsync(SyncKind.Hourly);
            Assert.Equal(SyncStatus.Failed, account.Of(report, "opportunity").Status);
            Assert.NotNull(account.Of(report, "opportunity").Reason);
            Assert.Equal(before, account.Engine.WatermarkOf(new("opportunity")));
        }

        account.Crm.ClearControls();
        Assert.Equal(7, account.Of(await account.SyncAsync(SyncKind.Hourly), "opportunity").Updated);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G07_records_nobody_touched_for_years_are_loaded_too()
    {
        await using var account = await SalesforceAccount.StartAsync(50, "contact");
        var ids = new[] { 1, 3, 10, 20 }.Select(years => account.Crm.Mutate(new CreateRecord(
            "contact", new Dictionary<string, string?> { ["Title"] = $"{years} years ago" }, account.Crm.Clock.GetUtcNow().AddYears(-years)))[0].Id!).ToList();

        await account.OnboardAsync();

        Assert.Subset((await account.MirroredIdsAsync("contact")).ToHashSet(), ids.ToHashSet());
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G09_the_server_picks_its_page_sizes_and_only_its_end_mark_ends_the_read()
    {
        await using var account = await SalesforceAccount.StartAsync(6_100, "contact");
        account.Crm.Control(new PagesControl([1_000, 250, 2_000, 0, 1]) { Stream = "contact" });

        await account.OnboardAsync();
        account.Crm.Mutate(Edit(account.Ids("contact"), "All of them"));
        var report = await account.SyncAsync(SyncKind.LastHour);

        Assert.True(report.Status == SyncStatus.Verified, report.Reason);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G10_two_thousand_records_with_one_stamp_arrive_in_pages_of_four_hundred()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(2_050, "contact");
        account.Crm.Control(new PagesControl([400]));
        var ids = account.Ids("contact");
        account.Crm.Mutate(Edit(ids, "One stamp"));

        var report = await account.SyncAsync(SyncKind.Hourly);

        Assert.True(ids.Count >= 2_000);
        Assert.Equal(ids.Count, account.Of(report, "contact").Updated);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G22_an_empty_page_in_the_middle_does_not_end_a_read()
    {
        await using var account = await SalesforceAccount.StartAsync(700, "contact");
        account.Crm.Control(new PagesControl([100, 0, 0, 100]));

        await account.OnboardAsync();

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G28_changes_made_to_pages_already_read_arrive_with_the_next_sync()
    {
        await using var account = await SalesforceAccount.StartAsync(900, "contact");
        var early = account.Ids("contact")[5];
        account.Crm.Control(new PagesControl([100]), new HookControl(4,
        [
            Edit([early], "Edited behind the reader's back"),
            new CreateRecord("contact", new Dictionary<string, string?> { ["Title"] = "Created behind the reader's back" }),
        ]) { Endpoint = "query-more", Stream = "contact" });

        await account.SyncAsync(SyncKind.Onboarding);
        await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal("Edited behind the reader's back", account.Crm.StateOf("contact", early)!.Properties["Title"]);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G31_an_answer_that_leaves_records_out_is_never_green()
    {
        await using var account = await SalesforceAccount.StartAsync(400, "contact");
        account.Crm.Control(new CapControl(200, CapManner.End) { Endpoint = "query" });

        Assert.Equal(SyncStatus.Unverified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G34_writes_that_show_up_after_the_watermark_has_passed_them_arrive_without_a_full_sync()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(400, "contact");
        account.Crm.Control(new LagControl(TimeSpan.FromSeconds(90)) { Endpoint = "query", Share = 0.05 });
        var ids = account.Ids("contact");
        var random = new Random(34);
        for (var round = 0; round < 40; round++)
        {
            for (var write = 0; write < 15; write++)
            {
                account.Crm.Mutate(Edit([ids[random.Next(ids.Count)]], $"Round {round} write {write}"));
                account.Crm.Clock.Advance(TimeSpan.FromSeconds(2));
            }

            await account.SyncAsync(SyncKind.LastHour);
        }

        account.Crm.Clock.Advance(TimeSpan.FromSeconds(100));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G40_each_version_that_shows_up_late_is_delivered_once()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(60, "contact");
        account.Crm.Control(new LagControl(TimeSpan.FromMinutes(4)) { Endpoint = "query" });
        var id = account.Ids("contact")[9];
        var before = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None))[^1].Position;
        for (var minute = 0; minute < 30; minute++)
        {
            if (minute % 10 == 0)
                account.Crm.Mutate(Edit([id], $"Version {minute / 10}"));
            account.Crm.Clock.Advance(TimeSpan.FromMinutes(1));
            await account.SyncAsync(SyncKind.LastHour);
        }

        Assert.Equal(3, (await account.Mirror.ChangesAsync(before, 100, CancellationToken.None)).Count(change => change.Id.Value == id));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G42_a_page_one_record_short_does_not_end_the_read()
    {
        await using var account = await SalesforceAccount.StartAsync(900, "contact");
        account.Crm.Control(new PagesControl([100, 100, 99, 100]));

        await account.OnboardAsync();

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G46_more_than_ten_thousand_records_with_one_stamp_arrive_in_bounded_requests()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(10_700, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(Edit(ids, "Tie"));

        var report = await account.SyncAsync(SyncKind.LastHour);

        Assert.InRange(ids.Count, 10_001, 10_700);
        Assert.Equal(ids.Count, account.Of(report, "contact").Updated);
        Assert.InRange(report.ApiCalls, 1, 80);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G50_a_locator_that_leads_back_to_its_page_is_noticed_and_costs_no_record()
    {
        await using var account = await SalesforceAccount.StartAsync(500, "contact");
        account.Crm.Control(new PagesControl([20]), new RepeatControl(2));

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.InRange(report.ApiCalls, 1, 200);
        account.Crm.ClearControls();
        if (report.Status != SyncStatus.Verified)
            await account.OnboardAsync();
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G50_single_records_whose_pages_lead_in_a_circle_end_with_an_error()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact");
        account.Crm.Control(new PagesControl([20]), new RepeatControl(1));

        var report = await account.SyncAsync(SyncKind.Records, "contact", [.. account.Ids("contact").Take(100)]);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.InRange(report.ApiCalls, 1, 50);
        Assert.Equal(account.Ids("contact"), await account.MirroredIdsAsync("contact"));
    }

    [Fact]
    public async Task G53_a_load_that_dies_and_is_tried_again_leaves_one_record_and_one_event_per_id()
    {
        await using var account = await SalesforceAccount.StartAsync(1_000, "contact");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            account.Crm.Control(new PagesControl([100]), new FaultControl(503, NoHeaders, null) { Stream = "contact", Skip = 4 });
            Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
            account.Crm.ClearControls();
            await account.RestartAsync();
        }

        await account.OnboardAsync();

        var created = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None)).Where(change => change.Kind == ChangeKind.Created).ToList();
        Assert.Equal(account.Ids("contact").Count, created.Count);
        Assert.Equal(created.Count, created.Select(change => change.Id).Distinct().Count());
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G54_identical_runs_over_the_same_stamps_add_nothing()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact");
        account.Crm.Mutate(Edit(account.Ids("contact"), "Same"));
        account.Crm.Control(new PagesControl([90]), new OrderControl(OrderManner.Ties));
        await account.SyncAsync(SyncKind.LastHour);

        for (var run = 0; run < 3; run++)
        {
            var contacts = account.Of(await account.SyncAsync(SyncKind.LastHour), "contact");
            Assert.Equal((0L, 0L, 0L), (contacts.Created, contacts.Updated, contacts.RowsWritten));
        }
    }

    [Fact]
    public async Task G58_one_create_and_three_edits_are_one_created_and_three_changed_events()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(100, "contact");
        var before = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None))[^1].Position;
        var id = account.Crm.Mutate(new CreateRecord("contact", new Dictionary<string, string?> { ["FirstName"] = "Ada" }))[0].Id!;
        await account.SyncAsync(SyncKind.LastHour);
        for (var edit = 0; edit < 3; edit++)
        {
            account.Crm.Mutate(Edit([id], $"Title {edit}"));
            await account.SyncAsync(SyncKind.LastHour);
            await account.SyncAsync(SyncKind.LastHour);
        }

        var kinds = (await account.Mirror.ChangesAsync(before, 100, CancellationToken.None)).Where(change => change.Id.Value == id).Select(change => change.Kind);
        Assert.Equal([ChangeKind.Created, ChangeKind.Changed, ChangeKind.Changed, ChangeKind.Changed], kinds);
    }

    [Fact]
    public async Task G92_states_that_change_while_pages_are_read_are_right_in_the_end()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(4_000, "opportunity");
        var ids = account.Ids("opportunity");
        account.Crm.Mutate(new EditRecords("opportunity", ids, new Dictionary<string, string?> { ["Name"] = "A note for each" }));
        account.Crm.Control(new PagesControl([200]), new HookControl(2,
            [new EditRecords("opportunity", [.. ids.Take(200)], new Dictionary<string, string?> { ["StageName"] = "Closed Won" })]) { Endpoint = "query-more", Stream = "opportunity" });
        for (var poll = 0; poll < 12; poll++)
        {
            account.Crm.Mutate(new EditRecords("opportunity", [ids[^(1 + poll)]], new Dictionary<string, string?> { ["Name"] = $"Note {poll}" }));
            await account.SyncAsync(SyncKind.Hourly);
            account.Crm.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.All(ids.Take(200), id => Assert.Equal("Closed Won", account.Crm.StateOf("opportunity", id)!.Properties["StageName"]));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G111_the_same_record_twice_in_one_read_is_stored_once_in_its_newest_version()
    {
        await using var account = await SalesforceAccount.StartAsync(500, "contact");
        account.Crm.Control(
            new PagesControl([100]), new TwiceControl { Endpoint = "query-more" },
            new HookControl(1, [Edit([account.Ids("contact")[99]], "Moved while read")]) { Endpoint = "query-more" });

        await account.SyncAsync(SyncKind.Onboarding);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G158_a_second_edit_with_the_stamp_of_the_first_is_not_taken_for_it()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(60, "contact");
        var id = account.Ids("contact")[3];
        var stamp = account.Crm.Clock.GetUtcNow();
        account.Crm.Mutate(Edit([id], "First", stamp));
        await account.SyncAsync(SyncKind.LastHour);
        account.Crm.Mutate(Edit([id], "Second", stamp));

        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    private static EditRecords Edit(IReadOnlyList<string> ids, string title, DateTimeOffset? at = null) =>
        new("contact", ids, new Dictionary<string, string?> { ["Title"] = title }, at);
}
