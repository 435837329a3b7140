using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 1 and 2, that were told of other vendors: what they did wrong could be done wrong with HubSpot as well.</summary>
public sealed class Boundaries
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Fact]
    public async Task G01_a_tie_that_straddles_a_page_and_a_crash_loses_nothing()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(330, 1, "contacts");
        account.Crm.Mutate(Edit(account.Ids("contacts"), "Tie"));
        account.Crm.Control(new FaultControl(503, NoHeaders, null) { Endpoint = "search", Skip = 1 });
        Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.LastHour)).Status);
        account.Crm.ClearControls();
        await account.RestartAsync();

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.LastHour)).Status);

        Assert.True(account.Ids("contacts").Count > 200, "The tie fits one page of the search.");
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G03_records_stamped_at_either_side_of_every_window_edge_arrive()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(100, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Clock.Run(0);
        for (var window = 0; window < 4; window++)
        {
            account.Crm.Clock.Advance(TimeSpan.FromMinutes(20));

            // Just before the edge while the window before is still open; at and after the edge once it is closed.
            for (var offset = -2; offset < 0; offset++)
                account.Crm.Mutate(Edit([ids[(window * 5) + offset + 2]], $"Edge {window} {offset}", NextEdge(account).AddMilliseconds(offset)));
            await account.SyncAsync(SyncKind.LastHour);
            var edge = account.Engine.WatermarkOf(new("contacts"))!.Value;
            for (var offset = 0; offset <= 2; offset++)
                account.Crm.Mutate(Edit([ids[(window * 5) + offset + 2]], $"Edge {window} {offset}", edge.AddMilliseconds(offset)));
        }

        account.Crm.Clock.Advance(TimeSpan.FromMinutes(20));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G06_a_stream_whose_query_is_refused_says_so_and_is_complete_once_it_is_answered()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "deals");
        account.Crm.Mutate(new EditRecords("deals", [.. account.Ids("deals").Take(7)], new Dictionary<string, string?> { ["dealname"] = "Renamed" }));
        var before = account.Engine.WatermarkOf(new("deals"));
        account.Crm.Control(new FaultControl(400, NoHeaders, null) { Endpoint = "search", Stream = "deals" });
        for (var run = 0; run < 2; run++)
        {
            var report = await account.SyncAsync(SyncKind.Hourly);
            Assert.Equal(SyncStatus.Failed, account.Of(report, "deals").Status);
            Assert.NotNull(account.Of(report, "deals").Reason);
            Assert.Equal(before, account.Engine.WatermarkOf(new("deals")));
        }

        account.Crm.ClearControls();
        Assert.Equal(7, account.Of(await account.SyncAsync(SyncKind.Hourly), "deals").Updated);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G07_records_nobody_touched_for_years_are_loaded_too()
    {
        await using var account = await HubSpotAccount.StartAsync(50, 1, "contacts");
        var ids = new[] { 1, 3, 10, 20 }.Select(years => account.Crm.Mutate(new CreateRecord(
            "contacts", new Dictionary<string, string?> { ["city"] = $"{years} years ago" }, account.Crm.Clock.GetUtcNow().AddYears(-years)))[0].Id!).ToList();

        await account.SyncAsync(SyncKind.Onboarding);

        Assert.Subset((await account.MirroredIdsAsync("contacts")).ToHashSet(), ids.ToHashSet());
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G09_the_server_picks_its_page_sizes_and_only_its_end_mark_ends_the_read()
    {
        await using var account = await HubSpotAccount.StartAsync(1_010, 1, "contacts");
        account.Crm.Control(
            new PagesControl([100, 25, 1, 90, 7]) { Endpoint = "list" }, new PagesControl([50, 12, 200]) { Endpoint = "search" });

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
        account.Crm.Mutate(Edit(account.Ids("contacts"), "All of them"));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G10_two_thousand_records_with_one_stamp_arrive_in_pages_of_forty()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(2_050, 1, "contacts");
        account.Crm.Control(new PagesControl([40]) { Endpoint = "search" });
        var ids = account.Ids("contacts");
        account.Crm.Mutate(Edit(ids, "One stamp"));

        var report = await account.SyncAsync(SyncKind.Hourly);

        Assert.True(ids.Count >= 2_000);
        Assert.Equal(ids.Count, account.Of(report, "contacts").Updated);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G18_links_that_could_not_be_read_are_read_later_though_their_records_were_done()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "companies");
        var contacts = account.Ids("contacts");
        for (var index = 0; index < 10; index++)
            account.Crm.Mutate(new AssociateRecords(new("contacts", contacts[index]), new("companies", account.Ids("companies")[3])));
        account.Crm.Mutate(Edit([.. contacts.Take(10)], "Linked"));
        account.Crm.Control(new FaultControl(400, NoHeaders, null) { Endpoint = "associations" });
        Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Hourly)).Status);
        account.Crm.ClearControls();

        await account.SyncAsync(SyncKind.Hourly);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G20_a_full_page_without_a_sign_of_more_is_no_proof_of_the_end()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(700, 1, "contacts");
        var before = account.Ids("contacts").Count;
        account.Crm.Control(new CapControl(300, CapManner.End) { Endpoint = "list" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Unverified, report.Status);
        Assert.Equal(before, (await account.MirroredIdsAsync("contacts")).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G28_changes_made_to_pages_already_read_arrive_with_the_next_sync()
    {
        await using var account = await HubSpotAccount.StartAsync(900, 1, "contacts");
        var early = account.Ids("contacts")[5];
        account.Crm.Control(new HookControl(4,
        [
            Edit([early], "Edited behind the reader's back"),
            new CreateRecord("contacts", new Dictionary<string, string?> { ["city"] = "Created behind the reader's back" }),
        ]) { Endpoint = "list", Stream = "contacts" });

        await account.SyncAsync(SyncKind.Onboarding);
        await account.SyncAsync(SyncKind.Hourly);

        Assert.Contains(account.Crm.State("contacts").Streams.Values.Single(), record => record.Id == early && record.Properties["city"] == "Edited behind the reader's back");
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G34_writes_that_show_up_after_the_watermark_has_passed_them_arrive_without_a_full_sync()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(400, 1, "contacts");
        account.Crm.Control(new LagControl(TimeSpan.FromSeconds(90)) { Endpoint = "search", Share = 0.05 });
        var ids = account.Ids("contacts");
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
        await using var account = await HubSpotAccount.OnboardedAsync(60, 1, "contacts");
        account.Crm.Control(new LagControl(TimeSpan.FromMinutes(4)) { Endpoint = "search" });
        var id = account.Ids("contacts")[9];
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
    public async Task G158_a_second_edit_with_the_stamp_of_the_first_is_not_taken_for_it()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(60, 1, "contacts");
        var id = account.Ids("contacts")[3];
        var stamp = account.Crm.Clock.GetUtcNow();
        account.Crm.Mutate(Edit([id], "First", stamp));
        await account.SyncAsync(SyncKind.LastHour);
        account.Crm.Mutate(Edit([id], "Second", stamp));

        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    // A sync happens five seconds from now; the watermark stays ten minutes behind the CRM's time, which is told in whole seconds.
    private static DateTimeOffset NextEdge(HubSpotAccount account)
    {
        var now = account.Crm.Clock.GetUtcNow() + TimeSpan.FromSeconds(5);
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero) - TimeSpan.FromMinutes(10);
    }

    private static EditRecords Edit(IReadOnlyList<string> ids, string city, DateTimeOffset? at = null) =>
        new("contacts", ids, new Dictionary<string, string?> { ["city"] = city }, at);
}
