using System.Diagnostics;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>A server that is asked to stop, or stands still for a while.</summary>
public sealed class Stops : IDisposable
{
    private static readonly string[] Streams = ["contacts", "companies"];

    /// <summary>What the connector fetches and the engine reads ahead of writing.</summary>
    private const int MostPagesOnTheirWay = 15;

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-stops-").FullName;

    [Fact]
    public async Task A_stop_in_the_middle_of_an_onboarding_ends_in_ten_seconds_and_the_next_start_goes_on_from_there()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "16000", "--seed", "51");
        // What a CRM takes for each answer, so that the stop meets the load at work.
        await crm.FaultAsync(new { control = "stall", endpoint = "list", delay = "PT0.03S" });
        string connection;
        int before;
        await using (var first = await TrueupServer.StartAsync(folder, crm.Url))
        {
            connection = await first.ConnectAsync("Test", "contacts");
            while (await ListedAsync(crm) < 135)
                await TrueupServer.PauseAsync(20);
            var asked = Stopwatch.GetTimestamp();
            first.Program.Terminate();
            Assert.Equal(0, await first.Program.EndAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(10));
            before = await ListedAsync(crm);
            Claims.Discreet(first);
        }

        await crm.ForgetRequestsAsync();
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        await server.WaitUntilLiveAsync(connection);

        var fresh = ((await crm.StateAsync()).GetProperty("contacts").GetArrayLength() + 99) / 100;
        var after = await ListedAsync(crm);
        TestContext.Current.TestOutputHelper?.WriteLine($"pages: {before} before the stop, {after} after it, {fresh} for all");
        // Only pages that were on their way when the stop came are read again.
        Assert.InRange(after, 1, fresh - before + MostPagesOnTheirWay);
        await crm.HealAsync();
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 15_000, "contacts");
        Claims.Discreet(server);
    }

    [Fact]
    public async Task A_frozen_server_keeps_its_data_folder_and_goes_on_when_it_wakes()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "3000", "--seed", "52");
        await using var frozen = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await frozen.ConnectAsync("Test", Streams);
        while (await ListedAsync(crm) < 5)
            await TrueupServer.PauseAsync(10);
        frozen.Program.Freeze();

        await using (var second = HostProgram.Start(["serve"], new Dictionary<string, string>
        {
            ["TRUEUP_DATA"] = folder, ["TRUEUP_URLS"] = $"http://127.0.0.1:{TrueupServer.FreePort()}",
        }, folder))
        {
            Assert.Equal(1, await second.EndAsync());
            Assert.StartsWith($"Another Trueup server is using the data folder {folder}.", second.Said, StringComparison.Ordinal);
        }

        frozen.Program.Thaw();
        await frozen.WaitForStateAsync(connection, "live");
        await Claims.VerifiedAndEqualAsync(crm, frozen, connection, atLeast: 3000, Streams);
        Claims.Discreet(frozen);
    }

    /// <summary>Whole pages asked for; a look whether a stream may be read asks for one record only.</summary>
    private static async Task<int> ListedAsync(EmulatedCrm crm) =>
        (await crm.RequestsAsync()).Count(request =>
            request.GetProperty("endpoint").GetString() == "list" && request.GetProperty("query").GetString()!.Contains("limit=100", StringComparison.Ordinal));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
