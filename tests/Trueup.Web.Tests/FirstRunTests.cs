using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

public sealed partial class FirstRunTests(Chromium chromium, NewSite site) : IClassFixture<NewSite>
{
    [Fact]
    public async Task Only_who_reads_the_servers_log_makes_the_owner()
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.Page.GotoAsync("/");
        await Assertions.Expect(reader.Heading("Set up Trueup")).ToBeVisibleAsync();
        Assert.Empty(await reader.AccessibilityProblemsAsync());

        await FillAsync(reader, "NOTTHECODE22");
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is not the code in the server's log.");

        await FillAsync(reader, Code().Match(site.Server.Program.Said).Groups[1].Value);
        await Assertions.Expect(reader.Heading("Nothing is connected yet")).ToBeVisibleAsync();

        await reader.Page.GotoAsync("/first-run");
        await Assertions.Expect(reader.Heading("Sign in")).ToBeVisibleAsync();
        reader.AssertNoComplaints();
    }

    private static async Task FillAsync(Reader reader, string code)
    {
        await reader.Page.GetByLabel("Code from the server's log").FillAsync(code);
        await reader.Page.GetByLabel("Your email").FillAsync(Site.Owner);
        await reader.Page.GetByLabel("Password").FillAsync(Site.Password);
        await reader.Button("Create the owner").ClickAsync();
    }

    [GeneratedRegex("this code: ([A-Z2-9]{12})")]
    private static partial Regex Code();
}
