using System.Text.Json.Serialization;
using Trueup.Contract;
using Trueup.Engine.Planning;

namespace Trueup.Engine.State;

/// <summary>How far the mirror's knowledge of one stream reaches. Committed with the records it vouches for, never apart from them.</summary>
internal sealed record StreamCheckpoint
{
    private static readonly Dictionary<string, DateTimeOffset> NoFields = [];

    /// <summary>Where the stream is on its way into the mirror.</summary>
    public StreamPhase Phase { get; init; } = StreamPhase.Waiting;

    /// <summary>The CRM's time up to which every modification is mirrored. Null before the first read is complete. Only moves forward.</summary>
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>End of the last window read, which the fast read has reached although the index may still show more of it later.</summary>
    public DateTimeOffset? ReadUntil { get; init; }

    /// <summary>The largest lateness seen: how long after its stamp a record first showed in a read by modification time.</summary>
    public TimeSpan ObservedLag { get; init; }

    /// <summary>Records an hour that reads by modification time found in their last window.</summary>
    public double ModifiedPerHour { get; init; }

    /// <summary>A full read under way; null if none is.</summary>
    public FullReadCheckpoint? FullRead { get; init; }

    /// <summary>A read by modification time under way; null if none is.</summary>
    public ModifiedReadCheckpoint? ModifiedRead { get; init; }

    /// <summary>Up to when deletions are mirrored; null before the first look.</summary>
    public DateTimeOffset? DeletionsUntil { get; init; }

    /// <summary>Fields appeared whose old values are not mirrored yet: the next pass reads everything.</summary>
    public bool NeedsBackfill { get; init; }

    /// <summary>For each calculated field: when the last read of everything began that brought its present value for every record, by the CRM's
    /// clock. Such values move no stamp (invariant I16), so nothing else makes all of them right. A field that is missing has not been read so yet.</summary>
    /// <remarks>Checkpoints of earlier versions lack it, and what is missing in JSON arrives as null.</remarks>
    public IReadOnlyDictionary<string, DateTimeOffset> CalculatedAsOf { get; init => field = value ?? NoFields; } = NoFields;

    /// <summary>When a complete enumeration last agreed with the mirror, by the CRM's clock; null if none has.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>The last complete enumeration did not agree with the mirror, or held records that could not be mirrored: equal counts alone prove
    /// nothing until one does.</summary>
    public bool IdsDiffer { get; init; }

    /// <summary>Why the stream cannot be read; null while it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>A read has ended that did not mirror everything it should have: the next one by modification time begins where it would have
    /// begun without it.</summary>
    public StreamCheckpoint Leaving(DateTimeOffset until) =>
        this with { ReadUntil = ReadUntil is { } reached && reached > until ? reached : until, ModifiedRead = null };

    /// <summary>Every record has the values that these calculated fields had at an instant, or later ones.</summary>
    public StreamCheckpoint Refreshing(IReadOnlyList<string> calculated, DateTimeOffset at)
    {
        var refreshed = new Dictionary<string, DateTimeOffset>(CalculatedAsOf);
        foreach (var field in calculated)
            refreshed[field] = at;
        return this with { CalculatedAsOf = refreshed };
    }

    /// <summary>Moves the watermark forward, never back.</summary>
    public StreamCheckpoint Reaching(DateTimeOffset until, TimeSpan lag) =>
        this with
        {
            ReadUntil = ReadUntil is { } reached && reached > until ? reached : until,
            Watermark = Watermark is { } mark && mark > until - lag ? mark : until - lag,
            ModifiedRead = null,
        };
}

/// <summary>A full read under way.</summary>
/// <param name="SyncId">The sync that reads.</param>
/// <param name="StartedAt">When it began, by the CRM's clock.</param>
/// <param name="Cursor">Where it stands; null at the beginning.</param>
/// <param name="Pages">Pages read.</param>
internal sealed record FullReadCheckpoint(string SyncId, DateTimeOffset StartedAt, string? Cursor, long Pages);

/// <summary>A read by modification time under way.</summary>
/// <param name="Cursor">Where it stands; null at the beginning.</param>
/// <param name="LeftOut">Whether records of it could not be mirrored, so that it vouches for nothing new.</param>
internal sealed record ModifiedReadCheckpoint(DateTimeOffset Since, DateTimeOffset Until, string? Cursor, bool LeftOut = false);

/// <summary>What is known of the connection as a whole.</summary>
internal sealed record ConnectionCheckpoint
{
    /// <summary>Whom the mirror is of. Never changes.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The sync under way; null if none is.</summary>
    public SyncRequest? Unfinished { get; init; }

    /// <summary>When onboarding was complete; null before.</summary>
    public DateTimeOffset? OnboardedAt { get; init; }

    /// <summary>Pairs whose links have been swept at least once, so that following changed records suffices between sweeps.</summary>
    public IReadOnlyList<string> PairsKnown { get; init; } = [];

    /// <summary>Calls that each step took the last time whose cost does not follow from the number of records, such as asking for the streams.
    /// See <see cref="ForecastOf"/>.</summary>
    public IReadOnlyDictionary<string, long> CallsTaken { get; init; } = new Dictionary<string, long>();

    /// <summary>Calls that such a step should take, by what it took the last time; 1 before it ever ran.</summary>
    public long ForecastOf(FixedStep step, StreamName? stream = null) => CallsTaken.TryGetValue(KeyOf(step.Means, stream), out var calls) ? calls : 1;

    /// <summary>The same with what the steps of a sync really took.</summary>
    public ConnectionCheckpoint Measuring(IEnumerable<PlanStep> steps)
    {
        var taken = new Dictionary<string, long>(CallsTaken);
        foreach (var step in steps.Where(step => FixedStep.All.Any(known => known.Means == step.Means)))
            taken[KeyOf(step.Means, step.Stream)] = step.ActualCalls ?? 1;
        return this with { CallsTaken = taken };
    }

    private static string KeyOf(string means, StreamName? stream) => stream is { } name ? $"{means} {name}" : means;
}

[JsonSerializable(typeof(StreamCheckpoint))]
[JsonSerializable(typeof(ConnectionCheckpoint))]
[JsonSerializable(typeof(BrakeQuestion))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class CheckpointJson : JsonSerializerContext;
