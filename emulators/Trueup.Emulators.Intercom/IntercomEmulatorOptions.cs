namespace Trueup.Emulators.Intercom;

/// <summary>How an emulated Intercom is started.</summary>
public sealed record IntercomEmulatorOptions
{
    /// <summary>More calls than anybody makes.</summary>
    public const int NoLimit = 1_000_000_000;

    /// <summary>The vendor's own number of calls of one app in ten seconds: 10,000 a minute (facts, section 11).</summary>
    public const int VendorsCallsPerSlice = 1_667;

    /// <summary>The vendor's own number of calls of all apps of a workspace in ten seconds: 25,000 a minute (facts, section 11).</summary>
    public const int VendorsWorkspaceCallsPerSlice = 4_167;

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

    /// <summary>The region of the workspace: <c>US</c>, <c>EU</c> or <c>AU</c>. A token that begins with another region and a colon, such as <c>au:secret</c>, opens nothing.</summary>
    public string Region { get; init; } = "US";

    /// <summary>The workspace's IANA time zone, in whose days contacts are searched up to version 2.16.</summary>
    public string TimeZone { get; init; } = "Europe/Dublin";

    /// <summary>The only static token accepted; null accepts any.</summary>
    public string? Token { get; init; }

    /// <summary>The only OAuth client accepted; null accepts any.</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret of <see cref="ClientId"/>; null accepts any.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The version of requests that name none, as configured on the app.</summary>
    public string DefaultVersion { get; init; } = "2.16";

    /// <summary>Calls of one app in ten seconds.</summary>
    public int CallsPerSlice { get; init; } = NoLimit;

    /// <summary>Companies that the paged list reaches before it refuses.</summary>
    public int CompaniesListed { get; init; } = 10_000;

    /// <summary>Whether the scroll shows companies without users; the vendor does not say (facts, section 20).</summary>
    public bool ScrollsUserless { get; init; } = true;

    /// <summary>Whether the last, empty page of a scroll still has its parameter; the vendor does not say (facts, section 20).</summary>
    public bool KeepsLastScrollParameter { get; init; }

    /// <summary>Whether an archived contact is unknown by its id; the vendor does not say (facts, section 20).</summary>
    public bool HidesArchivedContacts { get; init; }

    /// <summary>How long a deleted company stays before it is archived, by the CRM's clock.</summary>
    public TimeSpan CompanyArchival { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The base of the CRM's clock, and the clock of the server.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
