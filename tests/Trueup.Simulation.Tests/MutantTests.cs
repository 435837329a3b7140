using Trueup.Simulation.Soak;

namespace Trueup.Simulation.Tests;

public sealed class MutantTests
{
    [Fact]
    public void Every_mutant_still_fits_the_source_it_is_to_spoil()
    {
        var misfits = Mutation.Misfits();

        Assert.True(misfits.Count == 0, $"What these mutants replace no longer stands there exactly once: {string.Join(", ", misfits)}.");
    }

    [Fact]
    public void There_are_mutants_enough_to_prove_something() => Assert.True(Mutation.Count >= 25);
}
