using System.Diagnostics;
using Trueup.BlackBox;

namespace Trueup.Bench.HubSpot;

/// <summary>Measures a portal of contacts: onboarding, full syncs, a sync of few changes, and pages of the grid.</summary>
internal static class Benchmark
{
    private const int WarmUpRecords = 20_000;

    /// <summary>Runs it and answers how much memory the server took.</summary>
    public static async Task<Peaks> RunAsync(int records)
    {
        var contacts = new Contacts(records);
        await using var stage = await Stage.SetAsync("hubspot", records);
        Console.WriteLine($"## {records:N0} contacts of 60 properties");
        await Download.RecordsAsync(stage.Crm, new Contacts(Math.Min(records, WarmUpRecords)));
        var pagesAlone = await Download.RecordsAsync(stage.Crm, contacts);
        Figures.Say("download only, pages of records", records, pagesAlone);
        var download = pagesAlone + await Download.LinksAsync(stage.Crm, contacts);
        Figures.Say("download only, pages of records and of links", records, download);
        var bare = BareInsertion.Measure(contacts, stage.Folder);
        Figures.Say("bare insertion", records, bare);

        await stage.ForgetCallsAsync();
        await using var server = await TrueupServer.StartAsync(Path.Combine(stage.Folder, "data"), stage.Crm);
        var atStart = Figures.Memory(server, "VmRSS");
        var idleBefore = await Figures.IdleAsync(server);
        var (id, onboardingPeak) = await OnboardAsync(stage, server, records, bare);
        await SyncFullyAsync(server, id, records, download, pagesAlone);
        await SyncChangesAsync(stage, server, id);
        await PageThroughGridAsync(server, id);
        var idleAfter = await Figures.IdleAsync(server);
        Console.WriteLine($"idle: {idleBefore:P2} of one core without an account, {idleAfter:P2} with one, over {Figures.IdleFor.TotalSeconds} s each");
        var peak = Figures.Memory(server, "VmHWM");
        Console.WriteLine($"memory: {atStart / 1048576.0:N0} MB at start, peak {peak / 1048576.0:N0} MB (goal: at most 450 MB)");
        Console.WriteLine();
        return new Peaks(onboardingPeak, peak);
    }

    private static async Task<(string Connection, long Peak)> OnboardAsync(Stage stage, TrueupServer server, int records, TimeSpan bare)
    {
        var started = Stopwatch.GetTimestamp();
        var id = await server.ConnectAsync("Benchmark");
        await server.WaitUntilLiveAsync(id);
        var onboarding = Stopwatch.GetElapsedTime(started);
        Figures.Say("onboarding", records, onboarding);
        var peak = Figures.SayPeak(server);
        Console.WriteLine($"  onboarding / bare insertion: {bare / onboarding:P0} (goal: at least 50 %)");
        var calls = await stage.CallsAsync();
        Console.WriteLine($"  calls: {calls.Values.Sum():N0} in all, {calls.Where(call => call.Key.Contains("/objects/contacts") || call.Key.Contains("/objects/0-1")).Sum(call => call.Value):N0} for contacts; least possible {(records + 99) / 100:N0}");
        return (id, peak);
    }

    private static async Task SyncFullyAsync(TrueupServer server, string id, int records, TimeSpan download, TimeSpan pagesAlone)
    {
        for (var time = 0; time < 3; time++)
        {
            var processor = server.Program.ProcessorTime;
            var sync = await server.SyncAsync(id, "full");
            var busyFor = server.Program.ProcessorTime - processor;
            var spent = sync.GetProperty("endedAt").GetDateTimeOffset() - sync.GetProperty("startedAt").GetDateTimeOffset();
            Figures.Say($"full sync, nothing changed ({sync.GetProperty("status").GetString()})", records, spent);
            Console.WriteLine($"  full sync / download only: {download / spent:P0} (goal: at least 25 %), of the pages of records alone {pagesAlone / spent:P0}; {busyFor.TotalSeconds:F1} s of processor time");
        }

        Figures.SayPeak(server);
    }

    private static async Task SyncChangesAsync(Stage stage, TrueupServer server, string id)
    {
        await stage.ChangeAsync(1_000);
        await stage.ForgetCallsAsync();
        var started = Stopwatch.GetTimestamp();
        var hourly = await server.SyncAsync(id, "last-hour");
        var waited = Stopwatch.GetElapsedTime(started);
        var calls = await stage.CallsAsync();
        Console.WriteLine($"sync of 1,000 changed: {hourly.GetProperty("status").GetString()}, {waited.TotalSeconds:F2} s");
        Console.WriteLine($"  updated {hourly.GetProperty("breakdown").EnumerateArray().Sum(stream => stream.GetProperty("updated").GetInt64()):N0}; calls for contacts: {calls.Where(call => call.Key.Contains("contacts") || call.Key.Contains("0-1")).Sum(call => call.Value)} (goal: at most 15)");
    }

    private static async Task PageThroughGridAsync(TrueupServer server, string id)
    {
        var grid = new List<TimeSpan>();
        for (var time = 0; time < 21; time++)
        {
            var filter = Uri.EscapeDataString($"lifecyclestage = {new[] { "customer", "lead", "opportunity" }[time % 3]}");
            var started = Stopwatch.GetTimestamp();
            using var page = await server.GetAsync($"/api/v1/connections/{id}/streams/contacts/records?limit=50&sort=-score&filter={filter}");
            var spent = Stopwatch.GetElapsedTime(started);
            if (page.RootElement.GetProperty("items").GetArrayLength() != 50)
                throw new InvalidOperationException("The grid page is not full.");
            if (time == 0)
                Console.WriteLine($"grid page, first of its fields: {spent.TotalMilliseconds:N0} ms");
            else
                grid.Add(spent);
        }

        grid.Sort();
        Console.WriteLine($"grid page, median of {grid.Count}: {grid[grid.Count / 2].TotalMilliseconds:N0} ms (goal: at most 150 ms at 1,000,000)");
    }
}
