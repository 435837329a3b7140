using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Host.Tests;

/// <summary>The built program as people start it: what it says and how it ends.</summary>
public sealed class Commands : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-commands-").FullName;

    [Fact]
    public async Task A_wrong_setting_stops_the_start_with_one_line_and_status_2()
    {
        var (status, said) = await RunAsync(["serve"], ("TRUEUP_SCHEDULE__HOURLY", "hourly"));

        Assert.Equal(2, status);
        Assert.Equal("TRUEUP_SCHEDULE__HOURLY is hourly; allowed: an ISO 8601 duration of at least PT1S, such as PT1H.", said);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_told_in_one_line()
    {
        var (status, said) = await RunAsync(["serve"], ("TRUEUP_DATA", "/proc/trueup"));

        Assert.Equal(1, status);
        Assert.StartsWith("The data folder /proc/trueup cannot be written: ", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Fact]
    public async Task A_damaged_catalog_is_told_in_one_line_and_left_as_it_is()
    {
        var catalog = Path.Combine(folder, "catalog.db");
        var content = new string('x', 8192);
        await File.WriteAllTextAsync(catalog, content);

        var (status, said) = await RunAsync(["serve"], ("TRUEUP_DATA", folder));

        Assert.Equal(1, status);
        Assert.StartsWith($"The catalog {catalog} cannot be used: ", said, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(catalog));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("sync")]
    [InlineData("serve", "now")]
    [InlineData("emulate", "nocrm")]
    public async Task A_wrong_call_ends_with_status_2(params string[] words)
    {
        var (status, said) = await RunAsync(words);

        Assert.Equal(2, status);
        Assert.NotEmpty(said);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_a_command_ends_with_status_3()
    {
        var (status, said) = await RunAsync(["status"], ("TRUEUP_URL", $"http://127.0.0.1:{TrueupServer.FreePort()}"), ("TRUEUP_TOKEN", TrueupServer.Token));

        Assert.Equal(3, status);
        Assert.Contains("cannot be reached", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_does_not_touch_a_folder_that_it_did_not_make()
    {
        var mine = Path.Combine(folder, "mine.txt");
        await File.WriteAllTextAsync(mine, "precious");

        var (status, said) = await RunAsync(["demo"], ("TRUEUP_DATA", folder));

        Assert.Equal(1, status);
        Assert.Contains("was not made by the demo", said, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(mine));
    }

    [Fact]
    public async Task The_demo_brings_an_account_of_every_emulated_crm_to_life_by_itself()
    {
        var url = $"http://127.0.0.1:{TrueupServer.FreePort()}";
        await using var program = HostProgram.Start(["demo", "--records", "300", "--json"], new Dictionary<string, string>
        {
            ["TRUEUP_DATA"] = Path.Combine(folder, "demo"), ["TRUEUP_URLS"] = url, ["TRUEUP_API_TOKEN"] = TrueupServer.Token,
        }, folder);
        await program.FirstLineAsync();
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", TrueupServer.Token);

        List<(string? App, string? State)> accounts;
        do
        {
            await TrueupServer.PauseAsync(100);
            using var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/v1/connections", UriKind.Relative)));
            accounts = [.. answer.RootElement.GetProperty("items").EnumerateArray()
                .Select(account => (account.GetProperty("app").GetString(), account.GetProperty("state").GetString())).OrderBy(account => account.Item1)];
        }
        while (accounts.Exists(account => account.State is not ("live" or "attention")));

        Assert.Equal([("hubspot", "live"), ("intercom", "live"), ("salesforce", "live")], accounts);
    }

    private async Task<(int Status, string Said)> RunAsync(string[] words, params (string Key, string Value)[] settings)
    {
        await using var program = HostProgram.Start(words, settings.ToDictionary(s => s.Key, s => s.Value), folder);
        var status = await program.EndAsync();
        return (status, program.Said.Trim());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
