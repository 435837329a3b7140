using System.Diagnostics;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>A data folder on a small file system that fills up. Needs the right to mount one.</summary>
public sealed class FullDisk : IDisposable
{
    private const int MegabytesOfDisk = 96;

    private static readonly string[] Streams = ["contacts", "companies"];

    private static readonly Dictionary<string, string> EveryTwoSeconds = new() { ["TRUEUP_SCHEDULE__HOURLY"] = "PT2S" };

    private readonly string disk = Directory.CreateTempSubdirectory("trueup-full-disk-").FullName;
    private readonly bool isMounted;

    public FullDisk() => isMounted = Run("mount", "-t", "tmpfs", "-o", $"size={MegabytesOfDisk}m", "tmpfs", disk);

    private string Ballast => Path.Combine(disk, "ballast");

    [Fact]
    public async Task Syncs_stop_and_say_so_while_the_disk_is_full_and_go_on_when_there_is_room()
    {
        Assert.SkipUnless(isMounted, "A small disk could not be mounted here: that needs root.");
        await using var crm = await EmulatedCrm.StartAsync("--records", "1000", "--seed", "31");
        await using var server = await TrueupServer.StartAsync(Path.Combine(disk, "data"), crm.Url, EveryTwoSeconds);
        var connection = await server.ConnectAsync("Test", Streams);
        await server.WaitUntilLiveAsync(connection);
        await Claims.EqualAsync(crm, server, connection, atLeast: 1000, Streams);

        Fill(leaveBytes: 0);
        await EditAllAsync(crm);
        var waiting = await AskUntilAttentionAsync(server, connection);
        Assert.Contains("full", Claims.Sentence(waiting.GetProperty("attention")), StringComparison.Ordinal);
        await AssertUpAsync(server);

        File.Delete(Ballast);
        await server.WaitForStateAsync(connection, "live");
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 1000, Streams);
        await AssertNoneIsLeftRunningAsync(server, connection);
        Claims.Discreet(server);
    }

    [Fact]
    public async Task An_onboarding_that_fills_the_disk_stops_says_so_and_goes_on_when_there_is_room()
    {
        Assert.SkipUnless(isMounted, "A small disk could not be mounted here: that needs root.");
        await using var crm = await EmulatedCrm.StartAsync("--records", "2000", "--seed", "32");
        await using var server = await TrueupServer.StartAsync(Path.Combine(disk, "data"), crm.Url, EveryTwoSeconds);
        Fill(leaveBytes: 3 << 20);

        var connection = await server.ConnectAsync("Test", Streams);
        var waiting = await server.WaitForStateAsync(connection, "attention");
        Assert.Contains("full", Claims.Sentence(waiting.GetProperty("attention")), StringComparison.Ordinal);
        await AssertUpAsync(server);

        File.Delete(Ballast);
        await server.WaitForStateAsync(connection, "live");
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 2000, Streams);
        await AssertNoneIsLeftRunningAsync(server, connection);
        Claims.Discreet(server);
    }

    [Fact]
    public async Task A_server_that_is_killed_on_a_full_disk_starts_again_when_there_is_room_and_has_lost_nothing()
    {
        Assert.SkipUnless(isMounted, "A small disk could not be mounted here: that needs root.");
        var data = Path.Combine(disk, "data");
        await using var crm = await EmulatedCrm.StartAsync("--records", "1000", "--seed", "33");
        string connection;
        await using (var first = await TrueupServer.StartAsync(data, crm.Url, EveryTwoSeconds))
        {
            connection = await first.ConnectAsync("Test", Streams);
            await first.WaitUntilLiveAsync(connection);
            Fill(leaveBytes: 0);
            await EditAllAsync(crm);
            await AskUntilAttentionAsync(first, connection);
            await first.Program.KillAsync();
            Claims.Discreet(first);
        }

        // On a disk that is still full a server says why it does not start, or starts.
        await using (var second = HostProgram.Start(["serve"], new Dictionary<string, string>
        {
            ["TRUEUP_DATA"] = data, ["TRUEUP_URLS"] = $"http://127.0.0.1:{TrueupServer.FreePort()}",
        }, disk))
        {
            var line = await second.FirstLineOrEndAsync();
            Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        }

        File.Delete(Ballast);
        await using var server = await TrueupServer.StartAsync(data, crm.Url, EveryTwoSeconds);
        await server.WaitForStateAsync(connection, "live");
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 1000, Streams);
        Claims.Discreet(server);
    }

    private static async Task EditAllAsync(EmulatedCrm crm)
    {
        foreach (var stream in Streams)
        {
            var ids = (await crm.StateAsync()).GetProperty(stream).EnumerateArray()
                .Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null).Select(record => record.GetProperty("id").GetString()!).ToArray();
            await crm.MutateAsync(new { op = "edit", stream, ids, properties = new { city = "Kiel" } });
        }
    }

    /// <summary>Asks for syncs as a person would; an order may itself be refused while the disk is full.</summary>
    private static async Task<JsonElement> AskUntilAttentionAsync(TrueupServer server, string connection)
    {
        for (var attempt = 0; ; attempt++)
        {
            Assert.True(attempt < 300, $"The account never called for attention. The server said: {server.Program.Said}");
            var (status, answer, _) = await server.SendAsync(HttpMethod.Post, $"/api/v1/connections/{connection}/syncs", new { kind = "full" });
            if (status != 202)
            {
                Assert.True(status == 503, $"{status} {answer}");
                Assert.Contains("full", Claims.Sentence(answer.GetProperty("detail")), StringComparison.Ordinal);
            }
            using var now = await server.GetAsync($"/api/v1/connections/{connection}");
            if (now.RootElement.GetProperty("state").GetString() == "attention")
                return now.RootElement.Clone();
            await TrueupServer.PauseAsync(200);
        }
    }

    private static async Task AssertUpAsync(TrueupServer server)
    {
        foreach (var path in new[] { "/healthz", "/readyz", "/api/v1/connections", "/api/v1/syncs", "/metrics" })
        {
            var (status, answer, _) = await server.SendAsync(HttpMethod.Get, path);
            Assert.True(status == 200, $"{path}: {status} {answer}");
        }
    }

    private static async Task AssertNoneIsLeftRunningAsync(TrueupServer server, string connection)
    {
        using var log = await server.GetAsync($"/api/v1/syncs?connection={connection}");
        // The schedule may run one just now.
        Assert.InRange(log.RootElement.GetProperty("items").EnumerateArray().Count(sync => sync.GetProperty("status").GetString() == "running"), 0, 1);
    }

    /// <summary>Fills the disk up to the last byte, or leaves some.</summary>
    private void Fill(long leaveBytes)
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[64 << 10];
        try
        {
            while (new DriveInfo(disk).AvailableFreeSpace > leaveBytes)
                ballast.Write(block, 0, (int)Math.Min(block.Length, Math.Max(4096, new DriveInfo(disk).AvailableFreeSpace - leaveBytes)));
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static bool Run(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    public void Dispose()
    {
        if (isMounted)
            Run("umount", "-l", disk);
        Directory.Delete(disk, recursive: true);
    }
}
