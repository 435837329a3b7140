using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Planning;

/// <summary>What one step does.</summary>
internal enum StepKind
{
    /// <summary>Ask for the shape of the stream.</summary>
    Describe,
    /// <summary>Read every record.</summary>
    ReadEverything,
    /// <summary>Read what was modified since the watermark.</summary>
    ReadModified,
    /// <summary>Read the list of deleted records.</summary>
    ReadDeletions,
    /// <summary>Read single records by id.</summary>
    ReadByIds,
    /// <summary>Compare with the CRM's count, and with its ids where everything was read.</summary>
    Compare,
    /// <summary>Read nothing: the stream is as fresh as its last complete enumeration, and waits for the next.</summary>
    WaitForNight,
    /// <summary>Read the links of every record.</summary>
    SweepLinks,
    /// <summary>Read the links of the records that changed.</summary>
    FollowLinks,
}

/// <summary>One step of the plan for one stream.</summary>
/// <param name="Since">For reads with a beginning: where, if earlier than the checkpoint demands.</param>
internal sealed record PlannedStep(
    StepKind Kind, StreamName Stream, string Means, string Reason, long ForecastCalls, DateTimeOffset? Since = null);

/// <summary>What the planner knows of one stream.</summary>
/// <param name="Expected">Records the CRM says there are; null where it was not asked.</param>
internal sealed record StreamFacts(MirroredStream Mirrored, StreamCheckpoint Checkpoint, long? Expected)
{
    /// <summary>Whether the sync was asked for this stream by name.</summary>
    public bool IsNamed { get; init; }
}

/// <summary>Chooses the steps of a sync. Pure: the same facts give the same plan.</summary>
internal static class Planner
{
    /// <summary>Where counts differ for no reason that can be read cheaply, so many calls are spent on finding the reason at once instead of at night.</summary>
    private const long CallsWorthAnAnswer = 250;

    private static readonly TimeSpan LastDay = TimeSpan.FromHours(24);

    /// <summary>Whether a sync of this kind asks for streams and fields.</summary>
    public static bool AsksMetadata(SyncKind kind) =>
        kind is SyncKind.Onboarding or SyncKind.Hourly or SyncKind.LastDay or SyncKind.Nightly or SyncKind.Full;

    /// <summary>Whether a sync of this kind relies on nothing that is known from before: it reads every record's links, and every description.</summary>
    public static bool IsThorough(SyncKind kind) => kind is SyncKind.Onboarding or SyncKind.Nightly or SyncKind.Full;

    /// <summary>The steps for one stream, in order.</summary>
    /// <param name="kind">The kind of sync.</param>
    /// <param name="facts">What is known of the stream.</param>
    /// <param name="now">The CRM's time.</param>
    public static IReadOnlyList<PlannedStep> For(SyncKind kind, StreamFacts facts, DateTimeOffset now)
    {
        var stream = facts.Mirrored.Name;
        var traits = facts.Mirrored.Description.Traits;
        var steps = new List<PlannedStep>();
        if (kind == SyncKind.Records)
        {
            steps.Add(new PlannedStep(StepKind.ReadByIds, stream, "read by id", "These records were asked for.", 1));
            return steps;
        }

        if (Waits(kind, facts))
        {
            steps.Add(new PlannedStep(
                StepKind.WaitForNight, stream, "wait for the night", "The CRM cannot be asked for what was modified in this stream, and reading all of it each hour would cost too much.", 0));
            return steps;
        }

        var everything = WhyEverything(kind, facts);
        if (everything is not null)
            steps.Add(new PlannedStep(StepKind.ReadEverything, stream, "list", everything, CallsForEverything(facts)));

        if (traits.ReadsModified)
        {
            var since = kind == SyncKind.LastDay ? now - LastDay : (DateTimeOffset?)null;
            var reason = everything is not null ? "Catches what changed while everything was read."
                : since is not null ? "Everything modified in the last day was asked for."
                : "The CRM can be asked for what was modified since the watermark.";

            // One page shows one moment: nothing can change behind it.
            var calls = everything is not null && since is null && Records(facts) <= traits.RecordsPerFullPage ? 0 : CallsForModified(facts, since, now);
            steps.Add(new PlannedStep(StepKind.ReadModified, stream, "search", reason, calls, since));
        }

        if (traits.ReportsDeletions && (everything is not null || kind == SyncKind.LastDay))
        {
            steps.Add(new PlannedStep(
                StepKind.ReadDeletions, stream, "deleted list", "Deleting moves no modified stamp, so deletions are asked for apart.", 1,
                kind == SyncKind.LastDay ? now - LastDay : null));
        }

        steps.Add(new PlannedStep(
            StepKind.Compare, stream, traits.Counts ? "count" : "ids", "Green means verified: the CRM's own count must agree.", traits.Counts ? 1 : 0));
        return steps;
    }

    /// <summary>The steps after a comparison that did not agree: a complete enumeration finds what moves no stamp and is on no list,
    /// such as a record brought back from the recycle bin. None where that would cost too much, or was done already.</summary>
    /// <param name="facts">What is known of the stream.</param>
    /// <param name="isResumed">Whether a first load was interrupted, so that some of what it listed may be gone: then it cannot wait for the night.</param>
    public static IReadOnlyList<PlannedStep> AfterDisagreement(StreamFacts facts, bool isResumed)
    {
        var calls = CallsForEverything(facts);
        return calls > CallsWorthAnAnswer && !isResumed
            ? []
            :
            [
                new PlannedStep(
                    StepKind.ReadEverything, facts.Mirrored.Name, "list",
                    isResumed ? "The counts differ, and the first load was interrupted: records may have gone meanwhile."
                        : $"The counts differ, and reading everything costs only {calls} calls.",
                    calls),
                new PlannedStep(StepKind.ReadModified, facts.Mirrored.Name, "search", "Catches what changed while everything was read.", 1),
                new PlannedStep(StepKind.Compare, facts.Mirrored.Name, "count", "Compares again, now with the ids.", 1),
            ];
    }

    private static bool Waits(SyncKind kind, StreamFacts facts) =>
        kind is SyncKind.Hourly or SyncKind.Login && facts is
        {
            IsNamed: false, Mirrored.Description.Traits: { WaitsForNight: true, ReadsModified: false },
            Checkpoint: { Watermark: not null, VerifiedAt: not null, IdsDiffer: false, NeedsBackfill: false },
        }
        && CallsForEverything(facts) > 1;

    private static string? WhyEverything(SyncKind kind, StreamFacts facts) => (kind, facts.Checkpoint, facts.Mirrored.Description.Traits) switch
    {
        (_, { Watermark: null, FullRead.Cursor: not null }, _) => "The first load goes on where it was interrupted.",
        (_, { Watermark: null }, _) => "The stream has not been loaded yet.",
        (SyncKind.Nightly or SyncKind.Full, _, _) => "Only a complete enumeration proves that nothing is missing and nothing is left over.",
        (_, { NeedsBackfill: true }, _) => "A field appeared, and its values on old records move no modified stamp.",
        (_, _, { ReadsModified: false }) => "The CRM cannot be asked for what was modified in this stream.",
        _ => null,
    };

    private static long CallsForEverything(StreamFacts facts)
    {
        var traits = facts.Mirrored.Description.Traits;
        return Math.Max(1, (Records(facts) + traits.RecordsPerFullPage - 1) / traits.RecordsPerFullPage) * traits.CallsPerFullPage;
    }

    private static long Records(StreamFacts facts) => facts.Expected ?? facts.Mirrored.Live;

    private static long CallsForModified(StreamFacts facts, DateTimeOffset? since, DateTimeOffset now)
    {
        var from = since ?? facts.Checkpoint.Watermark ?? now;
        var records = facts.Checkpoint.ModifiedPerHour * Math.Max(0, (now - from).TotalHours);
        return 1 + (long)(records / facts.Mirrored.Description.Traits.RecordsPerModifiedPage);
    }
}
