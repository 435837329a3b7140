namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Where a job is (facts, sections 3.5 and 8.5); the names are the vendor's.</summary>
internal enum JobState
{
    /// <summary>It waits for its file.</summary>
    Open,
    /// <summary>It has everything that it needs.</summary>
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

/// <summary>How long a job takes, and how it ends.</summary>
/// <param name="Polls">The poll that finds it ended.</param>
/// <param name="Milliseconds">How long it runs by the CRM's clock.</param>
/// <param name="Message">Why it did not end well; null where the vendor does not say.</param>
internal sealed record JobCourse(int Polls, long Milliseconds, JobState End, string? Message)
{
    private const int NoPolls = int.MaxValue;
    private const long NoTime = long.MaxValue;

    // Whoever polls every five seconds, as the vendor's command line does, shall not wait longer.
    private const long Usual = 5_000;

    /// <summary>The course of a job that nothing disturbs.</summary>
    public static JobCourse Of(JobControl? control, int usualPolls) => control is null ? new(usualPolls, Usual, JobState.JobComplete, null)
        : new(control.Polls ?? (control.Delay is null ? usualPolls : NoPolls),
            control.Delay is { } delay ? (long)delay.TotalMilliseconds : control.Polls is null ? Usual : NoTime,
            control.End switch { JobEnd.Failed => JobState.Failed, JobEnd.Aborted => JobState.Aborted, _ => JobState.JobComplete }, control.Message);
}
