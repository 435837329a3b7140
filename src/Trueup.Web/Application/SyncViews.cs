using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>A sync as people and programs see it: one row of the sync log.</summary>
/// <param name="Account">The account's name.</param>
/// <param name="Trigger"><c>schedule</c>, <c>api</c>, <c>webhook</c> or <c>user NAME</c>.</param>
/// <param name="AsOf">The CRM's time as of which the mirror is right.</param>
/// <param name="Reason">Why it did not end verified.</param>
/// <param name="Steps">The plan with forecast and actual API calls; only on a single sync.</param>
public sealed record SyncView(
    string Id, string ConnectionId, string App, string AppLabel, string Account, SyncKind Kind, string Trigger, DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? AsOf, DateTimeOffset? EndedAt, SyncStatus Status, string? Reason,
    long TotalApp, long TotalTrueup, long TotalDifference, IReadOnlyList<BreakdownView> Breakdown,
    long ApiCalls, long Retries, long Bytes, IReadOnlyList<MetadataChange> MetadataChanges, IReadOnlyList<PlanStep>? Steps);

/// <summary>What a sync did to one stream.</summary>
/// <param name="App">Live records by the CRM's word; null where it gave none.</param>
/// <param name="Drift">The ids that differ; only on a single sync.</param>
public sealed record BreakdownView(
    string Stream, string Label, long? App, long Trueup, long Difference, long Created, long Updated, long Unchanged, long Buried, long Merged,
    long SetAside, long RowsWritten, long LinksChanged, SyncStatus Status, string? Reason, Drift? Drift);

/// <summary>A sync to start by hand.</summary>
/// <param name="Kind"><c>last-hour</c>, <c>last-day</c>, <c>full</c> or <c>records</c>.</param>
/// <param name="Stream">Only this stream; null for all.</param>
/// <param name="Ids">For <c>records</c>: 1 to 10,000 ids.</param>
public sealed record NewSync(SyncKind Kind, string? Stream = null, IReadOnlyList<string>? Ids = null);

/// <summary>The last verification of a connection: what differs, stream by stream.</summary>
/// <param name="SyncId">The sync that compared; null where none has yet.</param>
/// <param name="AsOf">As of when.</param>
public sealed record DriftView(string? SyncId, DateTimeOffset? AsOf, IReadOnlyList<StreamDriftView> Streams);

/// <summary>What differs in one stream.</summary>
public sealed record StreamDriftView(
    string Stream, string Label, long? App, long Trueup, long Difference, SyncStatus Status, string? Reason, IReadOnlyList<string> Missing,
    IReadOnlyList<string> Extra, IReadOnlyList<string> Different, IReadOnlyList<string> SetAside, long? Braked);

/// <summary>One budget of an app.</summary>
public sealed record BudgetView(
    string Bucket, long? Limit, double WindowSeconds, long UsedByUs, long? UsedByOthers, DateTimeOffset? ResetsAt, long Reserve);

/// <summary>A comparison asked for by a person.</summary>
/// <param name="Status"><c>running</c>, <c>verified</c>, <c>unverified</c> or <c>failed</c>.</param>
public sealed record VerificationView(string Id, string ConnectionId, string Status, string? Reason, DateTimeOffset StartedAt, IReadOnlyList<BreakdownView> Breakdown);

/// <summary>Why the engine did, or will do, what it does.</summary>
/// <param name="SyncId">The sync that is explained; null for a plan.</param>
public sealed record ExplanationView(string? SyncId, SyncKind Kind, IReadOnlyList<PlanStep> Steps);
