using Trueup.Emulators;
using Trueup.Emulators.HubSpot;
using Trueup.Emulators.Intercom;
using Trueup.Emulators.Salesforce;
using Trueup.Host.Commands;

namespace Trueup.Host;

/// <summary>What to put into an emulated CRM, and where it listens.</summary>
/// <param name="Records">Records to make.</param>
/// <param name="Seed">The same seed gives the same data.</param>
/// <param name="Life">Changes per second that it makes by itself; 0 for none.</param>
/// <param name="Data">A folder with real data to load; null to make data up.</param>
/// <param name="Url">Where to listen.</param>
/// <param name="Token">The only token it takes; null for any.</param>
/// <param name="RealLimits">Whether the vendor's own quotas apply.</param>
internal sealed record EmulatorOrder(int Records, long Seed, double Life, string? Data, Uri Url, string? Token, bool RealLimits)
{
    internal static EmulatorOrder Read(Verb verb, Arguments arguments)
    {
        var url = arguments.Find("urls") ?? "http://127.0.0.1:0";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != "http")
            throw new UsageException($"--urls is an address such as http://127.0.0.1:9000, not {url}.", verb);
        var data = arguments.Find("data");
        if (data is not null && !Directory.Exists(data))
            throw new UsageException($"--data is a folder, and there is none at {data}.", verb);
        return new EmulatorOrder(
            arguments.Number(verb, "records", data is null ? 1000 : 0, 0, 10_000_000), arguments.Number(verb, "seed", 1, 0, int.MaxValue), ReadLife(verb, arguments, 0), data, address, arguments.Find("token"), arguments.Has("real-limits"));
    }

    internal static double ReadLife(Verb verb, Arguments arguments, double usual) =>
        arguments.Find("life") is not { } text ? usual
            : double.TryParse(text, out var rate) && rate is >= 0 and <= 10_000 ? rate
            : throw new UsageException($"--life is changes per second, from 0 to 10000, not {text}.", verb);
}

/// <summary>The emulated CRMs of this build: one line each.</summary>
internal static class EmulatedCrms
{
    internal static IReadOnlyList<string> Names { get; } = ["hubspot", "salesforce", "intercom"];

    /// <summary>Whether one can be filled with a folder of data.</summary>
    internal static bool LoadsData(string app) => app == "hubspot";

    /// <summary>Starts one; null where there is none of that name.</summary>
    internal static async Task<IEmulatedCrm?> StartAsync(string app, EmulatorOrder order, CancellationToken cancellationToken) => app switch
    {
        "hubspot" => await EmulatedHubSpot.StartAsync(
            new HubSpotEmulatorOptions
            {
                Records = order.Records, Seed = order.Seed, Life = order.Life, DataFolder = order.Data, Url = order.Url.ToString().TrimEnd('/'), Token = order.Token, RealLimits = order.RealLimits,
            }, cancellationToken),
        "salesforce" => await EmulatedSalesforce.StartAsync(
            new SalesforceEmulatorOptions
            {
                Records = order.Records, Seed = order.Seed, Life = order.Life, Url = order.Url.ToString().TrimEnd('/'), Token = order.Token,
                DailyRequests = order.RealLimits ? SalesforceEmulatorOptions.DeveloperEditionRequests : SalesforceEmulatorOptions.NoLimit,
            }, cancellationToken),
        "intercom" => await EmulatedIntercom.StartAsync(
            new IntercomEmulatorOptions
            {
                Records = order.Records, Seed = order.Seed, Life = order.Life, Url = order.Url.ToString().TrimEnd('/'), Token = order.Token,
                CallsPerSlice = order.RealLimits ? IntercomEmulatorOptions.VendorsCallsPerSlice : IntercomEmulatorOptions.NoLimit,
            }, cancellationToken),
        _ => null,
    };
}
