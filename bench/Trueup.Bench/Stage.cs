using System.Diagnostics;
using System.Net.Http.Json;

namespace Trueup.Bench;

/// <summary>What a run of a benchmark needs around the server that it measures: the CRM's side as a process of its own, and an empty folder.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly Process pages;
    private readonly HttpClient control;

    private Stage(Process pages, Uri crm)
    {
        this.pages = pages;
        Crm = crm;
        control = new HttpClient { BaseAddress = crm };
    }

    /// <summary>Where the CRM listens.</summary>
    public Uri Crm { get; }

    /// <summary>The folder; it goes with the stage.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("trueup-bench-").FullName;

    /// <summary>Starts the CRM's side, which renders its answers first.</summary>
    public static async Task<Stage> SetAsync(string app, int records)
    {
        var pages = Process.Start(new ProcessStartInfo("dotnet", [typeof(Stage).Assembly.Location, "pages", app, $"{records}"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("The page server did not start.");
        return new Stage(pages, new Uri(await pages.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The page server did not start.")));
    }

    /// <summary>How often the CRM was asked since the calls were last forgotten, by what it was asked.</summary>
    public async Task<Dictionary<string, long>> CallsAsync() =>
        await control.GetFromJsonAsync<Dictionary<string, long>>(new Uri("/_bench/calls", UriKind.Relative)) ?? [];

    /// <summary>Begins to count calls anew.</summary>
    public async Task ForgetCallsAsync()
    {
        using var answer = await control.DeleteAsync(new Uri("/_bench/calls", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Has records change in the CRM.</summary>
    public async Task ChangeAsync(int records)
    {
        using var answer = await control.PostAsync(new Uri($"/_bench/change?count={records}", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        control.Dispose();
        pages.Kill();
        await pages.WaitForExitAsync();
        pages.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
