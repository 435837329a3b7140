using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 3 to 5: pages that shift, loops that never end, records that come twice.</summary>
public sealed class Paging
{
    [Fact]
    public async Task G42_a_page_one_record_short_does_not_end_the_read()
    {
        await using var account = await HubSpotAccount.StartAsync(900, 1, "contacts");
        account.Crm.Control(new PagesControl([100, 100, 99, 100]) { Endpoint = "list" });

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G46_more_than_ten_thousand_records_with_one_stamp_arrive_in_bounded_requests()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(10_700, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new EditRecords("contacts", ids, new Dictionary<string, string?> { ["city"] = "Tie" }));
        account.Crm.Requests.Clear();

        var report = await account.SyncAsync(SyncKind.LastHour);

        Assert.InRange(ids.Count, 10_001, 10_700);
        Assert.Equal(ids.Count, account.Of(report, "contacts").Updated);
        Assert.InRange(report.ApiCalls, 1, 399);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G47_every_page_of_a_long_walk_carries_the_window_and_the_id()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(2_000, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new EditRecords("contacts", ids, new Dictionary<string, string?> { ["city"] = "Walk" }));

        var report = await account.SyncAsync(SyncKind.LastHour);

        var contacts = account.Of(report, "contacts");
        Assert.Equal(ids.Count, contacts.Updated);
        Assert.InRange(contacts.Updated + contacts.Unchanged, ids.Count, ids.Count * 2);
    }

    [Fact]
    public async Task G50_a_page_token_that_leads_back_to_its_page_ends_the_read_with_an_error()
    {
        await using var account = await HubSpotAccount.StartAsync(500, 1, "contacts");
        account.Crm.Control(new RepeatControl(2) { Endpoint = "list" });

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.InRange(report.ApiCalls, 1, 100);
        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G54_identical_runs_over_the_same_stamps_add_nothing()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "contacts");
        account.Crm.Mutate(new EditRecords("contacts", account.Ids("contacts"), new Dictionary<string, string?> { ["city"] = "Same" }));
        await account.SyncAsync(SyncKind.LastHour);

        for (var run = 0; run < 3; run++)
        {
            var report = await account.SyncAsync(SyncKind.LastHour);
            var contacts = account.Of(report, "contacts");
            Assert.Equal((0L, 0L, 0L), (contacts.Created, contacts.Updated, contacts.RowsWritten));
        }
    }

    [Fact]
    public async Task G56_reading_everything_three_times_leaves_one_record_per_id()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(1_000, 1, "companies");
        var companies = account.Ids("companies").Count;

        for (var run = 0; run < 3; run++)
            Assert.Equal(0, account.Of(await account.SyncAsync(SyncKind.Full), "companies").RowsWritten);

        Assert.Equal(companies, (await account.MirroredIdsAsync("companies")).Count);
    }

    [Fact]
    public async Task G58_one_create_and_three_edits_are_one_created_and_three_changed_events()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(100, 1, "contacts");
        var before = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None))[^1].Position;
        var id = account.Crm.Mutate(new CreateRecord("contacts", new Dictionary<string, string?> { ["firstname"] = "Ada" }))[0].Id!;
        await account.SyncAsync(SyncKind.LastHour);
        for (var edit = 0; edit < 3; edit++)
        {
            account.Crm.Mutate(new EditRecords("contacts", [id], new Dictionary<string, string?> { ["city"] = $"City {edit}" }));
            await account.SyncAsync(SyncKind.LastHour);
            await account.SyncAsync(SyncKind.LastHour);
        }

        var kinds = (await account.Mirror.ChangesAsync(before, 100, CancellationToken.None)).Where(change => change.Id.Value == id).Select(change => change.Kind);
        Assert.Equal([ChangeKind.Created, ChangeKind.Changed, ChangeKind.Changed, ChangeKind.Changed], kinds);
    }

    [Fact]
    public async Task G59_records_are_told_apart_by_id_and_never_by_email()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(50, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new EditRecords("contacts", [ids[0]], new Dictionary<string, string?> { ["email"] = "b@example.com" }));
        account.Crm.Mutate(new EditRecords("contacts", [ids[1]], new Dictionary<string, string?> { ["email"] = "a@example.com" }));

        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G111_the_same_record_twice_in_one_read_is_stored_once_in_its_newest_version()
    {
        await using var account = await HubSpotAccount.StartAsync(500, 1, "contacts");
        account.Crm.Control(new TwiceControl { Endpoint = "list" }, new HookControl(2, [new EditRecords("contacts", [account.Ids("contacts")[99]], new Dictionary<string, string?> { ["city"] = "Moved while read" })]) { Endpoint = "list" });

        await account.SyncAsync(SyncKind.Onboarding);

        await account.AssertEqualAsync();
    }
}
