using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Engine;

namespace Trueup.Host.Settings;

/// <summary>Everything an operator may set, checked.</summary>
internal sealed record ServerSettings
{
    /// <summary>Where the server listens.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>How the server is reached from outside, without trailing slash; null where requests say it.</summary>
    public required string? PublicUrl { get; init; }

    /// <summary>The data folder.</summary>
    public required string Data { get; init; }

    /// <summary>The first owner; null where the first-run page makes them.</summary>
    public required (string Email, string Password)? Owner { get; init; }

    /// <summary>The owner-level API token; null for none.</summary>
    public required string? ApiToken { get; init; }

    /// <summary>When syncs run by themselves.</summary>
    public required ScheduleOptions Schedule { get; init; }

    /// <summary>What the engine may do without asking.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>How mail leaves.</summary>
    public required MailOptions Mail { get; init; }

    /// <summary>What is set about apps.</summary>
    public required AppOptions Apps { get; init; }

    /// <summary>Whether logs are written as JSON.</summary>
    public required bool JsonLog { get; init; }

    /// <summary>Secrets stay out of logs.</summary>
    public override string ToString() => $"settings for {string.Join(';', Urls)}";
}
