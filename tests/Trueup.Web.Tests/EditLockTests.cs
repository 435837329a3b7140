using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class EditLockTests(Chromium chromium, Site site) : IClassFixture<Site>
{
    [Fact]
    public async Task Cells_are_locked_until_their_stream_is_verified_and_the_page_says_why_and_opens_by_itself()
    {
        await site.Crm.FaultAsync(new { control = "stall", endpoint = "list", stream = "contacts", delay = "PT3S" });
        using var connection = await site.Server.PostAsync("/api/v1/connections", new { app = "hubspot", name = "Acme", credentials = new { accessToken = Site.HubSpotToken } });
        var id = connection.RootElement.GetProperty("id").GetString()!;
        await using var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);

        await reader.GoAsync($"/connections/{id}/records/contacts");

        await Assertions.Expect(reader.Page.GetByText("they can be edited once they are complete and verified")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.Locator("[data-cell]")).ToHaveCountAsync(0);
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "Import" })).ToHaveCountAsync(0);

        await site.Crm.HealAsync();

        await Assertions.Expect(reader.Page.Locator("[data-cell]").First).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.GetByText("they can be edited once they are complete and verified")).ToHaveCountAsync(0);
        reader.AssertNoComplaints();
    }
}
