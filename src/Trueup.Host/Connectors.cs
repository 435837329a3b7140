using Trueup.Connectors.HubSpot;
using Trueup.Connectors.Intercom;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;

namespace Trueup.Host;

/// <summary>The connectors of this build: one line each.</summary>
internal static class Connectors
{
    internal static IReadOnlyList<IConnectorFactory> All { get; } =
    [
        new HubSpotConnectorFactory(),
        new SalesforceConnectorFactory(),
        new IntercomConnectorFactory(),
    ];
}
