using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class SyncStatusTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Fact]
    public async Task The_log_shows_every_column_and_a_row_opens_to_what_was_done()
    {
        await using var reader = await SignedInAsync();
        await reader.GoAsync("/settings/sync-status");

        var grid = reader.Page.Locator(".sync-table");
        foreach (var title in new[] { "App", "Account name", "As of", "Total difference", "Total in Trueup", "Total in app", "Breakdown", "Status" })
            await Assertions.Expect(grid.Locator("th", new() { HasText = title }).First).ToBeVisibleAsync();
        var row = grid.Locator(".rz-data-row", new() { HasText = "Onboarding" });
        await Assertions.Expect(row).ToContainTextAsync("HubSpot");
        await Assertions.Expect(row).ToContainTextAsync("Acme");
        await Assertions.Expect(row).ToContainTextAsync("Verified");

        await row.ClickAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Streams of this sync" })).ToContainTextAsync("Contacts");
        await reader.Page.GetByText("Why it did what it did").ClickAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Plan of this sync" })).ToContainTextAsync("contacts");
        Assert.Empty(await reader.AccessibilityProblemsAsync());
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task Sync_changes_from_last_day_says_that_it_was_started_and_appears_in_the_log_by_itself()
    {
        await using var reader = await SignedInAsync();
        await reader.GoAsync("/settings/sync-status");

        await reader.Button("Sync changes from last day").ClickAsync();

        await Assertions.Expect(reader.Page.Locator(".rz-notification")).ToContainTextAsync("Sync started");
        var row = reader.Page.Locator(".rz-data-row", new() { HasText = "Last day" }).First;
        await Assertions.Expect(row.Locator(".badge")).ToHaveTextAsync("✓Verified");
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task Filters_narrow_the_log_and_lie_in_the_address()
    {
        await using var reader = await SignedInAsync();
        await reader.GoAsync("/settings/sync-status");

        await reader.Page.GetByLabel("Status").SelectOptionAsync("Failed");

        await Assertions.Expect(reader.Page.GetByText("No sync matches these filters.")).ToBeVisibleAsync();
        Assert.Contains("status=Failed", reader.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_sees_the_log_but_can_start_and_change_nothing()
    {
        await using var owner = await SignedInAsync();
        await owner.GoAsync("/settings/members");
        await owner.AddMemberAsync("vera@example.com", "a password of vera", "viewer");

        await using var viewer = await chromium.OpenAsync(site.Server.Url);
        await viewer.SignInAsync("vera@example.com", "a password of vera");
        await viewer.GoAsync("/settings/sync-status");
        await Assertions.Expect(viewer.Page.Locator(".rz-data-row").First).ToBeVisibleAsync();
        await Assertions.Expect(viewer.Button("Sync changes from last day")).ToHaveCountAsync(0);
        await viewer.GoAsync($"/connections/{site.Acme}");
        await Assertions.Expect(viewer.Heading("Streams")).ToBeVisibleAsync();
        await Assertions.Expect(viewer.Heading("Manage")).ToHaveCountAsync(0);

        await viewer.Page.GotoAsync("/settings/tokens");
        await Assertions.Expect(viewer.Heading("API tokens")).ToHaveCountAsync(0);
    }

    private async Task<Reader> SignedInAsync()
    {
        var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        return reader;
    }
}
