using System.Diagnostics;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Bench.Edits;

/// <summary>Measures a run of single-field edits through the HTTP API, against an emulated HubSpot that counts the calls.</summary>
/// <remarks>The least number of calls is that of the batches HubSpot takes: each record has to be read before it is written, or a change of somebody else would be
/// overwritten unseen, and both go in batches of 100.</remarks>
internal static class Benchmark
{
    private const int MostInputs = 100;
    private const double Goal = 1.05;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(int changes)
    {
        var folder = Directory.CreateTempSubdirectory("trueup-bench-").FullName;
        try
        {
            Console.WriteLine($"## {changes:N0} single-field edits");
            await using var crm = await EmulatedCrm.StartAsync("--records", $"{changes + (changes / 10)}");
            await using var server = await TrueupServer.StartAsync(folder, crm.Url);
            var connection = await server.ConnectAsync("Benchmark", "contacts");
            await server.WaitUntilLiveAsync(connection);
            var ids = (await crm.LiveIdsAsync("contacts"))[..changes];
            await EditAsync(crm, server, connection, ids);
            await SyncAsync(crm, server, connection);
            Figures.SayPeak(server);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task EditAsync(EmulatedCrm crm, TrueupServer server, string connection, string[] ids)
    {
        await crm.ForgetRequestsAsync();
        var started = Stopwatch.GetTimestamp();
        using var begun = await server.PostAsync($"/api/v1/connections/{connection}/edits?wait=60", new
        {
            mode = "update", stream = "contacts", changes = ids.Select(id => new { id, fields = new { jobtitle = $"Captain {id}" } }),
        });
        var run = begun.RootElement.Clone();
        while (run.GetProperty("finishedAt").ValueKind == JsonValueKind.Null)
        {
            await TrueupServer.PauseAsync(50);
            using var now = await server.GetAsync($"/api/v1/edits/{run.GetProperty("run").GetString()}?limit=1");
            run = now.RootElement.Clone();
        }

        var spent = Stopwatch.GetElapsedTime(started);
        Figures.Say("edit run", ids.Length, spent);
        if (run.GetProperty("succeeded").GetInt32() != ids.Length)
            throw new InvalidOperationException($"Of {ids.Length} changes {run.GetProperty("succeeded")} were made.");
        var requests = await crm.RequestsAsync();
        var batches = (ids.Length + MostInputs - 1) / MostInputs;
        var least = 2 * batches;
        Console.WriteLine(
            $"  calls: {requests.Count:N0} in all ({Count(requests, "batch-read"):N0} to read, {Count(requests, "batch-update"):N0} to write); least possible {batches:N0} to read for the "
            + $"conflict check and {batches:N0} to write: {requests.Count / (double)least:F2} × (goal: at most {Goal:F2})");
    }

    /// <summary>A sync after it has nothing to do about what was edited.</summary>
    private static async Task SyncAsync(EmulatedCrm crm, TrueupServer server, string connection)
    {
        await crm.ForgetRequestsAsync();
        var sync = await server.SyncAsync(connection, "full");
        var updated = sync.GetProperty("breakdown").EnumerateArray().Sum(stream => stream.GetProperty("updated").GetInt64());
        Console.WriteLine($"  full sync after it: {sync.GetProperty("status").GetString()}, {updated:N0} records updated (goal: 0), {(await crm.RequestsAsync()).Count:N0} calls");
    }

    private static int Count(IReadOnlyList<JsonElement> requests, string endpoint) => requests.Count(request => request.GetProperty("endpoint").GetString() == endpoint);
}
