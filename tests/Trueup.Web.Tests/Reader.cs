using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Trueup.Web.Tests;

/// <summary>Somebody in front of the pages. What the browser complains about is kept, and fails the test.</summary>
public sealed class Reader : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> complaints = new();

    internal Reader(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                complaints.Enqueue(message.Text);
        };
    }

    /// <summary>The tab.</summary>
    public IPage Page { get; }

    /// <summary>Signs in on the sign-in page.</summary>
    public async Task SignInAsync(string email, string password)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("Email").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>Adds a member on the members page.</summary>
    public async Task AddMemberAsync(string email, string password, string role)
    {
        await Page.GetByLabel("Email", new() { Exact = true }).FillAsync(email);
        await Page.GetByLabel("First password").FillAsync(password);
        await Page.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync(role);
        await Button("Add a member").ClickAsync();
        await Assertions.Expect(Page.GetByRole(AriaRole.Rowheader, new() { Name = email })).ToBeVisibleAsync();
    }

    /// <summary>Goes to a page and waits until it is live.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await BeLiveAsync();
    }

    /// <summary>Waits until the page's circuit is open, so that what is pressed is heard.</summary>
    public Task BeLiveAsync() => Page.WaitForFunctionAsync("() => document.querySelector('[data-live=true]') !== null");

    /// <summary>A heading that is shown.</summary>
    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    /// <summary>A button.</summary>
    public ILocator Button(string name, bool exact = false) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = exact });

    /// <summary>What axe finds wrong with the page as it is, beside what Radzen's grid itself does: its column of arrows has no heading.</summary>
    public async Task<IReadOnlyList<string>> AccessibilityProblemsAsync()
    {
        await Page.EvaluateAsync(await File.ReadAllTextAsync(AxeFile()));
        var found = await Page.EvaluateAsync<JsonElement>("async () => (await window.axe.run({ resultTypes: ['violations'] })).violations");
        return [.. found.EnumerateArray().Where(v => v.GetProperty("id").GetString() != "empty-table-header").Select(v =>
            $"{v.GetProperty("id").GetString()}: {string.Join(" | ", v.GetProperty("nodes").EnumerateArray().Take(3).Select(n => n.GetProperty("html").GetString()))}")];
    }

    /// <summary>How far the page is wider than the window, in pixels.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Takes a picture of the page, where somebody asked for pictures: TRUEUP_PICTURES names the folder.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("TRUEUP_PICTURES") is not { Length: > 0 } folder)
            return;
        var isDark = await Page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}-{Page.ViewportSize!.Width}-{(isDark ? "dark" : "light")}.png") });
    }

    /// <summary>Fails if the browser complained: a script error, a file that is missing, a breach of the content security policy.</summary>
    public void AssertNoComplaints() => Assert.Empty(complaints);

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();

    private static string AxeFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "tests", "node", "node_modules", "axe-core", "axe.min.js");
            if (File.Exists(file))
                return file;
        }
        throw new InvalidOperationException("axe-core is not there; ./test installs it, or run: npm ci --prefix tests/node");
    }
}
