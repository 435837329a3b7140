using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>SIGKILL of the real process at random moments of an edit run: started again, it goes on with the run, and says of each change what the CRM shows.</summary>
public sealed class EditKills(ITestOutputHelper output) : IDisposable
{
    private const int Updates = 250;
    private const int Deletes = 20;
    private const int Creates = 150;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-edit-kills-").FullName;

    /// <summary>How many kills; <c>TRUEUP_EDIT_KILLS</c> for longer runs.</summary>
    private static int Count => int.Parse(Environment.GetEnvironmentVariable("TRUEUP_EDIT_KILLS") ?? "12", CultureInfo.InvariantCulture);

    [Fact]
    public async Task I28_a_kill_at_any_moment_of_a_run_makes_nothing_twice_and_leaves_no_outcome_untold()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("TRUEUP_SEED") ?? "20261127", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var cutOff = 0;
        await using var crm = await EmulatedCrm.StartAsync("--records", "1000", "--seed", "17");
        var server = await TrueupServer.StartAsync(folder, crm.Url);
        try
        {
            var connection = await server.ConnectAsync("Edit kills", "contacts");
            await server.WaitUntilLiveAsync(connection);
            for (var kill = 0; kill < Count; kill++)
            {
                var ids = random.GetItems(await crm.LiveIdsAsync("contacts"), Updates + Deletes).Distinct().ToArray();
                using var begun = await server.PostAsync($"/api/v1/connections/{connection}/edits?wait=0", Order(kill, ids));
                var run = begun.RootElement.GetProperty("run").GetString()!;
                await TrueupServer.PauseAsync(random.Next(0, 1_500));
                await server.Program.KillAsync();
                var killedAt = TimeProvider.System.GetUtcNow();
                await server.DisposeAsync();
                server = await TrueupServer.StartAsync(folder, crm.Url);

                cutOff += await ToldAsync(crm, server, run, kill, ids) is { } ended && ended < killedAt ? 0 : 1;
                await server.WaitUntilLiveAsync(connection);
                await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 500, "contacts");
            }
        }
        finally
        {
            await server.DisposeAsync();
        }

        output.WriteLine($"{cutOff} of {Count} runs were cut off.");
        Assert.True(cutOff >= Count / 4, $"Only {cutOff} of {Count} kills met a run that had not ended.");
    }

    private static object Order(int kill, string[] ids) => new
    {
        mode = "update", stream = "contacts", ifConflict = "stop",
        changes = Changes(kill, ids),
    };

    private static List<object> Changes(int kill, string[] ids) =>
    [
        .. ids[Deletes..].Select(id => new { id, fields = new { city = $"Kill {kill}" } }),
        .. ids[..Deletes].Select(id => new { id, delete = true }),
        .. Enumerable.Range(0, Creates).Select(number => new { create = new { firstname = "New", lastname = $"Kill {kill}, {number}" } }),
    ];

    /// <summary>Nobody else edits here: each change can be made, so each must be, once, and be called made. Only a record whose making was cut off before it arrived
    /// may stay unknown, for as long as the CRM's index may hide it. Answers when the run ended, or null.</summary>
    private static async Task<DateTimeOffset?> ToldAsync(EmulatedCrm crm, TrueupServer server, string run, int kill, string[] ids)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            using var found = await server.GetAsync($"/api/v1/edits/{run}?limit=1000");
            var told = found.RootElement.GetProperty("results").EnumerateArray().CountBy(result => result.GetProperty("outcome").GetString()!).ToDictionary();
            var live = await LiveAsync(crm);
            var made = live.Values.Select(properties => Text(properties, "lastname")).Where(name => name?.StartsWith($"Kill {kill}, ", StringComparison.Ordinal) == true).ToList();
            Assert.Equal(made.Distinct().Count(), made.Count);
            if (told.GetValueOrDefault("updated") == ids.Length - Deletes && told.GetValueOrDefault("deleted") == Deletes && told.GetValueOrDefault("created") == made.Count
                && made.Count + told.GetValueOrDefault("unknown") + told.GetValueOrDefault("rejected") == Creates)
            {
                Assert.All(ids[Deletes..], id => Assert.Equal($"Kill {kill}", Text(live[id], "city")));
                Assert.All(ids[..Deletes], id => Assert.DoesNotContain(id, live.Keys));
                return found.RootElement.GetProperty("finishedAt") is { ValueKind: JsonValueKind.String } ended ? ended.GetDateTimeOffset() : null;
            }

            Assert.True(waiting.Elapsed < Longest, $"{Longest} after kill {kill} there are {made.Count} new records, and the run says: {string.Join(", ", told)}");
            await TrueupServer.PauseAsync(200);
        }
    }

    private static async Task<Dictionary<string, JsonElement>> LiveAsync(EmulatedCrm crm) =>
        (await crm.StateAsync()).GetProperty("contacts").EnumerateArray().Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null)
            .ToDictionary(record => record.GetProperty("id").GetString()!, record => record.GetProperty("properties"));

    private static string? Text(JsonElement properties, string name) => properties.TryGetProperty(name, out var value) ? value.GetString() : null;

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
