using Trueup.Contract;

namespace Trueup.Engine;

/// <summary>What an operator may set. Everything else the engine works out from what it measures.</summary>
public sealed record EngineOptions
{
    /// <summary>The part of a stream that one sync may bury without asking, above 0 and at most 1. Default 0.2.</summary>
    public double DeletesBrake { get; init; } = 0.2;

    /// <summary>Streams read at the same time, at least 1. Default 3: hides the CRM's answer times, keeps memory flat.</summary>
    public int StreamsAtOnce { get; init; } = 3;

    /// <summary>The streams to mirror; null for all that the CRM shows.</summary>
    public IReadOnlySet<StreamName>? Streams { get; init; }

    /// <summary>Whether a stream is to be mirrored.</summary>
    public bool Includes(StreamName stream) => Streams is null || Streams.Contains(stream);

    /// <summary>Records that may always be buried without asking, whatever their part of the stream.</summary>
    public const int AlwaysAllowedBurials = 100;
}
