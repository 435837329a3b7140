namespace Trueup.Cluster;

/// <summary>When to try again what has failed. The wait doubles with every failure, but is never longer than the schedule would have waited anyway.</summary>
/// <param name="clock">The time.</param>
/// <param name="interval">How often it would be tried if all were well.</param>
internal sealed class Backoff(TimeProvider clock, TimeSpan interval)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);
    private int failures;

    /// <summary>When the last failure was; the beginning of time where there was none.</summary>
    public DateTimeOffset FailedAt { get; private set; }

    /// <summary>Until when to wait; the beginning of time where nothing has failed.</summary>
    public DateTimeOffset Until { get; private set; }

    /// <summary>It failed. Answers until when to wait.</summary>
    public DateTimeOffset Fail() => WaitAfter(failures++);

    /// <summary>Something stood in the way that may go as fast as it came, such as a full disk: the shortest wait, however often.</summary>
    public DateTimeOffset Hinder() => WaitAfter(0);

    /// <summary>It succeeded, or a person has changed something: nothing waits any more.</summary>
    public void Forget() => (failures, Until) = (0, default);

    private DateTimeOffset WaitAfter(int earlierFailures)
    {
        var wait = First * Math.Pow(2, Math.Min(earlierFailures, 10));
        var longest = interval < Longest ? interval : Longest;
        FailedAt = clock.GetUtcNow();
        return Until = FailedAt + (wait < longest ? wait : longest);
    }
}
