using Trueup.Catalog;

namespace Trueup.Cluster;

/// <summary>When the next syncs of one connection are due. Pure: it knows neither the time nor the connection's state.</summary>
/// <remarks>What was missed while the server was down is due at once, and once, however often it was missed.</remarks>
/// <param name="options">The rules.</param>
/// <param name="zone">The account's zone.</param>
/// <param name="jitter">How far this connection's syncs are shifted, as a part of <see cref="LongestShift"/>, from 0 to 1: so that not all accounts begin at once.</param>
public sealed class Schedule(ScheduleOptions options, TimeZoneInfo zone, double jitter)
{
    /// <summary>No sync is shifted by more than this, nor by more than a tenth of its interval.</summary>
    public static readonly TimeSpan LongestShift = TimeSpan.FromMinutes(5);

    /// <summary>The schedule of a connection.</summary>
    public static Schedule Of(ConnectionEntry entry, ScheduleOptions options)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(entry.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        return new Schedule(options, zone, jitter: Seed.Of(entry.Id) / (double)int.MaxValue);
    }

    /// <summary>When the next incremental sync is due.</summary>
    /// <param name="last">When the last one began, or anything that did its work; null: never.</param>
    /// <param name="connectedAt">When the connection was made.</param>
    public DateTimeOffset NextHourly(DateTimeOffset? last, DateTimeOffset connectedAt)
    {
        // The shift is given once, at the first; after that the interval alone keeps connections apart.
        var due = last is { } began ? began + options.Hourly : connectedAt + options.Hourly + ShiftOf(options.Hourly);
        return due;
    }

    /// <summary>When everything is due to be compared.</summary>
    /// <param name="last">When it was last begun; null: never.</param>
    /// <param name="connectedAt">When the connection was made.</param>
    public DateTimeOffset NextNightly(DateTimeOffset? last, DateTimeOffset connectedAt)
    {
        var after = last ?? connectedAt;
        return options.Nightly switch
        {
            NightlyRule.Every every => after + every.Interval + (last is null ? ShiftOf(every.Interval) : TimeSpan.Zero),
            NightlyRule.At at => NextNight(at.LocalTime, after),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private DateTimeOffset NextNight(TimeOnly localTime, DateTimeOffset after)
    {
        var shift = ShiftOf(TimeSpan.FromDays(1));
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime).AddDays(-1);
        while (true)
        {
            var due = InstantOf(day, localTime) + shift;
            if (due > after)
                return due;
            day = day.AddDays(1);
        }
    }

    /// <summary>The instant of a local time on a day: on the night that skips it, the first instant after the gap; on the night that has it twice, the first.</summary>
    private DateTimeOffset InstantOf(DateOnly day, TimeOnly localTime)
    {
        var local = day.ToDateTime(localTime, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private TimeSpan ShiftOf(TimeSpan interval)
    {
        var longest = interval / 10 < LongestShift ? interval / 10 : LongestShift;
        return longest * jitter;
    }
}
