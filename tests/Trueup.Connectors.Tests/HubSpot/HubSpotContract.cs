using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class HubSpotContract : MergeContract
{
    protected override (string Stream, string Field) Main => ("contacts", "city");

    protected override (string List, string Modified) Endpoints => ("list", "search");

    protected override async Task<IEmulatedCrm> StartAsync() =>
        await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 260, Seed = 7 });

    protected override IConnectorFactory CreateFactory() => new HubSpotConnectorFactory(seed: 1);

    // The emulator calls a custom object by its short name, Trueup by the fully qualified one.
    protected override StreamName NameOf(string controlName, IReadOnlyList<StreamDescription> streams) =>
        streams.SingleOrDefault(stream => stream.Name.Value.EndsWith($"_{controlName}", StringComparison.Ordinal) && stream.Name.Value.StartsWith('p'))?.Name
        ?? base.NameOf(controlName, streams);
}
