using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class EditRunTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Fact]
    public async Task A_review_shows_what_would_change_and_writes_nothing_until_it_is_made_live_and_the_run_can_be_undone()
    {
        var id = await ContactAsync(0);
        var before = await site.ValueAsync("contacts", id, "city");
        await using var reader = await OpenAsync(await StartAsync("preview", new { id, fields = new { city = "Kiel" } }));
        await Assertions.Expect(reader.Heading("Review: 1 change of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(Change(reader, id)).ToContainTextAsync("Would change");
        await Assertions.Expect(Change(reader, id)).ToContainTextAsync("Kiel");
        Assert.Equal(before, await site.ValueAsync("contacts", id, "city"));

        await reader.Button("Make 1 change live").ClickAsync();

        await Assertions.Expect(reader.Heading("Edit: 1 change of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(Change(reader, id).GetByText("Changed", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal("Kiel", await site.ValueAsync("contacts", id, "city"));

        await reader.Button("Undo…").ClickAsync();
        await Assertions.Expect(reader.Heading("Review: undo 1 change of Contacts")).ToBeVisibleAsync();
        await reader.Button("Make 1 change live").ClickAsync();
        await Assertions.Expect(reader.Heading("Undo of 1 change of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(Change(reader, id).GetByText("Changed", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(before ?? "", await site.ValueAsync("contacts", id, "city") ?? "");
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_conflict_shows_both_values_and_mine_can_be_taken_for_one_and_theirs_for_another()
    {
        var (mine, theirs) = (await ContactAsync(1), await ContactAsync(2));
        await site.Crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { mine, theirs }, properties = new { city = "Flensburg" } });
        var run = await StartAsync("update", Unseen(mine), Unseen(theirs));
        await using var reader = await OpenAsync(run);
        var conflicts = reader.Page.GetByRole(AriaRole.Region, new() { Name = "Table of conflicts" });
        await Assertions.Expect(Conflict(reader, mine)).ToContainTextAsync("Flensburg");
        await Assertions.Expect(Conflict(reader, mine)).ToContainTextAsync("Husum");

        await Exactly(reader, $"Take theirs for {theirs}").ClickAsync();
        await Assertions.Expect(Conflict(reader, theirs)).ToHaveCountAsync(0);
        await Exactly(reader, $"Take mine for {mine}").ClickAsync();

        await Assertions.Expect(reader.Heading("Edit: 1 change of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(Change(reader, mine).GetByText("Changed", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal("Husum", await site.ValueAsync("contacts", mine, "city"));
        Assert.Equal("Flensburg", await site.ValueAsync("contacts", theirs, "city"));
        await reader.GoAsync($"/edits/{run}");
        await Assertions.Expect(Change(reader, theirs)).ToContainTextAsync($"Left as the app has it, by {Site.Owner}.");
        await Assertions.Expect(Change(reader, mine)).ToContainTextAsync("Written over by");
        await Assertions.Expect(conflicts).ToHaveCountAsync(0);
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_conflict_that_is_decided_in_the_review_is_written_when_it_is_made_live()
    {
        var id = await ContactAsync(3);
        await site.Crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { id }, properties = new { city = "Flensburg" } });
        await using var reader = await OpenAsync(await StartAsync("preview", Unseen(id)));
        await Assertions.Expect(reader.Button("Nothing to change")).ToBeDisabledAsync();

        await reader.Button("Take mine for all").ClickAsync();
        await reader.Button("Make 1 change live").ClickAsync();

        await Assertions.Expect(reader.Heading("Edit: 1 change of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(Change(reader, id).GetByText("Changed", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal("Husum", await site.ValueAsync("contacts", id, "city"));
    }

    [Fact]
    public async Task A_preview_goes_live_once_and_not_over_what_changed_after_it()
    {
        var (changed, quiet) = (await ContactAsync(9), await ContactAsync(10));
        var preview = await StartAsync("preview", new { id = changed, fields = new { city = "Kiel" } }, new { id = quiet, fields = new { city = "Kiel" } });
        await site.Crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { changed }, properties = new { city = "Changed later" } });

        using var run = await site.Server.PostAsync($"/api/v1/edits/{preview}/apply", new { });
        var (status, _, _) = await site.Server.SendAsync(HttpMethod.Post, $"/api/v1/edits/{preview}/apply", new { });

        Assert.Equal(["conflict", "updated"], run.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("outcome").GetString()!));
        Assert.Equal("Changed later", await site.ValueAsync("contacts", changed, "city"));
        Assert.Equal("Kiel", await site.ValueAsync("contacts", quiet, "city"));
        Assert.Equal(404, status);
    }

    [Fact]
    public async Task Chosen_records_of_a_run_are_undone_and_the_others_stay()
    {
        var (back, stays) = (await ContactAsync(4), await ContactAsync(5));
        var before = await site.ValueAsync("contacts", back, "city");
        await using var reader = await OpenAsync(await StartAsync("update", new { id = back, fields = new { city = "Kiel" } }, new { id = stays, fields = new { city = "Kiel" } }));
        await reader.Page.GetByLabel($"Choose {back}", new() { Exact = true }).CheckAsync();

        await reader.Button("Undo 1 record…").ClickAsync();
        await reader.Button("Make 1 change live").ClickAsync();

        await Assertions.Expect(reader.Heading("Undo of 1 change of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(Change(reader, back).GetByText("Changed", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(before ?? "", await site.ValueAsync("contacts", back, "city") ?? "");
        Assert.Equal("Kiel", await site.ValueAsync("contacts", stays, "city"));
    }

    [Fact]
    public async Task Runs_stand_in_the_sync_log_and_in_the_list_of_edits_and_lead_to_their_page()
    {
        var id = await ContactAsync(6);
        var run = await StartAsync("update", new { id, fields = new { city = "Kiel", nonsense = "x" } });
        await using var reader = await OpenAsync(run);
        await Assertions.Expect(Change(reader, id)).ToContainTextAsync("have no field");

        await reader.GoAsync($"/settings/sync-status?open={run}");
        await reader.Page.GetByRole(AriaRole.Link, new() { Name = "What became of each change, conflicts, and undo" }).ClickAsync();
        await Assertions.Expect(reader.Page).ToHaveURLAsync(new Regex($"/edits/{run}$"));

        await reader.GoAsync("/edits");
        await reader.Page.GetByRole(AriaRole.Link, new() { Name = "1 change of contacts" }).First.ClickAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Table of changes" })).ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    [Theory]
    [InlineData(false, ColorScheme.Light)]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    public async Task Edits_can_be_read_by_everybody_on_desk_and_phone_by_day_and_night(bool isPhone, ColorScheme colors)
    {
        var (changed, conflicts) = (await ContactAsync(7), await ContactAsync(8));
        await site.Crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { conflicts }, properties = new { city = "Flensburg" } });
        var run = await StartAsync("preview", new { id = changed, fields = new { city = $"Kiel {isPhone} {colors}" } }, Unseen(conflicts), new { id = "no-such", fields = new { city = "Kiel" } });
        await using var reader = await chromium.OpenAsync(site.Server.Url, isPhone, colors);
        await reader.SignInAsync(Site.Owner, Site.Password);
        foreach (var path in new[] { $"/edits/{run}", "/edits" })
        {
            await reader.GoAsync(path);
            await Assertions.Expect(reader.Page.GetByRole(AriaRole.Region, new() { NameRegex = new("Table of") }).First).ToBeVisibleAsync();
            await reader.PictureAsync($"edits-{path.Split('/')[^1][..4]}");
            Assert.True(await reader.OverflowAsync() == 0, $"{path} is wider than the window.");
            Assert.Equal([], await reader.AccessibilityProblemsAsync());
            reader.AssertNoComplaints();
        }
    }

    /// <summary>A change whose author saw something that the app does not hold.</summary>
    private static object Unseen(string id) => new { id, fields = new { city = "Husum" }, was = new { city = "Seen long ago" } };

    private static ILocator Change(Reader reader, string id) =>
        reader.Page.GetByRole(AriaRole.Region, new() { Name = "Table of changes" }).GetByRole(AriaRole.Row).Filter(new() { Has = reader.Page.GetByRole(AriaRole.Rowheader, new() { Name = id, Exact = true }) });

    private static ILocator Conflict(Reader reader, string id) =>
        reader.Page.GetByRole(AriaRole.Region, new() { Name = "Table of conflicts" }).GetByRole(AriaRole.Row)
            .Filter(new() { Has = reader.Page.GetByRole(AriaRole.Rowheader, new() { Name = id, Exact = true }) });

    private static ILocator Exactly(Reader reader, string name) => reader.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private async Task<string> ContactAsync(int place) => (await site.Crm.LiveIdsAsync("contacts"))[place];

    private async Task<string> StartAsync(string mode, params object[] changes)
    {
        using var run = await site.Server.PostAsync($"/api/v1/connections/{site.Acme}/edits", new { mode, stream = "contacts", changes });
        return run.RootElement.GetProperty("run").GetString()!;
    }

    private async Task<Reader> OpenAsync(string run)
    {
        var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/edits/{run}");
        return reader;
    }
}
