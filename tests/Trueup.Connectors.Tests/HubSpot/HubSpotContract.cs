using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class HubSpotContract : ConnectorContract
{
    protected override (string Stream, string Field) Main => ("contacts", "city");

    protected override (string List, string Modified) Endpoints => ("list", "search");

    protected override async Task<IEmulatedCrm> StartAsync() =>
        await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 260, Seed = 7 });

    protected override IConnectorFactory CreateFactory() => new HubSpotConnectorFactory(seed: 1);
}
