using System.Diagnostics;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Bench.Salesforce;

/// <summary>Measures an org of contacts: onboarding by a bulk job, full syncs by further ones, and a sync of few changes.</summary>
internal static class Benchmark
{
    private const int WarmUpRecords = 20_000;
    private const int Changes = 1_000;

    /// <summary>Runs it and answers how much memory the server took.</summary>
    public static async Task<Peaks> RunAsync(int records)
    {
        var contacts = new Contacts(records);
        await using var stage = await Stage.SetAsync("salesforce", records);
        Console.WriteLine($"## {records:N0} contacts of {Contacts.Columns.Count} fields, {contacts.PropertiesOf(records / 2).Length:N0} bytes each in a mirror");
        await Download.RowsAsync(stage.Crm, Math.Min(records, WarmUpRecords));
        var (download, bytes) = await Download.RowsAsync(stage.Crm, records);
        Figures.Say($"download only, {bytes / records:N0} bytes a record once decompressed", records, download);
        var bare = BareInsertion.Measure(contacts, stage.Folder);
        Figures.Say("bare insertion", records, bare);

        await stage.ForgetCallsAsync();
        await using var server = await TrueupServer.StartAsync(
            Path.Combine(stage.Folder, "data"), stage.Crm,
            new Dictionary<string, string> { ["TRUEUP_APPS__SALESFORCE__BASEURL"] = stage.Crm.ToString().TrimEnd('/') });
        Console.WriteLine($"  memory at start: {Figures.Memory(server, "VmRSS") / 1048576.0:N0} MB");
        var (id, onboardingPeak) = await OnboardAsync(stage, server, records, bare);
        await SyncFullyAsync(server, id, records, download);
        await SyncChangesAsync(stage, server, id);
        var peak = Figures.SayPeak(server);
        Console.WriteLine();
        return new Peaks(onboardingPeak, peak);
    }

    private static async Task<(string Connection, long Peak)> OnboardAsync(Stage stage, TrueupServer server, int records, TimeSpan bare)
    {
        var processor = server.Program.ProcessorTime;
        var started = Stopwatch.GetTimestamp();
        using var connected = await server.PostAsync(
            "/api/v1/connections", new { app = "salesforce", name = "Benchmark", credentials = new { clientId = "consumer-key", clientSecret = "consumer-secret" } });
        var id = connected.RootElement.GetProperty("id").GetString()!;
        var live = server.WaitUntilLiveAsync(id);
        var course = Figures.SayCourseAsync(server, live);
        await live;
        var onboarding = Stopwatch.GetElapsedTime(started);
        var busyFor = server.Program.ProcessorTime - processor;
        await course;
        Figures.Say("onboarding", records, onboarding);
        var peak = Figures.SayPeak(server);
        Console.WriteLine($"  onboarding / bare insertion: {bare / onboarding:P0} (goal: at least 50 %); {busyFor.TotalSeconds:F1} s of processor time");
        SayCalls(await stage.CallsAsync());
        return (id, peak);
    }

    private static async Task SyncFullyAsync(TrueupServer server, string id, int records, TimeSpan download)
    {
        for (var time = 0; time < 3; time++)
        {
            var processor = server.Program.ProcessorTime;
            var sync = await server.SyncAsync(id, "full");
            var busyFor = server.Program.ProcessorTime - processor;
            var spent = sync.GetProperty("endedAt").GetDateTimeOffset() - sync.GetProperty("startedAt").GetDateTimeOffset();
            Figures.Say($"full sync, nothing changed ({sync.GetProperty("status").GetString()}, {Sum(sync, "rowsWritten"):N0} rows written)", records, spent);
            Console.WriteLine($"  full sync / download only: {download / spent:P0} (goal: at least 25 %); {busyFor.TotalSeconds:F1} s of processor time");
        }

        Figures.SayPeak(server);
    }

    private static async Task SyncChangesAsync(Stage stage, TrueupServer server, string id)
    {
        await stage.ChangeAsync(Changes);
        await stage.ForgetCallsAsync();
        var started = Stopwatch.GetTimestamp();
        var hourly = await server.SyncAsync(id, "last-hour");
        var waited = Stopwatch.GetElapsedTime(started);
        Console.WriteLine($"sync of {Changes:N0} changed: {hourly.GetProperty("status").GetString()}, {waited.TotalSeconds:F2} s, updated {Sum(hourly, "updated"):N0} (goal: at most 10 calls for contacts)");
        SayCalls(await stage.CallsAsync());

        // The changes were read as JSON; in bulk they must be the same records.
        var full = await server.SyncAsync(id, "full");
        Console.WriteLine($"full sync after it: {full.GetProperty("status").GetString()}, {Sum(full, "rowsWritten"):N0} rows written");
    }

    private static void SayCalls(Dictionary<string, long> calls)
    {
        // Of the bulk jobs there are those of contacts alone.
        var ofContacts = calls.Where(call => call.Key.Contains("Contact", StringComparison.Ordinal) || call.Key.Contains("/jobs/", StringComparison.Ordinal)).Sum(call => call.Value);
        Console.WriteLine($"  calls: {calls.Values.Sum():N0} in all, {ofContacts:N0} for contacts");
    }

    private static long Sum(JsonElement sync, string figure) => sync.GetProperty("breakdown").EnumerateArray().Sum(stream => stream.GetProperty(figure).GetInt64());
}
