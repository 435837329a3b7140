using System.ComponentModel;
using System.Diagnostics;
using Trueup.Emulators.HubSpot;
using Trueup.Emulators.Intercom;
using Trueup.Emulators.Salesforce;

namespace Trueup.Emulators.Tests;

public sealed class NodeClientTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "node");

    private static readonly string[] Clients = ["@hubspot/api-client", "@jsforce/jsforce-node", "intercom-client", "ajv"];

    [Fact]
    public async Task HubSpots_own_Node_client_drives_it_without_a_complaint()
    {
        await using var crm = await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 300 });

        await TestAsync("EMULATOR_URL", crm.Url, "");
    }

    [Fact]
    public async Task The_Node_client_that_Salesforces_own_tools_are_built_on_drives_it_without_a_complaint()
    {
        await using var crm = await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = 300 });

        await TestAsync("SALESFORCE_URL", crm.Url, "salesforce");
    }

    [Fact]
    public async Task Intercoms_own_Node_client_drives_it_without_a_complaint()
    {
        await using var crm = await EmulatedIntercom.StartAsync(new IntercomEmulatorOptions { Records = 300, Seed = 7 });

        await TestAsync("INTERCOM_URL", crm.Url, "intercom");
    }

    [Fact]
    public async Task Every_kind_of_answer_of_the_emulated_Intercom_is_as_the_vendor_describes_it()
    {
        var description = Path.Combine(Repository.Root, "..", "shared", "specs", "intercom", "intercom-2.16.yaml");
        Assert.SkipUnless(File.Exists(description), "../shared/specs/intercom is absent: there is no description to hold the answers against.");
        await using var crm = await EmulatedIntercom.StartAsync(new IntercomEmulatorOptions { Records = 300, Seed = 7 });

        await TestAsync("INTERCOM_URL", crm.Url, Path.Combine("intercom", "conformance"));
    }

    private static async Task TestAsync(string variable, Uri url, string subfolder)
    {
        if (Clients.Any(client => !Directory.Exists(Path.Combine(Folder, "node_modules", client))))
            await RunAsync("npm", variable, url, "ci", "--no-audit", "--no-fund");

        var files = Directory.GetFiles(Path.Combine(Folder, subfolder), "*.test.mjs").Order(StringComparer.Ordinal);
        var output = await RunAsync("node", variable, url, ["--test", "--test-concurrency=1", "--test-reporter=tap", .. files]);

        Assert.Contains("# fail 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("# pass 0", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, string variable, Uri url, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable] = url.ToString();
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
