namespace Trueup.Engine;

/// <summary>What an operator may set. Everything else the engine works out from what it measures.</summary>
public sealed record EngineOptions
{
    /// <summary>The part of a stream that one sync may bury without asking, above 0 and at most 1. Default 0.2.</summary>
    public double DeletesBrake { get; init; } = 0.2;

    /// <summary>Records that may always be buried without asking, whatever their part of the stream.</summary>
    public const int AlwaysAllowedBurials = 100;
}
