using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Trueup.BlackBox;

/// <summary>A running server, driven through its HTTP API as anybody would.</summary>
public sealed class TrueupServer : IAsyncDisposable
{
    /// <summary>The API token it is started with.</summary>
    public const string Token = "black-box-token-of-at-least-32-characters";

    private const int LowestPort = 12_000;
    private const int PortCount = 18_000;
    private static int lastPort = Environment.ProcessId * 61;
    // Far beyond any wait that is meant; a state that never comes should say so rather than hang.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    private readonly HttpClient client;

    private TrueupServer(HostProgram program, HttpClient client)
    {
        Program = program;
        this.client = client;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => client.BaseAddress!;

    /// <summary>The process.</summary>
    public HostProgram Program { get; }

    /// <summary>Starts a server on a data folder and waits until it is ready.</summary>
    /// <param name="dataFolder">Its data.</param>
    /// <param name="crm">Base URL of the emulated CRM.</param>
    /// <param name="settings">More settings.</param>
    public static async Task<TrueupServer> StartAsync(string dataFolder, Uri crm, IReadOnlyDictionary<string, string>? settings = null)
    {
        Directory.CreateDirectory(dataFolder);
        var url = $"http://127.0.0.1:{FreePort()}";
        var all = new Dictionary<string, string>
        {
            ["TRUEUP_URLS"] = url,
            ["TRUEUP_DATA"] = dataFolder,
            ["TRUEUP_API_TOKEN"] = Token,
            ["TRUEUP_APPS__HUBSPOT__BASEURL"] = crm.ToString().TrimEnd('/'),
            ["TRUEUP_SCHEDULE__HOURLY"] = "PT12H",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            all[key] = value;
        var program = HostProgram.Start(["serve"], all, dataFolder);
        var client = new HttpClient { BaseAddress = new Uri(url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        for (var attempt = 0; ; attempt++)
        {
            if (program.HasExited || attempt > 600)
                throw new InvalidOperationException($"The server did not become ready: {program.Said}");
            try
            {
                using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                    return new TrueupServer(program, client);
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await PauseAsync(100);
        }
    }

    /// <summary>Connects an account of the emulated HubSpot and answers the connection's id.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="streams">The streams to mirror; none for all.</param>
    public async Task<string> ConnectAsync(string name = "Test", params string[] streams)
    {
        using var connection = await PostAsync(
            "/api/v1/connections", new { app = "hubspot", name, credentials = new { accessToken = "pat-na1-test" }, streams = streams.Length == 0 ? null : streams });
        return connection.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Waits until the connection is live.</summary>
    public async Task WaitUntilLiveAsync(string connection)
    {
        while (true)
        {
            using var now = await GetAsync($"/api/v1/connections/{connection}");
            var state = now.RootElement.GetProperty("state").GetString();
            if (state == "live")
                return;
            if (state == "attention")
                throw new InvalidOperationException($"The connection needs attention: {now.RootElement}");
            await PauseAsync(50);
        }
    }

    /// <summary>Starts a sync and answers its id.</summary>
    public async Task<string> BeginSyncAsync(string connection, string kind, string? stream = null, params string[] ids)
    {
        using var accepted = await PostAsync($"/api/v1/connections/{connection}/syncs", new { kind, stream, ids = ids.Length == 0 ? null : ids });
        return accepted.RootElement.GetProperty("syncId").GetString()!;
    }

    /// <summary>Runs a sync to its end and answers it.</summary>
    public async Task<JsonElement> SyncAsync(string connection, string kind, string? stream = null, params string[] ids)
    {
        var id = await BeginSyncAsync(connection, kind, stream, ids);
        while (true)
        {
            using var sync = await GetAsync($"/api/v1/syncs/{id}");
            if (sync.RootElement.GetProperty("status").GetString() is not ("queued" or "running"))
                return sync.RootElement.Clone();
            await PauseAsync(20);
        }
    }

    /// <summary>GETs a document.</summary>
    public async Task<JsonDocument> GetAsync(string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync($"GET {path}", answer);
    }

    /// <summary>POSTs a document and answers the one that comes back.</summary>
    public async Task<JsonDocument> PostAsync(string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        return await ReadAsync($"POST {path}", answer);
    }

    /// <summary>Lines of a query on the typed views, the column names first.</summary>
    public async Task<IReadOnlyList<JsonElement>> SqlAsync(string connection, string statement)
    {
        using var answer = await client.PostAsJsonAsync(new Uri($"/api/v1/connections/{connection}/sql", UriKind.Relative), new { statement });
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"SQL answered {(int)answer.StatusCode}: {text}");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>Sends a request and answers what comes back, whatever it is; redirects are not followed.</summary>
    public async Task<(int Status, JsonElement Body, Uri? Location)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var bare = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Url };
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.RelativeOrAbsolute));
        request.Headers.Authorization = client.DefaultRequestHeaders.Authorization;
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var answer = await bare.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return ((int)answer.StatusCode, isJson ? JsonDocument.Parse(text).RootElement : default, answer.Headers.Location);
    }

    /// <summary>The newest lines of a connection's sync log.</summary>
    public async Task<IReadOnlyList<JsonElement>> SyncsAsync(string connection)
    {
        using var syncs = await GetAsync($"/api/v1/syncs?connection={connection}&limit=100");
        return [.. syncs.RootElement.GetProperty("items").EnumerateArray().Select(sync => sync.Clone())];
    }

    /// <summary>Waits until the connection is in a state, and answers it.</summary>
    public async Task<JsonElement> WaitForStateAsync(string connection, string state)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var now = await GetAsync($"/api/v1/connections/{connection}");
            if (now.RootElement.GetProperty("state").GetString() == state)
                return now.RootElement.Clone();
            if (TimeProvider.System.GetElapsedTime(since) > LongestWait)
                throw new InvalidOperationException($"The connection never became {state}: {now.RootElement}\nThe server said: {Program.Said}");
            await PauseAsync(50);
        }
    }

    /// <summary>DELETEs.</summary>
    public async Task DeleteAsync(string path)
    {
        using var answer = await client.DeleteAsync(new Uri(path, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Program.DisposeAsync();
    }

    /// <summary>A short wait between two looks.</summary>
    public static Task PauseAsync(int milliseconds) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, CancellationToken.None);

    /// <summary>A port that was free a moment ago and that no outgoing connection will take: below the range the system gives those, and
    /// each process and call begins elsewhere.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = LowestPort + (int)((uint)Interlocked.Increment(ref lastPort) % PortCount);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one, then.
            }
        }
    }

    private static async Task<JsonDocument> ReadAsync(string what, HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(text.Length == 0 ? "null" : text)
            : throw new InvalidOperationException($"{what} answered {(int)answer.StatusCode}: {text}");
    }
}
