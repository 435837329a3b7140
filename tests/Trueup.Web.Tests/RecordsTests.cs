using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class RecordsTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Fact]
    public async Task The_last_of_all_records_comes_into_sight_by_scrolling_and_only_what_is_in_sight_is_drawn()
    {
        await using var reader = await OpenAsync("contacts?sort=id");
        await Assertions.Expect(Rows(reader).First).ToBeVisibleAsync();
        Assert.InRange(await Rows(reader).CountAsync(), 10, 100);
        var last = (await site.Server.GetAsync($"/api/v1/connections/{site.Acme}/streams/contacts/records?sort=-id&limit=1")).RootElement
            .GetProperty("items")[0].GetProperty("id").GetString()!;

        await Grid(reader).EvaluateAsync("grid => grid.scrollTo(0, grid.scrollHeight)");

        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = last, Exact = true })).ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_filter_and_an_order_show_what_the_api_shows_and_stay_in_the_address()
    {
        await using var reader = await OpenAsync("contacts");
        await reader.Page.GetByText("Add a condition").ClickAsync();
        await reader.Page.GetByLabel("Field", new() { Exact = true }).SelectOptionAsync("firstname");
        await reader.Page.GetByLabel("Is", new() { Exact = true }).SelectOptionAsync("contains");
        await reader.Page.GetByLabel("Value", new() { Exact = true }).FillAsync("an");
        await reader.Button("Add").ClickAsync();
        await Assertions.Expect(reader.Page.GetByText(new System.Text.RegularExpressions.Regex("of [0-9,]+ records"))).ToBeVisibleAsync();
        await reader.Page.GetByRole(AriaRole.Columnheader).First.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Columnheader).First).ToHaveAttributeAsync("aria-sort", "ascending");
        var expected = (await site.Server.GetAsync($"/api/v1/connections/{site.Acme}/streams/contacts/records?filter=firstname contains \"an\"&sort=id&limit=5")).RootElement
            .GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!).ToArray();

        await reader.Page.ReloadAsync();
        await reader.BeLiveAsync();

        await Assertions.Expect(Rows(reader).First).ToBeVisibleAsync();
        Assert.Equal(expected, (await Rows(reader).GetByRole(AriaRole.Rowheader).AllInnerTextsAsync()).Take(5).Select(text => text.Trim()));
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_filter_that_is_not_valid_says_why_and_keeps_what_was_typed()
    {
        await using var reader = await OpenAsync("contacts");
        await reader.Page.GetByLabel("Filter", new() { Exact = true }).FillAsync("shoes = 42");

        await reader.Button("Show").ClickAsync();

        await Assertions.Expect(reader.Page.Locator("#filter-problem")).ToContainTextAsync("shoes");
        await Assertions.Expect(reader.Page.GetByLabel("Filter", new() { Exact = true })).ToHaveValueAsync("shoes = 42");
    }

    [Fact]
    public async Task Columns_are_chosen_and_pinned()
    {
        await using var reader = await OpenAsync("contacts?columns=email,city");
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Columnheader)).ToHaveCountAsync(3);
        await reader.Page.GetByText("Columns", new() { Exact = true }).ClickAsync();

        await reader.Page.GetByLabel("Find a field").FillAsync("lastname");
        await reader.Page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Columnheader)).ToHaveCountAsync(4);
        await reader.Button("Pin").First.ClickAsync();

        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Columnheader).Nth(1)).ToHaveAttributeAsync("title", "lastname");
        await Grid(reader).EvaluateAsync("grid => grid.scrollTo(10000, 0)");
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Columnheader).Nth(1)).ToBeInViewportAsync();
        Assert.Contains("columns=lastname", Uri.UnescapeDataString(reader.Page.Url), StringComparison.Ordinal);
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task The_keyboard_goes_from_cell_to_cell_and_opens_a_record_with_its_values_links_and_history()
    {
        await using var reader = await OpenAsync("contacts?sort=id");
        await Assertions.Expect(Rows(reader).First).ToBeVisibleAsync();
        var second = (await Rows(reader).Nth(1).GetByRole(AriaRole.Rowheader).InnerTextAsync()).Trim();
        await Grid(reader).FocusAsync();
        foreach (var key in new[] { "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "Home" })
            await reader.Page.Keyboard.PressAsync(key);

        await reader.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(reader.Heading(second)).ToBeVisibleAsync();
        foreach (var heading in new[] { "Values", "Linked records", "History" })
            await Assertions.Expect(reader.Heading(heading)).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "lastname" })).ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task What_is_not_there_says_so()
    {
        await using var reader = await OpenAsync("unicorns");
        await Assertions.Expect(reader.Heading("There is no such stream")).ToBeVisibleAsync();

        await reader.GoAsync($"/connections/{site.Acme}/records/contacts/123456789");
        await Assertions.Expect(reader.Heading("There is no such record")).ToBeVisibleAsync();

        await reader.GoAsync($"/connections/{site.Acme}/records/contacts?filter=city = \"Nowhere at all\"");
        await Assertions.Expect(reader.Page.GetByText("No Contacts match this filter.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(false, ColorScheme.Light)]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    public async Task Records_can_be_read_by_everybody_on_desk_and_phone_by_day_and_night(bool isPhone, ColorScheme colors)
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url, isPhone, colors);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/connections/{site.Acme}/records/contacts?sort=id");
        await Assertions.Expect(Rows(reader).First).ToBeVisibleAsync();
        await AssertUsableAsync(reader);
        await Rows(reader).First.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(reader.Heading("Values")).ToBeVisibleAsync();
        await AssertUsableAsync(reader);
    }


    private static async Task AssertUsableAsync(Reader reader)
    {
        Assert.True(await reader.OverflowAsync() == 0, "The page is wider than the window.");
        Assert.Equal([], await reader.AccessibilityProblemsAsync());
        reader.AssertNoComplaints();
    }

    private static ILocator Grid(Reader reader) => reader.Page.GetByRole(AriaRole.Region, new() { Name = "Records of Contacts" });

    private static ILocator Rows(Reader reader) => Grid(reader).Locator("tbody tr").Filter(new() { Has = reader.Page.GetByRole(AriaRole.Link) });

    private async Task<Reader> OpenAsync(string path)
    {
        var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/connections/{site.Acme}/records/{path}");
        return reader;
    }
}
