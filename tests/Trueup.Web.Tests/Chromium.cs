using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Trueup.Web.Tests.Chromium))]

namespace Trueup.Web.Tests;

/// <summary>The browser, one for all tests; each reader gets a context of their own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Generous, because tests share two cores; nothing waits this long when all is well.</summary>
    private const int PatienceMilliseconds = 90_000;

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        var path = Places.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("There is no Chromium; ./test installs it, or run: apt-get install chromium");
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>Somebody who looks at a server, with no sign-in yet.</summary>
    public async Task<Reader> OpenAsync(Uri server, bool isPhone = false, ColorScheme colors = ColorScheme.Light)
    {
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = server.ToString(), ColorScheme = colors, TimezoneId = "Europe/Berlin", ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = isPhone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1440, Height = 900 },
        });
        context.SetDefaultTimeout(PatienceMilliseconds);
        return new Reader(await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}
