using System.Net.Http.Headers;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class PagesTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    [Theory]
    [InlineData(false, ColorScheme.Light)]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    public async Task Every_page_can_be_used_by_everybody_on_desk_and_phone_by_day_and_night(bool isPhone, ColorScheme colors)
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url, isPhone, colors);
        await reader.SignInAsync(Site.Owner, Site.Password);
        foreach (var path in new[] { "/", "/connect", "/connect/hubspot", "/settings/sync-status", "/settings/tokens", "/settings/members", $"/connections/{site.Acme}", "/nowhere" })
        {
            await reader.GoAsync(path);
            Assert.Equal(1, await reader.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).CountAsync());
            Assert.True(await reader.OverflowAsync() == 0, $"{path} is wider than the window.");
            Assert.Equal([], await reader.AccessibilityProblemsAsync());
        }
    }

    [Fact]
    public async Task A_new_token_is_shown_once_opens_the_api_and_is_refused_when_revoked()
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync("/settings/tokens");

        await reader.Page.GetByLabel("Name").FillAsync("Nightly export");
        await reader.Button("Create a token").ClickAsync();
        var token = await reader.Page.GetByRole(AriaRole.Textbox, new() { Name = "The token" }).InputValueAsync();
        Assert.Equal(200, await StatusWithAsync(token));

        await reader.Page.ReloadAsync();
        await reader.BeLiveAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Textbox, new() { Name = "The token" })).ToHaveCountAsync(0);
        Assert.DoesNotContain(token, await reader.Page.ContentAsync(), StringComparison.Ordinal);

        await reader.Button("Revoke Nightly export").ClickAsync();
        await reader.Button("Revoke it").ClickAsync();
        await Assertions.Expect(reader.Page.GetByText("There is no token yet.")).ToBeVisibleAsync();
        Assert.Equal(401, await StatusWithAsync(token));
    }

    [Fact]
    public async Task An_account_goes_only_after_its_name_was_typed()
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        await reader.GoAsync($"/connections/{site.Acme}");

        await reader.Page.GetByLabel("Type Acme to confirm").PressSequentiallyAsync("Acm");
        await Assertions.Expect(reader.Button("Remove the account")).ToBeDisabledAsync();
        await reader.Button("Pause").ClickAsync();
        await Assertions.Expect(reader.Button("Resume")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.Locator(".page-head .badge")).ToHaveTextAsync("Paused");
        await reader.Button("Resume").ClickAsync();
        await Assertions.Expect(reader.Button("Pause")).ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    private async Task<int> StatusWithAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = site.Server.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync(new Uri("/api/v1/connections", UriKind.Relative));
        return (int)answer.StatusCode;
    }
}
