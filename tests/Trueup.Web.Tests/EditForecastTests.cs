using Trueup.Web.Application;

namespace Trueup.Web.Tests;

public sealed class EditForecastTests
{
    private static readonly DateTimeOffset Begun = new(2026, 9, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_time_left_follows_the_pace_so_far_as_a_range()
    {
        var left = EditForecast.Left(Run(total: 1_000, succeeded: 400, failed: 100), Begun.AddSeconds(50));

        Assert.NotNull(left);
        Assert.InRange(50, left.Low, left.High);
        Assert.True(left.Low < left.High);
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(10, 1)]
    public void Nothing_is_foretold_from_nothing(int succeeded, int seconds) =>
        Assert.Null(EditForecast.Left(Run(total: 1_000, succeeded, failed: 0), Begun.AddSeconds(seconds)));

    [Fact]
    public void Every_change_that_has_ended_counts_however_it_ended() => Assert.Equal(50, EditForecast.Percent(Run(total: 1_000, succeeded: 400, failed: 100)));

    private static EditView Run(int total, int succeeded, int failed) =>
        new("run", "connection", "contacts", "update", "stop", "ada@example.com", null, Begun, null, null, total, succeeded, failed, 0, 0, 0, null, null);
}
