using System.ComponentModel;
using System.Diagnostics;
using Trueup.Emulators.HubSpot;

namespace Trueup.Emulators.Tests;

public sealed class NodeClientTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "node");

    [Fact]
    public async Task HubSpots_own_Node_client_drives_it_without_a_complaint()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            await RunAsync("npm", "", "ci", "--no-audit", "--no-fund");
        await using var crm = await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 300 });

        var output = await RunAsync("node", crm.Url.ToString(), "--test", "--test-concurrency=1", "--test-reporter=tap");

        Assert.Contains("# fail 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("# pass 0", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, string url, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["EMULATOR_URL"] = url;
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{await errors}");
        return output;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{start.FileName} cannot be started; install Node 20 or newer with npm.", missing);
        }
    }
}
