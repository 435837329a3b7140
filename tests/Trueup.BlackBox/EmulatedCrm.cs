using System.Net.Http.Json;
using System.Text.Json;

namespace Trueup.BlackBox;

/// <summary>An emulated CRM as a process of its own, driven through its control API.</summary>
public sealed class EmulatedCrm : IAsyncDisposable
{
    private readonly HostProgram program;
    private readonly HttpClient client;

    private EmulatedCrm(HostProgram program, Uri url)
    {
        this.program = program;
        Url = url;
        client = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>The process.</summary>
    public HostProgram Program => program;

    /// <summary>Starts an emulated HubSpot with <c>trueup emulate hubspot</c>, at a free port.</summary>
    /// <param name="options">Options of the command.</param>
    public static Task<EmulatedCrm> StartAsync(params string[] options) => StartAtAsync(new Uri($"http://127.0.0.1:{TrueupServer.FreePort()}"), options);

    /// <summary>Starts an emulated HubSpot at an address, such as that of one which has died.</summary>
    /// <param name="address">Where it is to listen.</param>
    /// <param name="options">Options of the command.</param>
    public static Task<EmulatedCrm> StartAtAsync(Uri address, params string[] options) => StartAtAsync("hubspot", address, options);

    /// <summary>Starts an emulated app with <c>trueup emulate APP</c>, at a free port.</summary>
    /// <param name="app">The app.</param>
    /// <param name="options">Options of the command.</param>
    public static Task<EmulatedCrm> StartAppAsync(string app, params string[] options) => StartAtAsync(app, new Uri($"http://127.0.0.1:{TrueupServer.FreePort()}"), options);

    private static async Task<EmulatedCrm> StartAtAsync(string app, Uri address, string[] options)
    {
        var program = HostProgram.Start(
            ["emulate", app, "--urls", address.ToString().TrimEnd('/'), .. options], new Dictionary<string, string>(), Path.GetTempPath());
        var line = await program.FirstLineAsync();
        return new EmulatedCrm(program, new Uri(line.Split(' ')[^1]));
    }

    /// <summary>Does operations and answers the results.</summary>
    public async Task<JsonElement> MutateAsync(params object[] operations)
    {
        using var answer = await client.PostAsJsonAsync(new Uri("/_emulator/mutate", UriKind.Relative), operations);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException(text);
    }

    /// <summary>Moves the CRM's clock forward.</summary>
    public async Task AdvanceAsync(string duration)
    {
        using var answer = await client.PostAsJsonAsync(new Uri("/_emulator/clock", UriKind.Relative), new { advance = duration });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Turns controls on.</summary>
    public async Task FaultAsync(params object[] controls)
    {
        using var answer = await client.PostAsJsonAsync(new Uri("/_emulator/faults", UriKind.Relative), controls);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Has webhooks delivered about everything that happens from now on.</summary>
    public async Task SendWebhooksAsync(Uri url, string secret, int times = 1)
    {
        using var answer = await client.PostAsJsonAsync(new Uri("/_emulator/webhooks", UriKind.Relative), new { url, secret, times });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Turns all controls off.</summary>
    public async Task HealAsync()
    {
        using var answer = await client.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The requests answered since they were last forgotten, oldest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> RequestsAsync() =>
        [.. (await client.GetFromJsonAsync<JsonElement>(new Uri("/_emulator/requests", UriKind.Relative))).GetProperty("requests").EnumerateArray()];

    /// <summary>Forgets the requests answered so far.</summary>
    public async Task ForgetRequestsAsync()
    {
        using var answer = await client.DeleteAsync(new Uri("/_emulator/requests", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>What is true now: the streams by name.</summary>
    public async Task<JsonElement> StateAsync()
    {
        await using var stream = await client.GetStreamAsync(new Uri("/_emulator/state", UriKind.Relative));
        return (await JsonDocument.ParseAsync(stream)).RootElement.GetProperty("streams");
    }

    /// <summary>The ids of the live records of a stream, in the CRM's order.</summary>
    public async Task<string[]> LiveIdsAsync(string stream) =>
        [.. (await StateAsync()).GetProperty(stream).EnumerateArray()
            .Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null).Select(record => record.GetProperty("id").GetString()!)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await program.DisposeAsync();
    }
}
