using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Trueup.Bench;
using Trueup.BlackBox;

if (args is ["pages", var count])
{
    await PageServer.RunAsync(int.Parse(count, CultureInfo.InvariantCulture));
    return 0;
}

var sizes = args.Length > 0 ? args.Select(size => int.Parse(size, CultureInfo.InvariantCulture)) : [100_000, 1_000_000];
foreach (var records in sizes)
    await MeasureAsync(records);
return 0;

static async Task MeasureAsync(int records)
{
    var source = new RecordSource(records);
    var folder = Directory.CreateTempSubdirectory("trueup-bench-").FullName;
    using var pages = Process.Start(new ProcessStartInfo("dotnet", [typeof(RecordSource).Assembly.Location, "pages", $"{records}"]) { RedirectStandardOutput = true })!;
    try
    {
        var crm = new Uri(await pages.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The page server did not start."));
        using var control = new HttpClient { BaseAddress = crm };
        Console.WriteLine($"## {records:N0} contacts of 60 properties");
        await Download.RecordsAsync(crm, new RecordSource(Math.Min(records, 20_000)));
        var pagesAlone = await Download.RecordsAsync(crm, source);
        Say("download only, pages of records", records, pagesAlone);
        var download = pagesAlone + await Download.LinksAsync(crm, source);
        Say("download only, pages of records and of links", records, download);
        var bare = BareInsertion.Measure(source, folder);
        Say("bare insertion", records, bare);

        await control.DeleteAsync(new Uri("/_bench/calls", UriKind.Relative));
        await using var server = await TrueupServer.StartAsync(Path.Combine(folder, "data"), crm);
        var atStart = Memory(server, "VmRSS");
        var idleBefore = await IdleAsync(server);
        var started = Stopwatch.GetTimestamp();
        var id = await server.ConnectAsync("Benchmark");
        await server.WaitUntilLiveAsync(id);
        var onboarding = Stopwatch.GetElapsedTime(started);
        Say("onboarding", records, onboarding);
        SayPeak(server);
        Console.WriteLine($"  onboarding / bare insertion: {bare / onboarding:P0} (goal: at least 50 %)");
        var calls = await CallsAsync(control);
        Console.WriteLine($"  calls: {calls.Values.Sum():N0} in all, {calls.Where(call => call.Key.Contains("/objects/contacts") || call.Key.Contains("/objects/0-1")).Sum(call => call.Value):N0} for contacts; least possible {(records + 99) / 100:N0}");

        for (var time = 0; time < 3; time++)
        {
            var processor = server.Program.ProcessorTime;
            var sync = await server.SyncAsync(id, "full");
            var busyFor = server.Program.ProcessorTime - processor;
            var spent = sync.GetProperty("endedAt").GetDateTimeOffset() - sync.GetProperty("startedAt").GetDateTimeOffset();
            Say($"full sync, nothing changed ({sync.GetProperty("status").GetString()})", records, spent);
            Console.WriteLine($"  full sync / download only: {download / spent:P0} (goal: at least 25 %), of the pages of records alone {pagesAlone / spent:P0}; {busyFor.TotalSeconds:F1} s of processor time");
        }

        SayPeak(server);
        await control.PostAsync(new Uri("/_bench/change?count=1000", UriKind.Relative), null);
        await control.DeleteAsync(new Uri("/_bench/calls", UriKind.Relative));
        started = Stopwatch.GetTimestamp();
        var hourly = await server.SyncAsync(id, "last-hour");
        var waited = Stopwatch.GetElapsedTime(started);
        calls = await CallsAsync(control);
        Console.WriteLine($"sync of 1,000 changed: {hourly.GetProperty("status").GetString()}, {waited.TotalSeconds:F2} s");
        Console.WriteLine($"  updated {hourly.GetProperty("breakdown").EnumerateArray().Sum(stream => stream.GetProperty("updated").GetInt64()):N0}; calls for contacts: {calls.Where(call => call.Key.Contains("contacts") || call.Key.Contains("0-1")).Sum(call => call.Value)} (goal: at most 15)");

        var grid = new List<TimeSpan>();
        for (var time = 0; time < 21; time++)
        {
            var filter = Uri.EscapeDataString($"lifecyclestage = {new[] { "customer", "lead", "opportunity" }[time % 3]}");
            started = Stopwatch.GetTimestamp();
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
        var idleAfter = await IdleAsync(server);
        Console.WriteLine($"idle: {idleBefore:P2} of one core without an account, {idleAfter:P2} with one, over {IdleFor.TotalSeconds} s each");
        Console.WriteLine($"memory: {atStart / 1048576.0:N0} MB at start, peak {Memory(server, "VmHWM") / 1048576.0:N0} MB (goal: at most 450 MB)");
        Console.WriteLine();
    }
    finally
    {
        pages.Kill();
        await pages.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
    }
}

static async Task<Dictionary<string, long>> CallsAsync(HttpClient control) =>
    await control.GetFromJsonAsync<Dictionary<string, long>>(new Uri("/_bench/calls", UriKind.Relative)) ?? [];

// The part of one core that a server takes that has nothing to do.
static async Task<double> IdleAsync(TrueupServer server)
{
    var busy = server.Program.ProcessorTime;
    await Task.Delay(IdleFor, TimeProvider.System, CancellationToken.None);
    return (server.Program.ProcessorTime - busy) / IdleFor;
}

static void SayPeak(TrueupServer server) =>
    Console.WriteLine($"  memory: {Memory(server, "VmRSS") / 1048576.0:N0} MB now, peak so far {Memory(server, "VmHWM") / 1048576.0:N0} MB");

static long Memory(TrueupServer server, string key)
{
    var line = File.ReadLines($"/proc/{server.Program.Id}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
    return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
}

static void Say(string what, int records, TimeSpan spent) =>
    Console.WriteLine($"{what}: {spent.TotalSeconds:F2} s, {records / spent.TotalSeconds:N0} records/s");

internal static partial class Program
{
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(20);
}
