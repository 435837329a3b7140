using Trueup.Contract;
using Trueup.Simulation.Faults;
using Trueup.Simulation.HubSpot;
using Trueup.Simulation.Intercom;
using Trueup.Simulation.Salesforce;

namespace Trueup.Simulation.Crm;

/// <summary>A vendor whose CRMs worlds are made of.</summary>
public abstract class SimulatedApp
{
    private static readonly SimulatedApp[] All = [new HubSpotApp(), new SalesforceApp(), new IntercomApp()];

    /// <summary>Its name, as connectors have it.</summary>
    public abstract string Name { get; }

    /// <summary>The app of a name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static SimulatedApp Of(string name) => All.FirstOrDefault(app => app.Name == name)
        ?? throw new FormatException($"There is no app {name}; there are {string.Join(", ", All.Select(app => app.Name))}.");

    /// <summary>Makes the CRM of one account.</summary>
    /// <param name="world">The world.</param>
    /// <param name="name">The account's name.</param>
    /// <param name="number">0 for the first account.</param>
    /// <param name="token">The account's static token.</param>
    public abstract SimulatedCrm Create(World world, string name, int number, string token);

    /// <summary>Makes the real connectors.</summary>
    /// <param name="options">The world they read.</param>
    /// <param name="handler">What sends; the factory disposes of it.</param>
    /// <param name="seed">Seeds the spread of retries.</param>
    public abstract IConnectorFactory Connect(WorldOptions options, HttpMessageHandler handler, int seed);

    /// <summary>Draws a stretch of trouble of one kind.</summary>
    public abstract Episode Trouble(string name, Random chance);

    /// <summary>The endpoints that edits are written at.</summary>
    public abstract IReadOnlyList<string> WriteEndpoints { get; }

    /// <summary>Whether one request writes several records.</summary>
    public virtual bool WritesInBatches => true;

    /// <summary>Streams that a small world may be about, by names of the CRM's state and with commas between them.</summary>
    public abstract IReadOnlyList<string> StreamChoices { get; }
}
