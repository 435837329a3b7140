using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class OnboardingTests(Chromium chromium, Site site) : IClassFixture<Site>
{
    [Fact]
    public async Task A_connected_account_is_loaded_under_a_red_banner_that_turns_green_by_itself()
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync("/connect/hubspot");
        Assert.Empty(await reader.AccessibilityProblemsAsync());

        await ConnectAsync(reader, "pat-na1-wrong");
        await Assertions.Expect(reader.Page.Locator(".problem")).Not.ToBeEmptyAsync();
        using (var kept = await site.Server.GetAsync("/api/v1/connections"))
            Assert.Equal(0, kept.RootElement.GetProperty("items").GetArrayLength());

        await site.Crm.FaultAsync(new { control = "stall", endpoint = "list", delay = "PT1S", times = 12 });
        await ConnectAsync(reader, Site.HubSpotToken);
        var banner = reader.Page.GetByRole(AriaRole.Region, new() { Name = "Onboarding of Acme" });
        await Assertions.Expect(banner).ToContainTextAsync("Loading Acme from HubSpot");
        await Assertions.Expect(banner).ToContainTextAsync("%");
        await Assertions.Expect(banner).ToContainTextAsync("left");
        await Assertions.Expect(banner.Locator("li", new() { HasText = "Contacts" })).ToBeVisibleAsync();
        Assert.Equal("rgb(176, 16, 41)", await ColorAsync(banner));
        Assert.Equal(0, (await banner.BoundingBoxAsync())!.Y);
        Assert.Empty(await reader.AccessibilityProblemsAsync());

        // Nobody touches the page from here on.
        await Assertions.Expect(banner).ToContainTextAsync("Acme is ready");
        await Assertions.Expect(banner.Locator(".phase-verified", new() { HasText = "Contacts" })).ToBeVisibleAsync();
        Assert.Equal("rgb(11, 107, 45)", await ColorAsync(banner));
        await Assertions.Expect(reader.Page.Locator(".card .badge")).ToHaveTextAsync("Live");

        await banner.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Assertions.Expect(banner).Not.ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    private static async Task ConnectAsync(Reader reader, string token)
    {
        await reader.Page.GetByLabel("What to call the account").FillAsync("Acme");
        await reader.Page.GetByLabel("Access token").FillAsync(token);
        await reader.Button("Connect").ClickAsync();
    }

    private static Task<string> ColorAsync(ILocator part) => part.EvaluateAsync<string>("e => getComputedStyle(e).backgroundColor");
}
