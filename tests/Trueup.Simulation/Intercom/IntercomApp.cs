using Trueup.Connectors.Intercom;
using Trueup.Contract;
using Trueup.Emulators.Intercom;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Intercom;

/// <summary>Intercom.</summary>
public sealed class IntercomApp : SimulatedApp
{
    /// <inheritdoc/>
    public override string Name => "intercom";

    /// <inheritdoc/>
    public override IReadOnlyList<string> WriteEndpoints => ["create", "update", "delete", "archive"];

    public override bool WritesInBatches => false;

    /// <inheritdoc/>
    public override IReadOnlyList<string> StreamChoices { get; } =
        ["contacts,companies", "contacts,companies,conversations", "contacts,tickets,tags", "contacts,conversations,tickets,admins", "contacts,companies,tags,segments"];

    /// <inheritdoc/>
    public override SimulatedCrm Create(World world, string name, int number, string token)
    {
        var options = world.Options;
        return new IntercomCrm(new Uri($"https://{name}.example"), EmulatedIntercom.WithoutServer(new IntercomEmulatorOptions
        {
            Records = Math.Max(1, options.Records / (1 + number)), Seed = number == 0 ? options.Seed : Seeds.Of(options.Seed, name), Clock = world.Time,
            WorkspaceCode = $"ws{number}", Token = token,

            // At once: the checks are told of what a request has written, not of what it set going.
            CompanyArchival = TimeSpan.Zero,
        }));
    }

    /// <inheritdoc/>
    public override IConnectorFactory Connect(WorldOptions options, HttpMessageHandler handler, int seed) => new IntercomConnectorFactory(handler, seed);

    /// <inheritdoc/>
    public override Episode Trouble(string name, Random chance) => IntercomFaults.Draw(name, chance);
}
