using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Contract;
using Trueup.Host.Settings;
using Trueup.Web.Application;

namespace Trueup.Host.Commands;

/// <summary>A demonstration on one's own machine: emulated CRMs that live, the server, an account of each.</summary>
internal static class Demo
{
    private const string Folder = "./demo-data";

    /// <summary>Marks a folder as a demonstration's, which may be emptied; remembers what <c>--keep</c> needs.</summary>
    private const string Marker = "demo.json";

    /// <summary>Enough to watch the first load for a while, little enough to wait for it.</summary>
    private const int UsualRecords = 20_000;

    /// <summary>Org and workspace are a tenth of the portal: they are there within seconds, while the portal still loads.</summary>
    private const int PortalToOthers = 10;

    /// <summary>Changes per second of each: something new in every sync.</summary>
    private const double UsualLife = 2;

    private static readonly Dictionary<string, string> Usual = new()
    {
        ["TRUEUP_DATA"] = Folder,
        // So that one sees them happen.
        ["TRUEUP_SCHEDULE__HOURLY"] = "PT1M",
        ["TRUEUP_SCHEDULE__NIGHTLY"] = "PT5M",
    };

    internal static async Task<int> RunAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words.Count > 0)
            throw new UsageException($"demo takes options only, not {arguments.Words[0]}.", verb);
        string[] own = ["records", "seed", "life"];
        var settings = ServerVerbs.ReadSettings(arguments, own, Usual);
        var memory = Prepare(settings.Data, arguments.Has("keep"));
        var records = arguments.Number(verb, "records", UsualRecords, 0, 10_000_000);
        var seed = arguments.Number(verb, "seed", 1, 0, int.MaxValue);
        var life = EmulatorOrder.ReadLife(verb, arguments, UsualLife);

        await using var portal = await StartCrmAsync("hubspot", new EmulatorOrder(records, seed, life, null, memory.AddressOf("hubspot"), null, RealLimits: true), cancellationToken);
        // Without the vendor's quota: an hourly sync every minute would use up the day's calls of a small org by noon.
        await using var org = await StartCrmAsync(
            "salesforce", new EmulatorOrder(records / PortalToOthers, seed, life, null, memory.AddressOf("salesforce"), null, RealLimits: false), cancellationToken);
        await using var workspace = await StartCrmAsync(
            "intercom", new EmulatorOrder(records / PortalToOthers, seed, life, null, memory.AddressOf("intercom"), null, RealLimits: true), cancellationToken);
        IReadOnlyList<Emulators.IEmulatedCrm> crms = [portal, org, workspace];
        memory = memory with { Crms = crms.ToDictionary(crm => crm.App, crm => crm.Url.ToString().TrimEnd('/')) };
        var addresses = new Dictionary<string, Uri>(settings.Apps.BaseUrls);
        foreach (var (app, url) in memory.Crms)
            addresses[app] = new Uri(url);
        settings = settings with
        {
            Owner = settings.Owner ?? ("demo@example.com", memory.Password),
            ApiToken = settings.ApiToken ?? memory.Token,
            Apps = settings.Apps with { BaseUrls = addresses },
        };
        await using var server = await Server.StartAsync(settings, LogLevel.Warning, cancellationToken);
        Remember(settings.Data, memory);
        await ConnectAsync(server.Services, memory.Crms.Keys, cancellationToken);
        Announce(server, settings, memory, arguments.Json);
        await server.WaitForShutdownAsync(cancellationToken);
        return CommandLine.Done;
    }

    private static async Task<Emulators.IEmulatedCrm> StartCrmAsync(string app, EmulatorOrder order, CancellationToken cancellationToken)
    {
        try
        {
            return (await EmulatedCrms.StartAsync(app, order, cancellationToken))!;
        }
        catch (IOException failure)
        {
            throw new StartException($"The emulated {app} cannot listen at {order.Url}: {failure.Message} Start the demo without --keep, which finds a free address.");
        }
    }

    private static async Task ConnectAsync(IServiceProvider services, IEnumerable<string> apps, CancellationToken cancellationToken)
    {
        var connecting = services.GetRequiredService<Connecting>();
        var connected = (await services.GetRequiredService<Connections>().ListAsync(cancellationToken)).Select(connection => connection.App);
        foreach (var app in connecting.Apps.ExceptBy(connected, app => app.App).Where(app => apps.Contains(app.App)))
        {
            try
            {
                await connecting.ConnectAsync(
                    new Actor("demo", Roles.Owner, IsToken: true), new NewConnection(app.App, $"Demo {app.Label}", new CredentialsInput("demo-token")), cancellationToken);
            }
            catch (ProblemException refused)
            {
                throw new StartException($"The demo account of {app.Label} could not be connected: {refused.Message}");
            }
        }
    }

    private static void Announce(WebApplication server, ServerSettings settings, Memory memory, bool json)
    {
        var (email, password) = settings.Owner!.Value;
        var url = server.Urls.First();
        if (json)
        {
            Output.Json(new JsonObject
            {
                ["url"] = url, ["email"] = email, ["password"] = password, ["token"] = settings.ApiToken,
                ["crms"] = new JsonObject(memory.Crms!.Select(crm => KeyValuePair.Create(crm.Key, (JsonNode?)crm.Value))), ["data"] = Path.GetFullPath(settings.Data),
            });
            return;
        }
        Console.Out.WriteLine($"""

            Trueup is running with an emulated HubSpot, an emulated Salesforce and an emulated Intercom, full of data that changes while you watch.

              Open      {url}
              Sign in   {email}
              Password  {password}

            From another terminal:

              export TRUEUP_URL={url} TRUEUP_TOKEN={settings.ApiToken}
              ./trueup status

            The emulated CRMs listen at {string.Join(", ", memory.Crms!.Values)}. Everything lies in {Path.GetFullPath(settings.Data)}. Ctrl-C stops.
            """);
    }

    private static Memory Prepare(string data, bool keep)
    {
        var marker = Path.Combine(data, Marker);
        var fresh = new Memory(null, RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 14), "demo_" + RandomNumberGenerator.GetHexString(40, lowercase: true));
        if (!Directory.Exists(data) || !Directory.EnumerateFileSystemEntries(data).Any())
            return fresh;
        if (!File.Exists(marker))
            throw new StartException($"The folder {Path.GetFullPath(data)} is not empty and was not made by the demo, so the demo does not touch it. Set TRUEUP_DATA to another folder.");
        if (keep)
            return System.Text.Json.JsonSerializer.Deserialize<Memory>(File.ReadAllText(marker)) ?? fresh;

        // Held for a moment, so that the data of a running demo is not pulled from under it.
        try
        {
            DataFolder.Take(data).Dispose();
        }
        catch (DataFolderException failure)
        {
            throw new StartException(failure.Message);
        }
        Directory.Delete(data, recursive: true);
        return fresh;
    }

    private static void Remember(string data, Memory memory)
    {
        var marker = Path.Combine(data, Marker);
        File.WriteAllText(marker, System.Text.Json.JsonSerializer.Serialize(memory));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(marker, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>What one demo keeps for the next.</summary>
    /// <param name="Crms">The address of each emulated CRM, by app; null before the first start.</param>
    private sealed record Memory(IReadOnlyDictionary<string, string>? Crms, string Password, string Token)
    {
        public Uri AddressOf(string app) => new(Crms?.GetValueOrDefault(app) ?? "http://127.0.0.1:0");

        public override string ToString() => "demo";
    }
}
