using System.Text;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class BulkEditTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Fact]
    public async Task A_field_of_all_records_that_match_a_filter_is_set_after_a_review()
    {
        var ids = (await site.Crm.LiveIdsAsync("contacts"))[..3];
        await MarkAsync(ids, "Bulk town");
        await using var reader = await OpenAsync("many?filter=city = \"Bulk town\"");
        await Assertions.Expect(reader.Page.GetByText("the 3 records with")).ToBeVisibleAsync();
        await reader.Page.GetByLabel("Field", new() { Exact = true }).SelectOptionAsync("zip");
        await reader.Page.GetByLabel("Postal Code").FillAsync("24103");

        await reader.Button("Review").ClickAsync();
        await reader.Button("Make 3 changes live").ClickAsync();

        await Assertions.Expect(reader.Heading("Edit: 3 changes of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.Locator(".page-head .badge")).ToHaveTextAsync("Done");
        foreach (var id in ids)
            Assert.Equal("24103", await site.ValueAsync("contacts", id, "zip"));
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_text_is_replaced_within_a_field_of_the_records_that_were_chosen()
    {
        var ids = (await site.Crm.LiveIdsAsync("contacts"))[4..7];
        await MarkAsync(ids, "Old Harbour Street");
        await using var reader = await OpenAsync("?sort=id&columns=city&filter=city = \"Old Harbour Street\"");
        await reader.Page.GetByLabel($"Choose {ids[0]}", new() { Exact = true }).CheckAsync();
        await reader.Page.GetByLabel($"Choose {ids[1]}", new() { Exact = true }).CheckAsync();
        await reader.Page.GetByRole(AriaRole.Link, new() { Name = "Change 2 records…" }).ClickAsync();
        await reader.Page.GetByLabel("replace a text within a field").CheckAsync();
        await reader.Page.GetByLabel("Field", new() { Exact = true }).SelectOptionAsync("city");
        await reader.Page.GetByLabel("Find").FillAsync("Street");
        await reader.Page.GetByLabel("Replace with").FillAsync("Road");

        await reader.Button("Review").ClickAsync();
        await reader.Button("Make 2 changes live").ClickAsync();

        await Assertions.Expect(reader.Page.Locator(".page-head .badge")).ToHaveTextAsync("Done");
        await Assertions.Expect(reader.Heading("Edit: 2 changes of Contacts")).ToBeVisibleAsync();
        Assert.Equal("Old Harbour Road", await site.ValueAsync("contacts", ids[0], "city"));
        Assert.Equal("Old Harbour Street", await site.ValueAsync("contacts", ids[2], "city"));
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_csv_file_is_mapped_matched_by_email_and_reviewed_and_rows_without_a_record_are_named()
    {
        var ids = (await site.Crm.LiveIdsAsync("contacts"))[8..10];
        var emails = new[] { await site.ValueAsync("contacts", ids[0], "email"), await site.ValueAsync("contacts", ids[1], "email") };
        await using var reader = await OpenAsync("import");
        await ChooseAsync(reader, new FilePayload
        {
            Name = "towns.csv", MimeType = "text/csv",
            Buffer = Encoding.UTF8.GetBytes($"Email;Town;Note\r\n{emails[0]};Kappeln;x\r\n{emails[1]?.ToUpperInvariant()};\"Kappeln; Schlei\";y\r\nnobody@example.org;Kappeln;z\r\n"),
        });
        await Assertions.Expect(reader.Page.GetByLabel("Field for Email")).ToHaveValueAsync("email");
        await reader.Page.GetByLabel("Field for Town").SelectOptionAsync("city");
        await Assertions.Expect(reader.Page.GetByLabel("Find the record of a row by")).ToHaveValueAsync("0:email");

        await reader.Button("Review").ClickAsync();
        await Assertions.Expect(reader.Page.GetByText("Line 4: No record holds \"nobody@example.org\" in email.")).ToBeVisibleAsync();
        await reader.PictureAsync("import");
        Assert.Equal([], await reader.AccessibilityProblemsAsync());
        await reader.Button("Review the other 2 changes").ClickAsync();
        await reader.Button("Make 2 changes live").ClickAsync();

        await Assertions.Expect(reader.Heading("Edit: 2 changes of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.Locator(".page-head .badge")).ToHaveTextAsync("Done");
        Assert.Equal("Kappeln", await site.ValueAsync("contacts", ids[0], "city"));
        Assert.Equal("Kappeln; Schlei", await site.ValueAsync("contacts", ids[1], "city"));
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_file_that_is_not_as_it_should_be_says_where()
    {
        await using var reader = await OpenAsync("import");

        await ChooseAsync(reader, new FilePayload
        {
            Name = "bad.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes("id,city\n1,Kiel\n2\n"),
        });

        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Line 3 has 1 cells, the heading 2.");
    }

    [Theory]
    [InlineData(false, ColorScheme.Light)]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    public async Task Many_records_can_be_changed_by_everybody_on_desk_and_phone_by_day_and_night(bool isPhone, ColorScheme colors)
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url, isPhone, colors);
        await reader.SignInAsync(Site.Owner, Site.Password);
        foreach (var (path, button) in new[] { ("many", "Review"), ("import", ""), ("new", "Create it in HubSpot") })
        {
            await reader.GoAsync($"/connections/{site.Acme}/records/contacts/{path}");
            await Assertions.Expect(button.Length > 0 ? reader.Button(button) : reader.Page.GetByLabel("A CSV file with a heading")).ToBeVisibleAsync();
            await reader.PictureAsync(path);
            Assert.True(await reader.OverflowAsync() == 0, $"{path} is wider than the window.");
            Assert.Equal([], await reader.AccessibilityProblemsAsync());
            reader.AssertNoComplaints();
        }
    }

    private async Task MarkAsync(string[] ids, string city)
    {
        using var run = await site.Server.PostAsync($"/api/v1/connections/{site.Acme}/edits", new
        {
            mode = "update", stream = "contacts", ifConflict = "overwrite", changes = ids.Select(id => new { id, fields = new { city } }),
        });
        Assert.Equal(ids.Length, run.RootElement.GetProperty("succeeded").GetInt32());
    }

    /// <summary>Chooses a file once the page listens for it, which is a moment after it is drawn.</summary>
    private static async Task ChooseAsync(Reader reader, FilePayload file)
    {
        await reader.Page.WaitForFunctionAsync("() => document.querySelector('#csv')?._blazorInputFileNextFileId !== undefined");
        await reader.Page.GetByLabel("A CSV file with a heading").SetInputFilesAsync(file);
    }

    private async Task<Reader> OpenAsync(string path)
    {
        var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/connections/{site.Acme}/records/contacts{(path.StartsWith('?') ? "" : "/")}{path}");
        return reader;
    }
}
