using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Trueup.Cluster;

namespace Trueup.Host.Tests;

public sealed class ScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly DateTimeOffset LongAgo = At("2026-01-01T00:00:00Z");

    [Fact]
    public void The_hourly_sync_is_due_an_interval_after_the_last_one_began() =>
        Assert.Equal(At("2026-06-01T13:30:00Z"), Nightly("02:00").NextHourly(At("2026-06-01T12:30:00Z"), LongAgo));

    [Fact]
    public void What_was_missed_while_the_server_was_down_is_due_at_once_and_once()
    {
        var clock = new FakeTimeProvider(At("2026-06-10T12:00:00Z"));
        var schedule = Nightly("02:00");

        var due = schedule.NextNightly(At("2026-06-01T00:00:00Z"), LongAgo);
        Assert.True(due < clock.GetUtcNow());

        var next = schedule.NextNightly(clock.GetUtcNow(), LongAgo);
        Assert.Equal(At("2026-06-11T00:00:00Z"), next);
    }

    [Fact]
    public void The_night_is_reckoned_in_the_accounts_zone()
    {
        Assert.Equal(At("2026-06-02T00:00:00Z"), Nightly("02:00").NextNightly(At("2026-06-01T12:00:00Z"), LongAgo));
        Assert.Equal(At("2026-12-02T01:00:00Z"), Nightly("02:00").NextNightly(At("2026-12-01T12:00:00Z"), LongAgo));
    }

    [Fact]
    public void On_the_night_that_skips_the_hour_the_sync_is_due_at_the_first_instant_after_the_gap()
    {
        // On 29 March 2026 the clocks in Berlin go from 02:00 to 03:00 at 01:00 UTC.
        Assert.Equal(At("2026-03-29T01:00:00Z"), Nightly("02:00").NextNightly(At("2026-03-28T12:00:00Z"), LongAgo));
        Assert.Equal(At("2026-03-29T01:00:00Z"), Nightly("02:30").NextNightly(At("2026-03-28T12:00:00Z"), LongAgo));
    }

    [Fact]
    public void On_the_night_that_has_the_hour_twice_the_sync_is_due_once()
    {
        // On 25 October 2026 the clocks in Berlin go from 03:00 back to 02:00 at 01:00 UTC.
        var schedule = Nightly("02:30");

        var first = schedule.NextNightly(At("2026-10-24T12:00:00Z"), LongAgo);
        var next = schedule.NextNightly(first, LongAgo);

        Assert.Equal(At("2026-10-25T00:30:00Z"), first);
        Assert.Equal(At("2026-10-26T01:30:00Z"), next);
    }

    [Fact]
    public void Every_night_of_two_years_has_exactly_one_sync()
    {
        var schedule = Nightly("02:30");
        var nights = new HashSet<DateOnly>();
        var last = At("2025-12-31T12:00:00Z");
        for (var night = 0; night < 730; night++)
        {
            var due = schedule.NextNightly(last, LongAgo);
            Assert.True(due > last);
            Assert.True(nights.Add(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(due, Berlin).DateTime)));
            last = due;
        }

        Assert.Equal(new DateOnly(2027, 12, 31), nights.Max());
    }

    [Fact]
    public void A_nightly_interval_counts_from_the_beginning_of_the_last_one()
    {
        var schedule = new Schedule(new ScheduleOptions(TimeSpan.FromHours(1), new NightlyRule.Every(TimeSpan.FromSeconds(30))), Berlin, jitter: 0);

        Assert.Equal(At("2026-06-01T12:00:30Z"), schedule.NextNightly(At("2026-06-01T12:00:00Z"), LongAgo));
    }

    [Fact]
    public void Jitter_shifts_a_night_by_at_most_five_minutes_and_always_by_the_same()
    {
        var schedule = new Schedule(new ScheduleOptions(TimeSpan.FromHours(1), new NightlyRule.At(new TimeOnly(2, 0))), Berlin, jitter: 1);

        var first = schedule.NextNightly(At("2026-06-01T12:00:00Z"), LongAgo);
        var next = schedule.NextNightly(first, LongAgo);

        Assert.Equal(At("2026-06-02T00:05:00Z"), first);
        Assert.Equal(At("2026-06-03T00:05:00Z"), next);
    }

    private static Schedule Nightly(string at) => new(
        new ScheduleOptions(TimeSpan.FromHours(1), new NightlyRule.At(TimeOnly.Parse(at, CultureInfo.InvariantCulture))), Berlin, jitter: 0);

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
