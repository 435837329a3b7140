using Trueup.Simulation.Soak;

namespace Trueup.Simulation.Tests;

public sealed class ReplayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(21)]
    public void The_same_seed_goes_the_same_way_byte_for_byte(int seed)
    {
        var options = WorldOptions.Draw(seed, Gear.Small);
        using var first = new StringWriter();
        using var second = new StringWriter();

        Outcome.Of(options, first);
        Outcome.Of(options, second);

        Assert.True(first.ToString().Length > 10_000);
        Assert.Equal(first.ToString(), second.ToString());
    }

    [Fact]
    public void Another_seed_goes_another_way() =>
        Assert.NotEqual(Outcome.Of(Quiet(1), null).Digest, Outcome.Of(Quiet(2), null).Digest);

    [Fact]
    public void What_a_failure_prints_makes_the_same_world_again()
    {
        var options = WorldOptions.Draw(5, Gear.Small);

        var again = WorldOptions.Parse(options.ToString());

        Assert.Equal(options.ToString(), again.ToString());
    }

    private static WorldOptions Quiet(int seed) => WorldOptions.Draw(seed, Gear.Small) with { Records = 30, Days = 0.3, Faults = [], DeathsPerDay = 0 };
}
