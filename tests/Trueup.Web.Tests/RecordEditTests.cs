using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class RecordEditTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Fact]
    public async Task A_value_is_edited_on_the_page_of_its_record()
    {
        var id = (await site.Crm.LiveIdsAsync("contacts"))[0];
        await using var reader = await OpenAsync($"contacts/{id}");
        var cell = reader.Page.Locator("[data-cell='city']");
        await cell.FocusAsync();

        await reader.Page.Keyboard.PressAsync("Enter");
        await reader.Page.GetByLabel($"City of {id}").FillAsync("Eckernförde");
        await reader.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(cell).ToHaveClassAsync(new Regex("cell-draft"));
        await reader.PictureAsync("record");
        Assert.Equal([], await reader.AccessibilityProblemsAsync());
        await reader.Button("Save").ClickAsync();

        await Assertions.Expect(reader.Page.Locator(".draft-bar")).ToContainTextAsync("Saved in HubSpot.");
        await Assertions.Expect(cell).ToHaveTextAsync("Eckernförde");
        Assert.Equal("Eckernförde", await site.ValueAsync("contacts", id, "city"));
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_record_is_made_and_deleted_after_a_confirmation()
    {
        await using var reader = await OpenAsync("contacts/new");
        await reader.Page.GetByLabel("Another field").SelectOptionAsync(new SelectOptionValue { Label = "City" });
        await reader.Page.GetByLabel("Email", new() { Exact = true }).FillAsync("made.here@example.com");
        await reader.Page.GetByLabel("City", new() { Exact = true }).FillAsync("Glücksburg");
        await reader.Button("Create it in HubSpot").ClickAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Table of values" })).ToContainTextAsync("Glücksburg");
        var id = reader.Page.Url.Split('/')[^1];
        Assert.Equal("made.here@example.com", await site.ValueAsync("contacts", id, "email"));

        await reader.Button("Delete…").ClickAsync();
        await reader.Button("Delete it").ClickAsync();

        await Assertions.Expect(reader.Heading("Edit: 1 change of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Table of changes" }).GetByText("Deleted", new() { Exact = true })).ToBeVisibleAsync();
        Assert.DoesNotContain(id, await site.Crm.LiveIdsAsync("contacts"));
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_record_is_linked_with_another_on_its_page_and_unlinked_again()
    {
        var (contact, company) = ((await site.Crm.LiveIdsAsync("contacts"))[3], (await site.Crm.LiveIdsAsync("companies"))[^1]);
        await using var reader = await OpenAsync($"contacts/{contact}");
        await reader.Button("Change links").ClickAsync();
        await reader.Page.GetByLabel("Link with one of").SelectOptionAsync("companies");
        await reader.Page.GetByLabel("Its id").FillAsync("no such company");
        await reader.Button("Link", exact: true).ClickAsync();
        await Assertions.Expect(reader.Page.GetByText("Not done: The mirror knows no record no such company among Companies.")).ToBeVisibleAsync();

        await reader.Page.GetByLabel("Its id").FillAsync(company);
        await reader.PictureAsync("links");
        Assert.Equal([], await reader.AccessibilityProblemsAsync());
        await reader.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(reader.Page.GetByText("Linked in HubSpot.")).ToBeVisibleAsync();
        Assert.Contains(company, await site.LinkedAsync("contacts", contact, "companies"));

        await reader.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex($"^Unlink {company}") }).First.ClickAsync();
        await reader.Button("Unlink them").ClickAsync();

        await Assertions.Expect(reader.Page.GetByText("Unlinked in HubSpot.")).ToBeVisibleAsync();
        Assert.DoesNotContain(company, await site.LinkedAsync("contacts", contact, "companies"));
        reader.AssertNoComplaints();
    }

    private async Task<Reader> OpenAsync(string path)
    {
        var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/connections/{site.Acme}/records/{path}");
        return reader;
    }
}
