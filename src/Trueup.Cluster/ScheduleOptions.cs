namespace Trueup.Cluster;

/// <summary>When syncs run by themselves.</summary>
/// <param name="Hourly">Interval of the incremental sync, at least a second. Default one hour.</param>
/// <param name="Nightly">When everything is compared.</param>
public sealed record ScheduleOptions(TimeSpan Hourly, NightlyRule Nightly)
{
    /// <summary>Every hour, and at two in the morning.</summary>
    public static ScheduleOptions Default { get; } = new(TimeSpan.FromHours(1), new NightlyRule.At(new TimeOnly(2, 0)));
}

/// <summary>When everything is compared.</summary>
public abstract record NightlyRule
{
    private NightlyRule()
    {
    }

    /// <summary>Once a day, at a local time in the account's zone.</summary>
    public sealed record At(TimeOnly LocalTime) : NightlyRule;

    /// <summary>In an interval, at least a second, from one beginning to the next.</summary>
    public sealed record Every(TimeSpan Interval) : NightlyRule;
}
