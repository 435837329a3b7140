using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 3, 13 and 15: budgets that others use too, tokens that end, sign-ins that are taken away.</summary>
public sealed class Limits
{
    [Fact]
    public async Task G43_the_number_of_records_does_not_depend_on_page_sizes_or_order()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(900, 1, "contacts");
        foreach (var size in new[] { 200, 50, 7 })
        {
            account.Crm.Control(
                new PagesControl([size]) { Endpoint = "search" }, new PagesControl([size]) { Endpoint = "list" },
                new OrderControl(OrderManner.Ties) { Endpoint = "search" }, new OrderControl(OrderManner.Shuffle) { Endpoint = "list" });
            account.Crm.Mutate(new EditRecords("contacts", account.Ids("contacts"), new Dictionary<string, string?> { ["city"] = $"Pages of {size}" }));
            Assert.Equal(account.Ids("contacts").Count, account.Of(await account.SyncAsync(SyncKind.LastHour), "contacts").Updated);
            Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
            await account.AssertEqualAsync();
            account.Crm.ClearControls();
        }
    }

    [Fact]
    public async Task G44_a_page_that_comes_again_instead_of_the_next_is_noticed()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(500, 1, "contacts");
        var before = account.Ids("contacts").Count;
        account.Crm.Control(new RepeatControl(2) { Endpoint = "list", Stream = "contacts" });
        account.Crm.Requests.Clear();

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.InRange(account.Crm.Requests.All.Count, 1, 100);
        Assert.Equal(before, (await account.MirroredIdsAsync("contacts")).Count);
        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
    }

    [Fact]
    public async Task G49_links_that_come_in_several_pages_are_all_read_and_the_reading_ends()
    {
        await using var account = await HubSpotAccount.StartAsync(300, 1, "contacts", "companies");
        var company = account.Ids("companies")[0];
        foreach (var contact in account.Ids("contacts").Take(250))
            account.Crm.Mutate(new AssociateRecords(new("contacts", contact), new("companies", company)));

        await account.SyncAsync(SyncKind.Onboarding);

        var links = await account.Mirror.LinksAsync(new("companies"), new RecordId(company), CancellationToken.None);
        Assert.InRange(links.Select(link => link.Link.Target).Distinct().Count(), 250, 300);
        Assert.InRange(account.Crm.Requests.Count("associations"), 1, 20);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G118_a_window_that_another_app_has_nearly_used_up_is_waited_for_and_not_hammered()
    {
        await using var account = await HubSpotAccount.StartAsync(15_000, 1, "contacts");
        // The engine's clock runs a hundred times as fast as the wall's: the CRM's windows must do so, too.
        account.Crm.Clock.Run(100);
        account.Crm.Control(new QuotaControl("burst", 100, 95));

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        var all = account.Crm.Requests.All;
        Assert.True(all.Count > 150, $"Only {all.Count} calls were made.");
        Assert.InRange(all.Count(request => request.Status == 429), 0, 3);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G119_a_mass_edit_beyond_the_search_limit_is_read_once_and_to_its_end()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(12_000, 1, "deals");
        var deals = account.Ids("deals");
        var before = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None))[^1].Position;
        account.Crm.Clock.Run(100);
        account.Crm.Control(new QuotaControl("search", 4, 0));
        account.Crm.Control(new TieControl(deals.Count, new Dictionary<string, string?> { ["dealstage"] = "contractsent" }) { Stream = "deals" });

        SyncReport report;
        var polls = 0;
        do
            report = await account.SyncAsync(SyncKind.LastHour);
        while (report.Status == SyncStatus.Failed && ++polls < 10);

        Assert.InRange(polls, 0, 9);
        var changed = (await account.Mirror.ChangesAsync(before, 10_000, CancellationToken.None)).Where(change => change.Kind == ChangeKind.Changed).ToList();
        Assert.Equal(deals.Count, changed.Count);
        Assert.Equal(deals.Count, changed.Select(change => change.Id).Distinct().Count());
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G137_a_token_that_ends_between_a_page_and_its_links_is_replaced_once()
    {
        for (var after = 25; after < 60; after += 5)
        {
            await using var account = await HubSpotAccount.StartAsync(250, 1, "contacts", "companies");
            var refreshes = await account.UseOAuthAsync();
            account.Crm.Control(new ExpireControl("token", after));

            Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

            Assert.InRange(refreshes(), 0, 1);
            await account.AssertEqualAsync();
        }
    }

    [Fact]
    public async Task G142_an_access_that_is_withdrawn_stops_at_once_and_deletes_nothing()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts");
        await account.UseOAuthAsync();
        await account.SyncAsync(SyncKind.LastHour);
        account.Crm.Control(new ExpireControl("revoke", 0));
        account.Crm.Requests.Clear();

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.Contains("Reconnect", report.Reason);
        Assert.InRange(account.Crm.Requests.All.Count, 1, 6);
        Assert.Equal(account.Ids("contacts").Count, (await account.MirroredIdsAsync("contacts")).Count);
    }
}
