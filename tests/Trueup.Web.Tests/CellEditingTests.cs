using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class CellEditingTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Fact]
    public async Task A_cell_is_edited_with_the_keyboard_and_saved_and_the_save_can_be_undone()
    {
        await using var reader = await OpenAsync();
        var id = await IdAsync(reader, 0);
        var before = await site.ValueAsync("contacts", id, "city");
        await Cell(reader, id, "city").FocusAsync();

        await reader.Page.Keyboard.TypeAsync("Kiel");
        await reader.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Cell(reader, id, "city")).ToHaveClassAsync(new Regex("grid-draft"));
        await Assertions.Expect(Bar(reader)).ToContainTextAsync("1 change in 1 record");
        Assert.Equal(before, await site.ValueAsync("contacts", id, "city"));
        await reader.Page.Keyboard.PressAsync("Control+s");

        await Assertions.Expect(Bar(reader)).ToContainTextAsync("Saved in HubSpot.");
        Assert.Equal("Kiel", await site.ValueAsync("contacts", id, "city"));
        await Assertions.Expect(Cell(reader, id, "city")).ToHaveTextAsync("Kiel");
        await Assertions.Expect(Cell(reader, id, "city")).Not.ToHaveClassAsync(new Regex("grid-draft"));

        await Bar(reader).GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(Bar(reader)).ToContainTextAsync("Undone.");
        Assert.Equal(before ?? "", await site.ValueAsync("contacts", id, "city") ?? "");
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task Changes_of_several_records_are_reviewed_before_they_go_live()
    {
        await using var reader = await OpenAsync();
        var (first, second) = (await IdAsync(reader, 2), await IdAsync(reader, 3));
        await TypeAsync(reader, first, "city", "Rendsburg");
        await TypeAsync(reader, second, "city", "Rendsburg");
        await Assertions.Expect(Bar(reader)).ToContainTextAsync("2 changes in 2 records");

        await reader.Page.Keyboard.PressAsync("Control+s");
        await Assertions.Expect(reader.Heading("Review: 2 changes of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Button("Make 2 changes live")).ToBeEnabledAsync();
        Assert.NotEqual("Rendsburg", await site.ValueAsync("contacts", first, "city"));
        await reader.Page.Keyboard.PressAsync("Control+Enter");

        await Assertions.Expect(reader.Heading("Edit: 2 changes of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.Locator(".page-head .badge")).ToHaveTextAsync("Done");
        Assert.Equal(["Rendsburg", "Rendsburg"], [await site.ValueAsync("contacts", first, "city"), await site.ValueAsync("contacts", second, "city")]);
        await reader.Page.GoBackAsync();
        await Assertions.Expect(Cell(reader, first, "city")).ToHaveTextAsync("Rendsburg");
        await Assertions.Expect(Bar(reader)).ToBeHiddenAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_value_that_somebody_changed_meanwhile_is_not_written_over()
    {
        await using var reader = await OpenAsync();
        var id = await IdAsync(reader, 4);
        await site.Crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { id }, properties = new { city = "Changed there" } });
        await TypeAsync(reader, id, "city", "Kiel");

        await Bar(reader).GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Assertions.Expect(Bar(reader)).ToContainTextAsync("changed in the app since");
        Assert.Equal("Changed there", await site.ValueAsync("contacts", id, "city"));
        await Bar(reader).GetByRole(AriaRole.Link, new() { Name = "Decide" }).ClickAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Button, new() { Name = $"Take mine for {id}", Exact = true })).ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task Escape_leaves_a_cell_as_it_was_and_what_was_typed_can_be_taken_back_and_discarded()
    {
        await using var reader = await OpenAsync();
        var id = await IdAsync(reader, 6);
        await Cell(reader, id, "city").FocusAsync();
        await reader.Page.Keyboard.TypeAsync("Nowhere");
        await reader.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Bar(reader)).ToBeHiddenAsync();

        await TypeAsync(reader, id, "city", "Somewhere");
        await Assertions.Expect(Bar(reader)).ToContainTextAsync("1 change");
        await Cell(reader, id, "city").FocusAsync();
        await reader.Page.Keyboard.PressAsync("Control+z");
        await Assertions.Expect(Bar(reader)).ToBeHiddenAsync();

        await TypeAsync(reader, id, "city", "Somewhere");
        await Bar(reader).GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Assertions.Expect(Cell(reader, id, "city")).Not.ToHaveClassAsync(new Regex("grid-draft"));
        await Assertions.Expect(Bar(reader)).ToBeHiddenAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_choice_is_made_from_the_options_and_what_the_app_calculates_says_so()
    {
        await using var reader = await OpenAsync("columns=lifecyclestage,createdate,city");
        var id = await IdAsync(reader, 8);
        await Cell(reader, id, "lifecyclestage").FocusAsync();
        await reader.Page.Keyboard.PressAsync("Enter");
        var choices = reader.Page.GetByLabel($"Lifecycle Stage of {id}");
        await choices.SelectOptionAsync(await choices.InputValueAsync() == "customer" ? "lead" : "customer");
        await reader.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Cell(reader, id, "lifecyclestage")).ToHaveClassAsync(new Regex("grid-draft"));

        await Cell(reader, id, "createdate").FocusAsync();
        await reader.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(reader.Page.Locator("[data-grid-says]")).ToContainTextAsync(new Regex("read-only|calculated"));
        await Bar(reader).GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task Cells_are_pasted_from_a_spreadsheet_below_and_beside_the_focus()
    {
        await using var reader = await OpenAsync("columns=city,zip,createdate");
        var (first, second) = (await IdAsync(reader, 10), await IdAsync(reader, 11));
        await Cell(reader, first, "city").FocusAsync();

        await reader.Page.EvaluateAsync(
            "text => { const data = new DataTransfer(); data.setData('text/plain', text); document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }",
            "Plön\t24306\tx\r\n\"Bad\nSegeberg\"\t23795\tx\r\n");

        await Assertions.Expect(Bar(reader)).ToContainTextAsync("4 changes in 2 records");
        await Assertions.Expect(Bar(reader)).ToContainTextAsync("Pasted 4 cells. 2 of fields that cannot be edited left alone.");
        await Assertions.Expect(Cell(reader, first, "zip")).ToHaveTextAsync("24306");
        await Assertions.Expect(Cell(reader, second, "city")).ToContainTextAsync("Segeberg");
        await Bar(reader).GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task Viewers_look_and_cannot_edit()
    {
        await using var owner = await chromium.OpenAsync(site.Server.Url);
        await owner.SignInAsync(Site.Owner, Site.Password);
        await owner.GoAsync("/settings/members");
        await owner.AddMemberAsync("vera@example.com", Site.Password, "viewer");
        await using var viewer = await chromium.OpenAsync(site.Server.Url);
        await viewer.SignInAsync("vera@example.com", Site.Password);
        await viewer.GoAsync($"/connections/{site.Acme}/records/contacts?sort=id&columns=city");
        await Assertions.Expect(Grid(viewer).GetByRole(AriaRole.Rowheader).First).ToBeVisibleAsync();

        await Grid(viewer).Locator("tbody td").First.FocusAsync();
        await viewer.Page.Keyboard.TypeAsync("x");

        await Assertions.Expect(viewer.Page.Locator("[data-grid-editor] > *")).ToHaveCountAsync(0);
        await Assertions.Expect(Bar(viewer)).ToHaveCountAsync(0);
        viewer.AssertNoComplaints();
    }

    [Theory]
    [InlineData(false, ColorScheme.Light)]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    public async Task Cells_can_be_edited_by_everybody_on_desk_and_phone_by_day_and_night(bool isPhone, ColorScheme colors)
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url, isPhone, colors);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/connections/{site.Acme}/records/contacts?sort=id&columns=city,lifecyclestage,zip");
        var (first, second) = (await IdAsync(reader, 0), await IdAsync(reader, 1));
        await TypeAsync(reader, first, "city", "Kiel");
        await Cell(reader, second, "city").DblClickAsync();
        await Assertions.Expect(reader.Page.GetByLabel($"City of {second}")).ToBeFocusedAsync();

        await reader.PictureAsync("cells");
        Assert.True(await reader.OverflowAsync() == 0, "The page is wider than the window.");
        Assert.Equal([], await reader.AccessibilityProblemsAsync());
        reader.AssertNoComplaints();
    }

    private static ILocator Grid(Reader reader) => reader.Page.GetByRole(AriaRole.Region, new() { Name = "Records of Contacts" });

    private static ILocator Cell(Reader reader, string id, string field) => Grid(reader).Locator($"[data-record='{id}'][data-cell='{field}']");

    private static ILocator Bar(Reader reader) => reader.Page.Locator(".draft-bar");

    private static async Task<string> IdAsync(Reader reader, int row) =>
        (await Grid(reader).Locator("tbody tr").GetByRole(AriaRole.Link).Nth(row).InnerTextAsync()).Trim();

    private static async Task TypeAsync(Reader reader, string id, string field, string text)
    {
        await Cell(reader, id, field).FocusAsync();
        await reader.Page.Keyboard.TypeAsync(text);
        await reader.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Cell(reader, id, field)).ToHaveTextAsync(text);
    }

    private async Task<Reader> OpenAsync(string query = "columns=city,zip")
    {
        var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/connections/{site.Acme}/records/contacts?sort=id&{query}");
        await Assertions.Expect(Grid(reader).Locator("tbody tr").GetByRole(AriaRole.Link).First).ToBeVisibleAsync();
        return reader;
    }
}
