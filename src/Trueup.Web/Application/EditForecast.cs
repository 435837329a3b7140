namespace Trueup.Web.Application;

/// <summary>How far an edit run is. Pure.</summary>
public static class EditForecast
{
    // An app answers at an uneven pace, so one figure would be a lie.
    private const double Luck = 0.7;
    private const double Misfortune = 1.5;

    /// <summary>Before this has passed, nothing can be said.</summary>
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(2);

    /// <summary>Changes that have ended.</summary>
    public static int Done(EditView run) => run.Succeeded + run.Failed + run.Conflicted + run.Unmodified;

    /// <summary>How much of it is done, from 0 to 100.</summary>
    public static double Percent(EditView run) => run.Total == 0 ? 100 : 100.0 * Done(run) / run.Total;

    /// <summary>Seconds left, reckoned from the pace so far; null where that cannot be told yet.</summary>
    /// <param name="run">The run.</param>
    /// <param name="now">The time by our clock.</param>
    public static RangeView? Left(EditView run, DateTimeOffset now)
    {
        var (done, spent) = (Done(run), now - run.StartedAt);
        if (done == 0 || spent < Soonest)
            return null;
        var left = spent.TotalSeconds * (run.Total - done) / done;
        return new RangeView((long)(left * Luck), (long)Math.Ceiling(left * Misfortune));
    }
}
