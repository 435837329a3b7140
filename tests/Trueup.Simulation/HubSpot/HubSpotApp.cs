using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Emulators.HubSpot;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation.HubSpot;

/// <summary>HubSpot.</summary>
public sealed class HubSpotApp : SimulatedApp
{
    /// <inheritdoc/>
    public override string Name => "hubspot";

    /// <inheritdoc/>
    public override IReadOnlyList<string> WriteEndpoints => ["batch-create", "batch-update", "batch-archive"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> StreamChoices { get; } =
        ["contacts,companies", "contacts,companies,deals", "contacts,tickets,machine,owners", "companies,deals,notes", "contacts,companies,deals,machine"];

    /// <inheritdoc/>
    public override SimulatedCrm Create(World world, string name, int number, string token)
    {
        var options = world.Options;

        // Ids of all accounts are alike, so that what went astray finds something to spoil.
        return new HubSpotCrm(name, EmulatedHubSpot.WithoutServer(new HubSpotEmulatorOptions
        {
            Records = Math.Max(1, options.Records / (1 + number)), Seed = number == 0 ? options.Seed : Seeds.Of(options.Seed, name), Clock = world.Time,
            ContactProperties = 34, WideObject = false, PortalId = 48_211_733 + number, Token = token,
        }));
    }

    /// <inheritdoc/>
    public override IConnectorFactory Connect(WorldOptions options, HttpMessageHandler handler, int seed) => new HubSpotConnectorFactory(handler, seed);

    /// <inheritdoc/>
    public override Episode Trouble(string name, Random chance) => FaultCatalog.Draw(name, chance);
}
