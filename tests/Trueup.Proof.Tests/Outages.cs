using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>The vendor is away, overloaded or dies: the server waits, tries again by itself, and ends equal.</summary>
public sealed class Outages : IDisposable
{
    private static readonly string[] Streams = ["contacts", "companies", "deals"];

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-outage-").FullName;

    [Fact]
    public async Task An_outage_of_everything_in_the_middle_of_an_onboarding_is_waited_out()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "3000", "--seed", "41");
        await using var server = await StartAsync(crm);
        var connection = await server.ConnectAsync("Test", Streams);
        await UntilListedAsync(crm, 8);

        await crm.FaultAsync(new { control = "fault", endpoint = "*", status = 503, body = "<html>Service Unavailable</html>", headers = new Dictionary<string, string> { ["Content-Type"] = "text/html" } });
        var waiting = await server.WaitForStateAsync(connection, "attention");
        Assert.Equal("failing", waiting.GetProperty("attentionKind").GetString());
        Claims.Sentence(waiting.GetProperty("attention"));
        await crm.HealAsync();

        await server.WaitForStateAsync(connection, "live");
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 3000, Streams);
        Claims.Discreet(server);
    }

    [Theory]
    [InlineData("burst")]
    [InlineData("search")]
    [InlineData("associations")]
    public async Task A_window_that_another_app_has_used_up_is_waited_out_within_the_sync(string bucket)
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "500", "--seed", "42");
        await using var server = await StartAsync(crm);
        var connection = await server.ConnectAsync("Test", Streams);
        await server.WaitUntilLiveAsync(connection);
        await crm.ForgetRequestsAsync();

        await crm.FaultAsync(new { control = "quota", bucket, limit = bucket == "search" ? 2 : 40, foreign = bucket == "search" ? 2 : 40 });
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 500, Streams);

        var refused = (await crm.RequestsAsync()).Count(request => request.GetProperty("status").GetInt32() == 429);
        Assert.InRange(refused, 1, 30);
        Claims.Discreet(server);
    }

    [Fact]
    public async Task A_used_up_day_stops_the_sync_says_so_and_goes_on_when_it_is_over()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "500", "--seed", "43");
        await using var server = await StartAsync(crm);
        var connection = await server.ConnectAsync("Test", Streams);
        await server.WaitUntilLiveAsync(connection);

        await crm.FaultAsync(new { control = "quota", bucket = "daily", limit = 1000, foreign = 1000 });
        var stopped = await server.SyncAsync(connection, "full");
        Assert.Equal("failed", stopped.GetProperty("status").GetString());
        Assert.Contains("daily quota", Claims.Sentence(stopped.GetProperty("reason")), StringComparison.Ordinal);
        await Claims.EqualAsync(crm, server, connection, atLeast: 500, Streams);
        Claims.Discreet(server);
    }

    [Fact]
    public async Task A_crm_that_dies_and_comes_back_is_found_again()
    {
        string[] same = ["--records", "2000", "--seed", "44"];
        var crm = await EmulatedCrm.StartAsync(same);
        try
        {
            await using var server = await StartAsync(crm);
            var connection = await server.ConnectAsync("Test", Streams);
            await UntilListedAsync(crm, 6);

            await crm.Program.KillAsync();
            var waiting = await server.WaitForStateAsync(connection, "attention");
            Assert.Contains("cannot be reached", Claims.Sentence(waiting.GetProperty("attention")), StringComparison.Ordinal);
            var address = crm.Url;
            await crm.DisposeAsync();
            crm = await EmulatedCrm.StartAtAsync(address, same);

            await server.WaitForStateAsync(connection, "live");
            await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 2000, Streams);
            Claims.Discreet(server);
        }
        finally
        {
            await crm.DisposeAsync();
        }
    }

    /// <summary>Tries again after two seconds at most, as the interval of the hourly sync bounds the wait after a failure.</summary>
    private Task<TrueupServer> StartAsync(EmulatedCrm crm) =>
        TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string> { ["TRUEUP_SCHEDULE__HOURLY"] = "PT2S" });

    private static async Task UntilListedAsync(EmulatedCrm crm, int pages)
    {
        while ((await crm.RequestsAsync()).Count(request => request.GetProperty("endpoint").GetString() == "list") < pages)
            await TrueupServer.PauseAsync(10);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
