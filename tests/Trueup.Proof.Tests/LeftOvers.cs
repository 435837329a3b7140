using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>What a killed process leaves behind on a disk that several accounts share.</summary>
public sealed class LeftOvers : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-left-overs-").FullName;

    private string Mirrors => Path.Combine(folder, "mirrors");

    [Fact]
    public async Task G115_half_written_files_of_a_killed_run_harm_neither_it_nor_a_second_account_on_the_same_host()
    {
        // Both portals give their records the same ids and go by the same portal id: what crossed over would not look out of place.
        await using var one = await EmulatedCrm.StartAsync("--records", "1500", "--seed", "21");
        await using var other = await EmulatedCrm.StartAsync("--records", "1000", "--seed", "22");
        Assert.NotEmpty((await one.LiveIdsAsync("contacts")).Intersect(await other.LiveIdsAsync("contacts")));
        await one.FaultAsync(new { control = "stall", endpoint = "list", stream = "deals", delay = "PT0.5S" });
        string first;
        await using (var killed = await StartAsync(one))
        {
            first = await ConnectAsync(killed, "First", one);
            await WaitUntilHalfLoadedAsync(killed, first);
            await killed.Program.KillAsync();
        }

        await one.HealAsync();
        LeaveHalfWritten(first);
        await using var server = await StartAsync(one);
        var second = await ConnectAsync(server, "Second", other);
        await server.WaitUntilLiveAsync(first);
        await server.WaitUntilLiveAsync(second);

        foreach (var (connection, crm) in new[] { (first, one), (second, other) })
        {
            var sync = await server.SyncAsync(connection, "full");
            Assert.True(sync.GetProperty("status").GetString() == "verified", $"{sync}");
            foreach (var stream in sync.GetProperty("breakdown").EnumerateArray())
                Assert.True(stream.GetProperty("rowsWritten").GetInt64() == 0, $"The load was not whole: {stream}");
            var (differences, compared) = await Equality.CompareAsync(crm, server, connection);
            Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
            Assert.True(compared > 1_000);
            Assert.Empty(await Equality.CompareLinksAsync(crm, server, connection, "companies", 1_000));
        }

        Assert.Equal(
            new[] { first, second }.Order(),
            Directory.EnumerateFiles(Mirrors, "*.db").Select(file => Path.GetFileNameWithoutExtension(file)).Order());
    }

    private Task<TrueupServer> StartAsync(EmulatedCrm crm) => TrueupServer.StartAsync(
        folder, crm.Url, new Dictionary<string, string> { ["TRUEUP_APPS__ALLOWCUSTOMBASEURL"] = "true", ["TRUEUP_SCHEDULE__NIGHTLY"] = "PT12H" });

    private static async Task<string> ConnectAsync(TrueupServer server, string name, EmulatedCrm crm)
    {
        using var connection = await server.PostAsync("/api/v1/connections", new
        {
            app = "hubspot", name, credentials = new { accessToken = "pat-na1-test" }, baseUrl = crm.Url.ToString().TrimEnd('/'),
        });
        return connection.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Waits until some contacts are stored, and the onboarding is still at work.</summary>
    private static async Task WaitUntilHalfLoadedAsync(TrueupServer server, string connection)
    {
        while (true)
        {
            using var streams = await server.GetAsync($"/api/v1/connections/{connection}/streams?limit=1000");
            if (streams.RootElement.GetProperty("items").EnumerateArray().Any(stream => stream.GetProperty("live").GetInt64() > 0))
                break;
            await TrueupServer.PauseAsync(5);
        }

        using var now = await server.GetAsync($"/api/v1/connections/{connection}");
        Assert.Equal("onboarding", now.RootElement.GetProperty("state").GetString());
    }

    /// <summary>What a power cut adds to a kill: a write-ahead log that ends in the middle of a page, and a file that was begun.</summary>
    private void LeaveHalfWritten(string connection)
    {
        var log = Path.Combine(Mirrors, $"{connection}.db-wal");
        Assert.True(new FileInfo(log).Length > 0, "The kill left no write-ahead log.");
        using (var torn = new FileStream(log, FileMode.Append))
        {
            var half = new byte[2_000];
            new Random(1).NextBytes(half);
            torn.Write(half);
        }

        File.WriteAllBytes(Path.Combine(Mirrors, $"{connection}.db-journal"), []);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
