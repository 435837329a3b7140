using Microsoft.Playwright;
using Trueup.BlackBox;

namespace Trueup.Web.Tests;

/// <summary>A site with an account of an emulated Salesforce org, Acme, that is live.</summary>
public sealed class SalesforceSite : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-web-").FullName;
    private EmulatedCrm crm = null!;

    /// <summary>The server.</summary>
    public TrueupServer Server { get; private set; } = null!;

    /// <summary>The id of Acme.</summary>
    public string Acme { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        crm = await EmulatedCrm.StartAppAsync("salesforce", "--records", "200", "--seed", "7");
        Server = await TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string>
        {
            ["TRUEUP_OWNER_EMAIL"] = Site.Owner, ["TRUEUP_OWNER_PASSWORD"] = Site.Password,
            ["TRUEUP_APPS__SALESFORCE__BASEURL"] = crm.Url.ToString().TrimEnd('/'),
        });
        using var connected = await Server.PostAsync("/api/v1/connections", new
        {
            app = "salesforce", name = "Acme", credentials = new { clientId = "key", clientSecret = "secret" }, streams = new[] { "account", "contact", "survey__c" },
        });
        Acme = connected.RootElement.GetProperty("id").GetString()!;
        await Server.WaitUntilLiveAsync(Acme);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await crm.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

public sealed class FieldsTests(Chromium chromium, SalesforceSite site) : IClassFixture<SalesforceSite>
{
    [Fact]
    public async Task A_stream_says_as_of_when_its_calculated_fields_are_right_and_leads_to_its_fields()
    {
        await using var reader = await SignedInAsync();
        await reader.GoAsync($"/connections/{site.Acme}");
        var streams = reader.Page.GetByRole(AriaRole.Region, new() { Name = "Table of streams" });
        await Assertions.Expect(streams.GetByText("calculated, as of today").First).ToBeVisibleAsync();

        await streams.GetByRole(AriaRole.Link, new() { Name = "Fields of Contacts" }).ClickAsync();

        await Assertions.Expect(reader.Heading("Fields of Contacts")).ToBeVisibleAsync();
        await Assertions.Expect(Row(reader, "Account_Rating__c")).ToContainTextAsync("calculated, as of today");
        await Assertions.Expect(Row(reader, "Title")).Not.ToContainTextAsync("calculated");
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task The_choices_of_a_field_say_with_which_values_of_another_they_may_be_made()
    {
        await using var reader = await SignedInAsync();
        await reader.GoAsync($"/connections/{site.Acme}/fields/contact");

        await Row(reader, "Region__c").GetByText("3 choices, by Country").ClickAsync();

        await Assertions.Expect(Row(reader, "Region__c")).ToContainTextAsync("Ticino, with Switzerland");
        Assert.Empty(await reader.AccessibilityProblemsAsync());
        reader.AssertNoComplaints();
    }

    [Fact]
    public async Task A_stream_that_is_not_there_says_so()
    {
        await using var reader = await SignedInAsync();

        await reader.GoAsync($"/connections/{site.Acme}/fields/unicorns");

        await Assertions.Expect(reader.Heading("There is no such stream")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(false, ColorScheme.Light)]
    [InlineData(false, ColorScheme.Dark)]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    public async Task Fields_can_be_read_by_everybody_on_desk_and_phone_by_day_and_night(bool isPhone, ColorScheme colors)
    {
        await using var reader = await chromium.OpenAsync(site.Server.Url, isPhone, colors);
        await reader.SignInAsync(Site.Owner, Site.Password);
        foreach (var path in new[] { $"/connections/{site.Acme}", $"/connections/{site.Acme}/fields/contact", $"/connections/{site.Acme}/fields/survey__c" })
        {
            await reader.GoAsync(path);
            await Assertions.Expect(reader.Page.GetByRole(AriaRole.Region, new() { NameRegex = new("Table of") }).First).ToBeVisibleAsync();
            Assert.True(await reader.OverflowAsync() == 0, $"{path} is wider than the window.");
            Assert.Equal([], await reader.AccessibilityProblemsAsync());
        }
    }

    private static ILocator Row(Reader reader, string field) =>
        reader.Page.GetByRole(AriaRole.Row).Filter(new() { Has = reader.Page.GetByText(field, new() { Exact = true }) });

    private async Task<Reader> SignedInAsync()
    {
        var reader = await chromium.OpenAsync(site.Server.Url);
        await reader.SignInAsync(Site.Owner, Site.Password);
        return reader;
    }
}
