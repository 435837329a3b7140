namespace Trueup.Emulators.HubSpot;

/// <summary>How an emulated HubSpot is started.</summary>
public sealed record HubSpotEmulatorOptions
{
    /// <summary>Where it listens; port 0 takes any free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>Generated contacts, 0 or more. Companies, deals and all other streams come in proportion.</summary>
    public int Records { get; init; }

    /// <summary>The seed of everything that is generated or left to chance. The same seed and the same calls give the same answers.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Mutations per second of a living CRM; 0 for a quiet one.</summary>
    public double Life { get; init; }

    /// <summary>A folder with contacts.jsonl, companies.jsonl, links.jsonl and offices.jsonl to load; null for none.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The only static token accepted; null accepts any.</summary>
    public string? Token { get; init; }

    /// <summary>The only OAuth client accepted; null accepts any.</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret of <see cref="ClientId"/>; null accepts any.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The portal's id.</summary>
    public long PortalId { get; init; } = 48_211_733;

    /// <summary>Properties of generated contacts, at least 30: HubSpot's own, the rest custom.</summary>
    public int ContactProperties { get; init; } = 60;

    /// <summary>Whether generated data has a custom object with 600 properties, <c>survey</c>; describing it takes longer than all else together.</summary>
    public bool WideObject { get; init; } = true;

    /// <summary>Whether only contacts are generated, each of plain values and about 2 KB: what the benchmarks read.</summary>
    public bool BenchmarkData { get; init; }

    /// <summary>Whether a list page, once rendered, is kept and sent again as it is while the stream does not change.</summary>
    public bool PreRenderPages { get; init; }

    /// <summary>Whether the vendor's own quotas apply (facts, section 9: Professional); else none is ever reached.</summary>
    public bool RealLimits { get; init; }

    /// <summary>The longest URL, in characters, before 414. The vendor's own limit is reported between 8,000 and 16,200.</summary>
    public int LongestUrl { get; init; } = 8_000;

    /// <summary>The base of the CRM's clock, and the clock of the server.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
