using Trueup.Host.Settings;

namespace Trueup.Host.Commands;

/// <summary>What runs until it is stopped.</summary>
internal static class ServerVerbs
{
    internal static Verb[] All { get; } =
    [
        new("demo", "[--records N] [--seed S] [--life RATE] [--keep]", "Starts an emulated HubSpot, Salesforce and Intercom with data and life in them, and the server, connected to all three.", Demo.RunAsync)
        {
            Flags = ["keep"], TakesSettings = true,
            Details = "Salesforce and Intercom have a tenth of the records. Everything lies in ./demo-data, or TRUEUP_DATA, which is emptied first unless --keep is given. Every setting is an option as well.",
        },
        new("serve", "[--KEY VALUE …]", "The server: web pages, HTTP API, sync engine.", ServeAsync)
        {
            TakesSettings = true, Details = "Every setting is an option as well: --urls http://127.0.0.1:9000, --schedule-hourly PT30M.",
        },
        new("emulate", "APP… [--records N] [--seed S] [--life RATE] [--data FOLDER] [--urls URL] [--token T] [--real-limits]", "Only the emulated CRM.", EmulateAsync)
        {
            Flags = ["real-limits"],
            Options = ["records", "seed", "life", "data", "urls", "token"],
        },
    ];

    /// <summary>Reads the settings that the options of a verb leave over.</summary>
    internal static ServerSettings ReadSettings(Arguments arguments, IReadOnlyCollection<string> ownOptions, IReadOnlyDictionary<string, string>? usual = null)
    {
        var options = arguments.Options.Where(o => !ownOptions.Contains(o.Key));
        var variables = Environment.GetEnvironmentVariables();
        // What a verb presets gives way to everything that an operator says.
        foreach (var (key, value) in usual ?? new Dictionary<string, string>())
            if (!variables.Contains(key))
                variables[key] = value;
        return new SettingsReader(SettingSources.Read("trueup.json", variables, options), [.. Connectors.All.Select(c => c.App)]).Read();
    }

    private static async Task<int> ServeAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words.Count > 0)
            throw new UsageException($"serve takes options only, not {arguments.Words[0]}.", verb);
        var settings = ReadSettings(arguments, []);
        await using var server = await Server.StartAsync(settings, LogLevel.Information, cancellationToken);
        await server.WaitForShutdownAsync(cancellationToken);
        return CommandLine.Done;
    }

    private static async Task<int> EmulateAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words.Count == 0)
            throw new UsageException("emulate needs an app.", verb);
        var order = EmulatorOrder.Read(verb, arguments);
        var running = new List<IAsyncDisposable>();
        try
        {
            foreach (var name in arguments.Words)
            {
                if (order.Data is not null && EmulatedCrms.Names.Contains(name) && !EmulatedCrms.LoadsData(name))
                    throw new UsageException($"The emulated {name} makes its data up; --data is not for it.", verb);
                var crm = await EmulatedCrms.StartAsync(name, order, cancellationToken) ?? throw new UsageException($"There is no emulated {name}; there is {string.Join(", ", EmulatedCrms.Names)}.", verb);
                running.Add(crm);
                Console.Out.WriteLine($"{name} {crm.Url.ToString().TrimEnd('/')}");
            }
            await StopSignal.WaitAsync();
            return CommandLine.Done;
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            throw new StartException($"The emulated CRM cannot listen: {failure.Message} Choose another address with --urls.");
        }
        finally
        {
            foreach (var crm in running)
                await crm.DisposeAsync();
        }
    }
}

/// <summary>Waits for Ctrl-C or SIGTERM.</summary>
internal static class StopSignal
{
    internal static async Task WaitAsync()
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(System.Runtime.InteropServices.PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, Stop);
        using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, Stop);
        await stop.Task;
    }
}
