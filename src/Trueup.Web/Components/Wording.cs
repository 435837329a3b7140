using Trueup.Catalog;
using Trueup.Contract;
using Trueup.Web.Application;

namespace Trueup.Web.Components;

/// <summary>The words that people read for states, kinds, sizes and times.</summary>
public static class Wording
{
    /// <summary>The state of a connection.</summary>
    public static string Of(ConnectionView connection) => connection.State switch
    {
        "onboarding" => "Onboarding",
        "attention" => "Needs attention",
        "paused" => "Paused",
        _ => connection.RunningSyncId is null ? "Live" : "Live, syncing",
    };

    /// <summary>The status of a sync.</summary>
    public static string Of(SyncStatus status) => status.ToString();

    /// <summary>The kind of a sync.</summary>
    public static string Of(SyncKind kind) => kind switch
    {
        SyncKind.LastHour => "Last hour",
        SyncKind.LastDay => "Last day",
        SyncKind.Records => "Single records",
        _ => kind.ToString(),
    };

    /// <summary>Who or what began a sync.</summary>
    public static string OfTrigger(SyncView sync) => sync.Kind == SyncKind.Onboarding ? "after connecting" : OfTrigger(sync.Trigger);

    private static string OfTrigger(string trigger) => trigger switch
    {
        "schedule" => "on schedule",
        "api" => "by the API",
        "webhook" => "by a webhook",
        "edit" => "after an edit",
        _ => trigger.StartsWith("user ", StringComparison.Ordinal) ? $"by {trigger[5..]}" : trigger,
    };

    /// <summary>The declared type of a field.</summary>
    public static string Of(FieldType type) => type switch
    {
        FieldType.Number => "number",
        FieldType.Boolean => "yes or no",
        FieldType.Enumeration => "one choice",
        FieldType.MultiEnumeration => "any choices",
        FieldType.Date => "day",
        FieldType.DateTime => "instant",
        FieldType.Json => "JSON",
        _ => "text",
    };

    /// <summary>Where a stream is on its way into the mirror.</summary>
    public static string Of(StreamPhase phase) => phase switch
    {
        StreamPhase.Waiting => "waiting",
        StreamPhase.Loading => "loading",
        StreamPhase.Verifying => "verifying",
        StreamPhase.Verified => "verified",
        _ => "not readable",
    };

    /// <summary>What became of a change of an edit run, or would.</summary>
    /// <param name="outcome">As <see cref="EditResultView.Outcome"/> has it.</param>
    /// <param name="isPreview">Whether nothing has been written.</param>
    public static string OfOutcome(string outcome, bool isPreview) => outcome switch
    {
        "updated" => isPreview ? "Would change" : "Changed",
        "created" => isPreview ? "Would be created" : "Created",
        "deleted" => isPreview ? "Would be deleted" : "Deleted",
        "restored" => isPreview ? "Would be restored" : "Restored",
        "unmodified" => "As it was",
        "conflict" => "Conflict",
        "rejected" => isPreview ? "Would be refused" : "Refused",
        "waiting" => "Waiting",
        _ => "Asking the app",
    };

    /// <summary>A number of changes.</summary>
    public static string Changes(long count) => count == 1 ? "1 change" : $"{count:N0} changes";

    /// <summary>What a person can do about a connection that needs them.</summary>
    public static string ToDo(AttentionKind kind) => kind switch
    {
        AttentionKind.Reconnect => "Reconnect the account with new credentials. Nothing is lost; syncs go on where they stopped.",
        AttentionKind.Brake => "Look whether these records are really gone in the app, then decide.",
        AttentionKind.MirrorDamaged => "Have the mirror moved aside and loaded anew; the damaged file is kept.",
        AttentionKind.MirrorUnavailable => "Make room or restore access to the data folder. It is tried again by itself.",
        AttentionKind.Failing => "Nothing to do yet: it is tried again by itself.",
        _ => "",
    };

    /// <summary>A number with its thousands apart.</summary>
    public static string Count(long count) => count.ToString("N0");

    /// <summary>A number of records.</summary>
    public static string Records(long count) => count == 1 ? "1 record" : $"{count:N0} records";

    /// <summary>A number of bytes, to three digits.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => $"{bytes / 1e3:0.#} kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.#} MB",
        _ => $"{bytes / 1e9:0.##} GB",
    };

    /// <summary>How long something took.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "under a second",
        { TotalSeconds: < 90 } => $"{span.TotalSeconds:0} s",
        { TotalMinutes: < 90 } => $"{(int)span.TotalMinutes} min {span.Seconds} s",
        { Minutes: 0 } => $"{(int)span.TotalHours} h",
        _ => $"{(int)span.TotalHours} h {span.Minutes} min",
    };

    /// <summary>The time left, as an honest range.</summary>
    public static string TimeLeft(RangeView? seconds) => seconds switch
    {
        null => "working out the time left",
        { High: <= 10 } => "a few seconds left",
        { High: < 60 } => Range(seconds.Low / 10 * 10, (seconds.High + 9) / 10 * 10, "second"),
        { High: < 90 * 60 } => Range(seconds.Low / 60, (seconds.High + 59) / 60, "minute"),
        _ => Range(seconds.Low / 3600, (seconds.High + 3599) / 3600, "hour"),
    };

    private static string Range(long low, long high, string unit)
    {
        var units = high == 1 ? unit : unit + "s";
        return low <= 0 ? $"up to {high} {units} left"
            : low == high ? $"about {high} {units} left"
            : $"about {low} to {high} {units} left";
    }
}
