using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Trueup.Bench;

/// <summary>The built server as a process of its own, driven through its HTTP API as anybody would.</summary>
internal sealed class TrueupProcess : IAsyncDisposable
{
    private const string Token = "benchmark-token-of-at-least-32-characters";
    private readonly Process process;
    private readonly HttpClient client;

    private TrueupProcess(Process process, HttpClient client)
    {
        this.process = process;
        this.client = client;
    }

    /// <summary>Starts the server on an empty data folder.</summary>
    public static async Task<TrueupProcess> StartAsync(string host, string dataFolder, Uri crm)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [host, "serve"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TRUEUP_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["TRUEUP_DATA"] = dataFolder;
        start.Environment["TRUEUP_API_TOKEN"] = Token;
        start.Environment["TRUEUP_APPS__HUBSPOT__BASEURL"] = crm.ToString().TrimEnd('/');
        start.Environment["TRUEUP_SCHEDULE__HOURLY"] = "PT12H";
        var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if ((await client.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode)
                    return new TrueupProcess(process, client);
            }
            catch (HttpRequestException) when (attempt < 300 && !process.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
    }

    public long PeakMemoryBytes => Status("VmHWM");

    public long MemoryBytes => Status("VmRSS");

    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Connects the account and waits until it is live. Answers the connection's id and the time.</summary>
    public async Task<(string Id, TimeSpan Spent)> OnboardAsync()
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.PostAsJsonAsync("/api/v1/connections", new { app = "hubspot", name = "Benchmark", credentials = new { accessToken = "benchmark" } });
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"Connecting failed: {text}");
        using var connection = JsonDocument.Parse(text);
        var id = connection.RootElement.GetProperty("id").GetString() ?? "";
        while (true)
        {
            using var now = await GetAsync($"/api/v1/connections/{id}");
            var state = now.RootElement.GetProperty("state").GetString();
            if (state == "live")
                return (id, Stopwatch.GetElapsedTime(started));
            if (state == "attention")
                throw new InvalidOperationException($"Onboarding needs attention: {now.RootElement}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Runs a sync to its end and answers it with the time it says it took.</summary>
    public async Task<(JsonElement Sync, TimeSpan Spent)> SyncAsync(string connection, string kind)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.PostAsJsonAsync($"/api/v1/connections/{connection}/syncs", new { kind });
        answer.EnsureSuccessStatusCode();
        using var accepted = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var id = accepted.RootElement.GetProperty("syncId").GetString();
        while (true)
        {
            using var sync = await GetAsync($"/api/v1/syncs/{id}");
            if (sync.RootElement.GetProperty("status").GetString() is not ("queued" or "running"))
                return (sync.RootElement.Clone(), Stopwatch.GetElapsedTime(started));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Asks for one page of the grid and answers the time.</summary>
    public async Task<TimeSpan> GridPageAsync(string connection, string filter, string sort)
    {
        var started = Stopwatch.GetTimestamp();
        using var page = await GetAsync($"/api/v1/connections/{connection}/streams/contacts/records?limit=50&filter={Uri.EscapeDataString(filter)}&sort={Uri.EscapeDataString(sort)}");
        if (page.RootElement.GetProperty("items").GetArrayLength() != 50)
            throw new InvalidOperationException("The grid page is not full.");
        return Stopwatch.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<JsonDocument> GetAsync(string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new InvalidOperationException($"GET {path}: {text}");
    }

    private long Status(string key)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
