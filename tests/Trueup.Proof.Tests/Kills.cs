using System.Globalization;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>One half of the kills.</summary>
public sealed class FirstKills(ITestOutputHelper output) : Kills(output, 0);

/// <summary>The other half: the classes run side by side, which two processors make use of.</summary>
public sealed class SecondKills(ITestOutputHelper output) : Kills(output, 1);

/// <summary>SIGKILL of the real process at random moments of onboarding and syncs: after a restart and a full sync the mirror equals the CRM, every time.</summary>
public abstract class Kills(ITestOutputHelper output, int half) : IDisposable
{
    /// <summary>Enough to have links and several streams at work, few enough for the vendor's four searches a second.</summary>
    private static readonly string[] Streams = ["contacts", "companies", "deals"];

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-kills-").FullName;

    /// <summary>How many kills in both halves; <c>TRUEUP_KILLS</c> for longer runs.</summary>
    private static int Count => int.Parse(Environment.GetEnvironmentVariable("TRUEUP_KILLS") ?? "200", CultureInfo.InvariantCulture);

    [Fact]
    public async Task I6_a_kill_at_any_moment_loses_nothing_and_doubles_nothing()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("TRUEUP_SEED") ?? "20261124", CultureInfo.InvariantCulture) + half;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var crm = await EmulatedCrm.StartAsync("--records", "400", "--seed", "13");
        TrueupServer? server = null;
        string? connection = null;
        try
        {
            for (var kill = 0; kill < Count / 2; kill++)
            {
                server ??= await StartAsync(crm);

                // Every tenth time the account is connected anew, so that the kill meets an onboarding.
                if (kill % 10 == 0)
                {
                    if (connection is not null)
                        await server.DeleteAsync($"/api/v1/connections/{connection}");
                    connection = await server.ConnectAsync($"Kill {kill}", Streams);
                }
                else
                {
                    await ChangeAsync(crm, random);
                    await server.BeginSyncAsync(connection!, new[] { "last-hour", "last-day", "full" }[random.Next(3)]);
                }

                await TrueupServer.PauseAsync(random.Next(0, 900));
                await server.Program.KillAsync();
                await server.DisposeAsync();
                server = null;

                server = await StartAsync(crm);
                await server.WaitUntilLiveAsync(connection!);
                var sync = await server.SyncAsync(connection!, "full");
                Assert.True(sync.GetProperty("status").GetString() == "verified", $"After kill {kill}: {sync}");
                var (differences, compared) = await Equality.CompareAsync(crm, server, connection!, Streams);
                Assert.True(differences.Count == 0, $"After kill {kill}: {string.Join(Environment.NewLine, differences)}");
                Assert.True(compared > 400);
            }
        }
        finally
        {
            if (server is not null)
                await server.DisposeAsync();
        }
    }

    /// <summary>A server that lives for seconds: nothing is compiled for a longer life.</summary>
    private Task<TrueupServer> StartAsync(EmulatedCrm crm) => TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string> { ["DOTNET_TC_CallCounting"] = "0" });

    private static async Task ChangeAsync(EmulatedCrm crm, Random random)
    {
        var contacts = (await crm.StateAsync()).GetProperty("contacts").EnumerateArray()
            .Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null).Select(record => record.GetProperty("id").GetString()!).ToArray();
        var some = random.GetItems(contacts, 30).Distinct().ToArray();
        await crm.MutateAsync(
            new { op = "edit", stream = "contacts", ids = some, properties = new { city = $"City {random.Next()}" } },
            new { op = "create", stream = "contacts", properties = new { firstname = "New", lastname = $"{random.Next()}" } },
            new { op = "create", stream = "contacts", properties = new { firstname = "New", lastname = $"{random.Next()}" } },
            new { op = "delete", stream = "contacts", ids = some[..1] });
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(folder, recursive: true);
    }
}
