using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed class SignInTests(Chromium chromium, Site site) : IClassFixture<Site>
{
    [Fact]
    public async Task A_reader_is_asked_to_sign_in_and_comes_to_the_page_they_wanted()
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.Page.GotoAsync("/settings/sync-status");
        await Assertions.Expect(reader.Heading("Sign in")).ToBeVisibleAsync();
        Assert.Empty(await reader.AccessibilityProblemsAsync());

        await reader.Page.GetByLabel("Email").FillAsync(Site.Owner);
        await reader.Page.GetByLabel("Password").FillAsync(Site.Password);
        await reader.Button("Sign in").ClickAsync();
        await Assertions.Expect(reader.Heading("Sync Status")).ToBeVisibleAsync();

        await reader.Button("Sign out").ClickAsync();
        await Assertions.Expect(reader.Heading("Sign in")).ToBeVisibleAsync();
        await reader.Page.GotoAsync("/");
        await Assertions.Expect(reader.Heading("Sign in")).ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_an_address_even_for_the_right_one()
    {
        await using var owner = await chromium.OpenAsync(site.Server.Url);
        await owner.SignInAsync(Site.Owner, Site.Password);
        await owner.GoAsync("/settings/members");
        await owner.AddMemberAsync("eve@example.com", "a password of eve", "viewer");

        await using var reader = await chromium.OpenAsync(site.Server.Url);
        var said = reader.Page.GetByRole(AriaRole.Alert);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            await reader.SignInAsync("eve@example.com", "not the password");
            await Assertions.Expect(said).ToHaveTextAsync("Email or password is wrong.");
        }
        await reader.SignInAsync("eve@example.com", "not the password");
        await Assertions.Expect(said).ToContainTextAsync("locked for 15 minutes");

        await reader.SignInAsync("eve@example.com", "a password of eve");
        await Assertions.Expect(said).ToContainTextAsync("locked for 15 minutes");
    }

    [Fact]
    public async Task The_palette_is_the_systems_until_the_reader_switches_it_and_is_kept()
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url, colors: ColorScheme.Dark);
        await reader.Page.GotoAsync("/sign-in");
        await AssertBackgroundAsync(reader, "rgb(20, 25, 29)");

        await reader.Button("Switch between light and dark").ClickAsync();
        await AssertBackgroundAsync(reader, "rgb(244, 246, 248)");

        await reader.Page.ReloadAsync();
        await AssertBackgroundAsync(reader, "rgb(244, 246, 248)");
        reader.AssertNoComplaints();
    }

    // The sheet of the palette that was not shown may still be on its way when the switch is pressed: the browser loads it last.
    private static Task AssertBackgroundAsync(Reader reader, string color) =>
        Assertions.Expect(reader.Page.Locator("body")).ToHaveCSSAsync("background-color", color);
}
