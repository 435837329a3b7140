using System.Text.Json;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class BrakeTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Fact]
    public async Task A_mass_delete_asks_on_the_dashboard_and_does_as_it_is_told()
    {
        var before = await LiveAsync();
        await site.Crm.MutateAsync(new { op = "purge", stream = "companies", ids = await MostCompaniesAsync() });
        await site.Server.SyncAsync(site.Acme, "full");
        Assert.Equal(before, await LiveAsync());

        await using var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.BeLiveAsync();
        await Assertions.Expect(reader.Heading("Needs you")).ToBeVisibleAsync();
        Assert.Empty(await reader.AccessibilityProblemsAsync());

        await reader.Page.Locator(".brake").GetByRole(AriaRole.Button, new() { Name = "Bury" }).ClickAsync();
        await reader.Button("Decide later").ClickAsync();
        await Assertions.Expect(reader.Heading("Needs you")).ToBeVisibleAsync();

        await reader.Page.Locator(".brake").GetByRole(AriaRole.Button, new() { Name = "Bury" }).ClickAsync();
        Assert.Empty(await reader.AccessibilityProblemsAsync());
        await reader.Button("Bury them").ClickAsync();
        await Assertions.Expect(reader.Heading("Needs you")).ToHaveCountAsync(0);
        Assert.True(await LiveAsync() < before / 2);
        reader.AssertNoComplaints();
    }

    private async Task<IReadOnlyList<string>> MostCompaniesAsync()
    {
        var companies = (await site.Crm.StateAsync()).GetProperty("companies").EnumerateArray()
            .Where(c => c.GetProperty("deleted").ValueKind == JsonValueKind.Null).Select(c => c.GetProperty("id").GetString()!).ToList();
        return companies[..(companies.Count * 3 / 4)];
    }

    private async Task<long> LiveAsync()
    {
        using var streams = await site.Server.GetAsync($"/api/v1/connections/{site.Acme}/streams");
        return streams.RootElement.GetProperty("items").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "companies").GetProperty("live").GetInt64();
    }
}
