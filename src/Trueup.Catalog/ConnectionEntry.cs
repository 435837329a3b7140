namespace Trueup.Catalog;

/// <summary>One connected account, as the catalog keeps it.</summary>
public sealed class ConnectionEntry
{
    /// <summary>Its id, which sorts by age.</summary>
    public required string Id { get; init; }

    /// <summary>The app, such as <c>hubspot</c>.</summary>
    public required string App { get; init; }

    /// <summary>What people call the account. Unique within the installation, ignoring case.</summary>
    public required string Name { get; set; }

    /// <summary>The CRM's own id of the account, in words. Unique within an app and base URL.</summary>
    public required string ExternalId { get; init; }

    /// <summary>IANA time zone in which the night is reckoned.</summary>
    public required string TimeZone { get; set; }

    /// <summary>Base URL of the API.</summary>
    public required string BaseUrl { get; set; }

    /// <summary>Names of the streams to mirror, comma-separated; null for all.</summary>
    public string? Streams { get; set; }

    /// <summary>The sealed credentials. Never shown.</summary>
    public required string SealedCredentials { get; set; }

    /// <summary>When it was connected.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it is being deleted; null for a connection that stays. The row goes last, so that a crash in between is made good at the next start.</summary>
    public DateTimeOffset? DeletingAt { get; set; }

    /// <summary>Since when a person has paused it; null when it is not paused.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>What a person has to look at: one sentence. Null when all is well.</summary>
    public string? Attention { get; set; }

    /// <summary>What kind of attention; <see cref="AttentionKind.None"/> when all is well.</summary>
    public AttentionKind AttentionKind { get; set; }

    /// <summary>When the first load was complete and verified; null before.</summary>
    public DateTimeOffset? OnboardedAt { get; set; }

    /// <summary>The CRM's time as of which the mirror was last verified as a whole; null for never.</summary>
    public DateTimeOffset? VerifiedAsOf { get; set; }

    /// <summary>Records by which mirror and CRM differed at the last comparison.</summary>
    public long Difference { get; set; }

    /// <summary>When the last sync began that read all recent changes, by our clock.</summary>
    public DateTimeOffset? HourlyAt { get; set; }

    /// <summary>When the last sync began that compared everything, by our clock.</summary>
    public DateTimeOffset? NightlyAt { get; set; }
}

/// <summary>Why a connection needs a person.</summary>
public enum AttentionKind
{
    /// <summary>It does not.</summary>
    None,
    /// <summary>The CRM refuses the credentials. Syncs stop until it is reconnected.</summary>
    Reconnect,
    /// <summary>A sync would bury too many records and asks.</summary>
    Brake,
    /// <summary>The mirror's file is damaged. Syncs stop until a person has it rebuilt.</summary>
    MirrorDamaged,
    /// <summary>The mirror cannot be written, such as on a full disk. Tried again by itself.</summary>
    MirrorUnavailable,
    /// <summary>The last sync failed: the CRM cannot be reached, a quota is used up, the disk is full. Tried again by itself.</summary>
    Failing,
}
