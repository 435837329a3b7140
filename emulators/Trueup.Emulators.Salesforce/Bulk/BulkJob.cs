using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>One job of the Bulk API 2.0. What it does is done at once; only its state follows later.</summary>
/// <param name="version">The API version that made it, as it stands in paths, such as <c>v67.0</c>.</param>
internal abstract class BulkJob(string id, SObjectTable table, string operation, CsvDialect dialect, string version, JobCourse course, long created)
{
    private int polls;
    private long began = created;

    public string Id { get; } = id;

    public SObjectTable Table { get; } = table;

    public string Operation { get; } = operation;

    public CsvDialect Dialect { get; } = dialect;

    public string Version { get; } = version;

    public JobState State { get; private set; }

    /// <summary>Why it failed; null where the vendor does not say.</summary>
    public string? Message { get; private set; }

    /// <summary>When its state last changed, in milliseconds since 1970 UTC.</summary>
    public long ChangedAt { get; private set; } = created;

    /// <summary>What it costs the emulator to keep.</summary>
    public abstract long Bytes { get; }

    public bool IsEnded => State is JobState.JobComplete or JobState.Failed or JobState.Aborted;

    protected JobCourse Course { get; } = course;

    /// <summary>Lets it run from now on.</summary>
    public void Begin(long now)
    {
        (began, polls) = (now, 0);
        Move(JobState.UploadComplete, now);
    }

    /// <summary>Somebody asks where it is.</summary>
    public void Poll(long now)
    {
        polls++;
        Advance(now);
        if (State == JobState.UploadComplete)
            Move(JobState.InProgress, now);
    }

    /// <summary>Ends it if it has run long enough.</summary>
    public void Advance(long now)
    {
        if (State is not (JobState.UploadComplete or JobState.InProgress) || polls < Course.Polls && now - began < Course.Milliseconds)
            return;
        Message ??= Course.End == JobState.Failed ? Course.Message : null;
        Move(Message is null ? Course.End : JobState.Failed, now);
    }

    /// <summary>Says that it cannot end well.</summary>
    public void Spoil(string message) => Message ??= message;

    /// <exception cref="Refusal">It has ended already.</exception>
    public void Abort(long now)
    {
        if (IsEnded)
            throw WrongState($"Aborting already {State} Job not allowed");
        Move(JobState.Aborted, now);
    }

    public static Refusal WrongState(string message) => Refusal.Bad("INVALIDJOBSTATE", message);

    /// <summary>What its maker is told.</summary>
    public JsonObject Info()
    {
        var json = new JsonObject
        {
            ["id"] = Id, ["operation"] = Operation, ["object"] = Table.Name, ["createdById"] = SalesforceOrg.UserId,
            ["createdDate"] = StoredValue.InstantText(Created / 1000 * 1000), ["systemModstamp"] = StoredValue.InstantText(ChangedAt / 1000 * 1000),
            ["state"] = State.ToString(), ["concurrencyMode"] = "Parallel", ["contentType"] = "CSV",
            ["apiVersion"] = decimal.Parse(Version.AsSpan(1), CultureInfo.InvariantCulture), ["lineEnding"] = Dialect.LineEndingName,
            ["columnDelimiter"] = Dialect.DelimiterName,
        };
        Describe(json);
        return json;
    }

    /// <summary>The same with what it has done so far.</summary>
    public JsonObject Progress()
    {
        var json = Info();
        var began = State is not (JobState.Open or JobState.UploadComplete);
        Count(json, began);
        json["retries"] = 0;
        json["totalProcessingTime"] = began ? Math.Max(1, ChangedAt - Created) : 0;
        if (State == JobState.Failed && Message is { Length: > 0 } message)
            json["errorMessage"] = message;
        return json;
    }

    protected long Created { get; } = created;

    /// <summary>Adds what is told of this kind of job alone.</summary>
    protected abstract void Describe(JsonObject json);

    /// <summary>Adds how many rows are done.</summary>
    protected abstract void Count(JsonObject json, bool began);

    private void Move(JobState state, long now) => (State, ChangedAt) = (state, now);
}
