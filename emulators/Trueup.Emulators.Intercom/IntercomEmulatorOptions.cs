namespace Trueup.Emulators.Intercom;

/// <summary>How an emulated Intercom is started.</summary>
public sealed record IntercomEmulatorOptions
{
    /// <summary>Where it listens; port 0 takes any free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>Generated contacts, 0 or more. Companies, conversations and tickets come in proportion.</summary>
    public int Records { get; init; }

    /// <summary>The seed of everything that is generated or left to chance. The same seed and the same calls give the same answers.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Mutations per second of a living CRM; 0 for a quiet one.</summary>
    public double Life { get; init; }

    /// <summary>The workspace's code, which <c>/me</c> tells.</summary>
    public string WorkspaceCode { get; init; } = "ab12cd34";

    /// <summary>The region that <c>/me</c> tells: <c>US</c>, <c>EU</c> or <c>AU</c>.</summary>
    public string Region { get; init; } = "US";

    /// <summary>The workspace's IANA time zone, in whose days contacts are searched up to version 2.16.</summary>
    public string TimeZone { get; init; } = "Europe/Dublin";

    /// <summary>The only static token accepted; null accepts any.</summary>
    public string? Token { get; init; }

    /// <summary>The only OAuth client accepted; null accepts any.</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret of <see cref="ClientId"/>; null accepts any.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The version of requests that name none.</summary>
    public string DefaultVersion { get; init; } = "2.16";

    /// <summary>More calls than anybody makes.</summary>
    public const int NoLimit = 1_000_000_000;

    /// <summary>The vendor's own number of calls of an app in ten seconds (facts, section 11).</summary>
    public const int VendorsCallsPerSlice = 1_667;

    /// <summary>Calls in ten seconds, of everybody together.</summary>
    public int CallsPerSlice { get; init; } = NoLimit;

    /// <summary>Companies that the paged list reaches, as the vendor has it.</summary>
    public int CompaniesListed { get; init; } = 10_000;

    /// <summary>The base of the CRM's clock, and the clock of the server.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
