using Trueup.Web.Application;
using Trueup.Web.Components;

namespace Trueup.Web.Tests;

public sealed class WordingTests
{
    [Theory]
    [InlineData(0, 8, "a few seconds left")]
    [InlineData(24, 41, "about 20 to 50 seconds left")]
    [InlineData(3, 41, "up to 50 seconds left")]
    [InlineData(20, 60, "up to 1 minute left")]
    [InlineData(120, 210, "about 2 to 4 minutes left")]
    [InlineData(180, 180, "about 3 minutes left")]
    [InlineData(3000, 7000, "up to 2 hours left")]
    [InlineData(7200, 14000, "about 2 to 4 hours left")]
    public void The_time_left_is_a_range_that_holds_what_was_reckoned(long low, long high, string expected) =>
        Assert.Equal(expected, Wording.TimeLeft(new RangeView(low, high)));

    [Fact]
    public void An_unknown_time_left_is_not_guessed() => Assert.Equal("working out the time left", Wording.TimeLeft(null));

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(12_345, "12.3 kB")]
    [InlineData(5_000_000_000, "5 GB")]
    public void Sizes_are_short(long bytes, string expected) => Assert.Equal(expected, Wording.Bytes(bytes));
}
