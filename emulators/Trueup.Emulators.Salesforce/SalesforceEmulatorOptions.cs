namespace Trueup.Emulators.Salesforce;

/// <summary>How an emulated Salesforce is started.</summary>
public sealed record SalesforceEmulatorOptions
{
    /// <summary>Where it listens; port 0 takes any free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>The address that token answers name while it does not listen; null for one that is made up.</summary>
    public string? InstanceUrl { get; init; }

    /// <summary>Generated contacts, 0 or more. Accounts, leads and all other objects come in proportion.</summary>
    public int Records { get; init; }

    /// <summary>The seed of everything that is generated or left to chance. The same seed and the same calls give the same answers.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Mutations per second of a living CRM; 0 for a quiet one.</summary>
    public double Life { get; init; }

    /// <summary>The only static token accepted; null accepts any.</summary>
    public string? Token { get; init; }

    /// <summary>The only OAuth client accepted; null accepts any.</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret of <see cref="ClientId"/>; null accepts any, and none.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Whether each refresh ends the refresh token used and the session before, as the vendor demands of new apps since 2026.</summary>
    public bool RotateRefreshTokens { get; init; }

    /// <summary>Whether every object with money has a <c>CurrencyIsoCode</c>.</summary>
    public bool MultiCurrency { get; init; }

    /// <summary>The vendor's own number of calls in 24 hours for a Developer Edition.</summary>
    public const int DeveloperEditionRequests = 15_000;

    /// <summary>More calls in 24 hours than anybody makes.</summary>
    public const int NoLimit = 1_000_000_000;

    /// <summary>Calls in 24 hours, of everybody together.</summary>
    public int DailyRequests { get; init; } = NoLimit;

    /// <summary>Deletions of one object that the org remembers for more than two hours: the vendor's 5,000 for each of 1,000 licences.</summary>
    public int DeleteLogLimit { get; init; } = 5_000_000;

    /// <summary>Which poll finds a bulk job done, 1 or more. Without polls it is done after five seconds by the CRM's clock.</summary>
    public int PollsPerJob { get; init; } = 2;

    /// <summary>Whether the connected user may delete without the recycle bin (the permission "Bulk API Hard Delete").</summary>
    public bool MayHardDelete { get; init; } = true;

    /// <summary>Whether only contacts are generated, with 40 fields that hold plain values: what the benchmarks read.</summary>
    public bool BenchmarkData { get; init; }

    /// <summary>Whether a page of a bulk result, once rendered, is kept and sent again as it is while the object does not change.</summary>
    public bool PreRenderPages { get; init; }

    /// <summary>The base of the CRM's clock, and the clock of the server.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
