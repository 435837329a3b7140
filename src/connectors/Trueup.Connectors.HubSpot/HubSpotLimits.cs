using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>HubSpot's rate limits before its headers say better.</summary>
/// <remarks>Source: developers.hubspot.com "API usage guidelines", read on 2026-09.</remarks>
public sealed record HubSpotLimits
{
    /// <summary>Calls of the app per ten seconds; the lowest of all plans, raised by the first answer's headers.</summary>
    public long CallsPerTenSeconds { get; init; } = 100;

    /// <summary>Searches per second of the whole portal, which all apps share. Search answers carry no headers.</summary>
    public long SearchesPerSecond { get; init; } = 5;

    /// <summary>Calls to associations per ten seconds.</summary>
    public long AssociationCallsPerTenSeconds { get; init; } = 100;

    internal IEnumerable<RateLimit> All =>
    [
        new(HubSpotDialect.Burst, CallsPerTenSeconds, TimeSpan.FromSeconds(10)),
        new(HubSpotDialect.Search, SearchesPerSecond, TimeSpan.FromSeconds(1), Share: 0.8),
        new(HubSpotDialect.Associations, AssociationCallsPerTenSeconds, TimeSpan.FromSeconds(10)),
    ];
}
