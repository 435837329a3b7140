namespace Trueup.Contract;

/// <summary>What kind of sync a run is, as people see it.</summary>
public enum SyncKind
{
    /// <summary>The first load.</summary>
    Onboarding,
    /// <summary>Records modified since the watermark, and metadata.</summary>
    Hourly,
    /// <summary>As hourly, when somebody signs in.</summary>
    Login,
    /// <summary>As hourly, by hand.</summary>
    LastHour,
    /// <summary>Records modified, deleted and merged in the last day, by hand.</summary>
    LastDay,
    /// <summary>Everything compared, on schedule.</summary>
    Nightly,
    /// <summary>Everything compared, by hand.</summary>
    Full,
    /// <summary>Single records by id.</summary>
    Records,
    /// <summary>Changes that people made in Trueup, written to the CRM.</summary>
    Edit,
}

/// <summary>How a sync ended, or where it is.</summary>
public enum SyncStatus
{
    /// <summary>Waiting for its turn.</summary>
    Queued,
    /// <summary>At work.</summary>
    Running,
    /// <summary>Done, and counts and ids agree with the CRM.</summary>
    Verified,
    /// <summary>Done, but counts or ids do not agree, or could not be compared.</summary>
    Unverified,
    /// <summary>Some streams could not be read; the others are done.</summary>
    Partial,
    /// <summary>Nothing could be read.</summary>
    Failed,
    /// <summary>Stopped before its end, by a person or a shutdown. It goes on by itself where it stood.</summary>
    Stopped,
}

/// <summary>A sync to run.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Stream">Only this stream; null for all. Needed for <see cref="SyncKind.Records"/>.</param>
/// <param name="Ids">For <see cref="SyncKind.Records"/>: which, 1 to 10,000.</param>
/// <param name="LinkedIds">For <see cref="SyncKind.Records"/>: those of <paramref name="Ids"/> whose links are read even if they themselves did not change; null for all.</param>
/// <param name="ErasedIds">For <see cref="SyncKind.Records"/>: those of <paramref name="Ids"/> of which nothing may be kept if they prove to be gone; null for none.</param>
public sealed record SyncRequest(
    string Id, SyncKind Kind, StreamName? Stream = null, IReadOnlyList<RecordId>? Ids = null, IReadOnlyList<RecordId>? LinkedIds = null,
    IReadOnlyList<RecordId>? ErasedIds = null);

/// <summary>What a sync did, or has done so far.</summary>
public sealed record SyncReport
{
    /// <summary>The request.</summary>
    public required SyncRequest Request { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The CRM's time as of which the mirror is right; null while unknown.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it ended, or <see cref="SyncStatus.Running"/>.</summary>
    public required SyncStatus Status { get; init; }

    /// <summary>Why it did not end verified; null where it did.</summary>
    public string? Reason { get; init; }

    /// <summary>Stream by stream.</summary>
    public IReadOnlyList<StreamReport> Streams { get; init; } = [];

    /// <summary>Requests sent, retries included.</summary>
    public long ApiCalls { get; init; }

    /// <summary>Requests sent again.</summary>
    public long Retries { get; init; }

    /// <summary>Bytes received.</summary>
    public long Bytes { get; init; }

    /// <summary>Fields and streams that appeared, changed or went.</summary>
    public IReadOnlyList<MetadataChange> MetadataChanges { get; init; } = [];

    /// <summary>The plan with what its steps really cost.</summary>
    public IReadOnlyList<PlanStep> Steps { get; init; } = [];
}

/// <summary>What a sync did to one stream.</summary>
public sealed record StreamReport
{
    /// <summary>The stream.</summary>
    public required StreamName Stream { get; init; }

    /// <summary>Its label.</summary>
    public required string Label { get; init; }

    /// <summary>Live records by the CRM's own word; null where it gave none.</summary>
    public long? InApp { get; init; }

    /// <summary>Live records in the mirror.</summary>
    public long InTrueup { get; init; }

    /// <summary>|InApp − InTrueup|; 0 where the CRM gave no count.</summary>
    public long Difference => InApp is { } inApp ? Math.Abs(inApp - InTrueup) : 0;

    /// <summary>Records seen for the first time.</summary>
    public long Created { get; init; }

    /// <summary>Records with new values.</summary>
    public long Updated { get; init; }

    /// <summary>Records read that were as stored.</summary>
    public long Unchanged { get; init; }

    /// <summary>Records found deleted, archived or forbidden.</summary>
    public long Buried { get; init; }

    /// <summary>Records found merged into others.</summary>
    public long Merged { get; init; }

    /// <summary>Records that could not be mirrored.</summary>
    public long SetAside { get; init; }

    /// <summary>Record rows written.</summary>
    public long RowsWritten { get; init; }

    /// <summary>Links added and removed.</summary>
    public long LinksChanged { get; init; }

    /// <summary>How it ended for this stream.</summary>
    public SyncStatus Status { get; init; } = SyncStatus.Running;

    /// <summary>Why not verified; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Ids that differ, at most 1,000 of each kind.</summary>
    public Drift Drift { get; init; } = Drift.None;
}

/// <summary>Ids on which mirror and CRM do not agree, at most 1,000 of each kind.</summary>
/// <param name="Missing">In the CRM, not in the mirror.</param>
/// <param name="Extra">Live in the mirror, not in the CRM.</param>
/// <param name="Different">In both, with other content.</param>
/// <param name="SetAside">Records that could not be mirrored, with the reason.</param>
public sealed record Drift(
    IReadOnlyList<string> Missing, IReadOnlyList<string> Extra, IReadOnlyList<string> Different, IReadOnlyList<string> SetAside)
{
    /// <summary>No difference.</summary>
    public static Drift None { get; } = new([], [], [], []);
}

/// <summary>One change of metadata.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Field">The field; null where the stream itself appeared or went.</param>
/// <param name="Change"><c>added</c>, <c>changed</c>, <c>retired</c> or <c>returned</c>.</param>
public sealed record MetadataChange(StreamName Stream, string? Field, string Change);

/// <summary>One step of a plan: what will be done, why, and what it should cost.</summary>
/// <param name="Stream">The stream; null for the account.</param>
/// <param name="Means">How, such as <c>list</c>, <c>search</c>, <c>archived list</c>, <c>count</c>.</param>
/// <param name="Reason">Why this and not another means; one sentence.</param>
/// <param name="ForecastCalls">API calls expected.</param>
/// <param name="ActualCalls">API calls made; null before it ran.</param>
public sealed record PlanStep(StreamName? Stream, string Means, string Reason, long ForecastCalls, long? ActualCalls = null);

/// <summary>How far onboarding is.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Eta">Range of the time left; null while unknown.</param>
/// <param name="Streams">Stream by stream.</param>
public sealed record OnboardingProgress(double Percent, (TimeSpan Low, TimeSpan High)? Eta, IReadOnlyList<StreamProgress> Streams);

/// <summary>How far one stream is.</summary>
/// <param name="Expected">Records the CRM says there are; null where it gave no count.</param>
public sealed record StreamProgress(StreamName Stream, string Label, long Mirrored, long? Expected, StreamPhase Phase, string? Reason = null);

/// <summary>Where a stream is on its way into the mirror.</summary>
public enum StreamPhase
{
    /// <summary>Not begun.</summary>
    Waiting,
    /// <summary>Being read for the first time.</summary>
    Loading,
    /// <summary>Read; being compared.</summary>
    Verifying,
    /// <summary>Complete and compared. Edits are allowed.</summary>
    Verified,
    /// <summary>It may not be read, or failed; the reason says which.</summary>
    Refused,
}
