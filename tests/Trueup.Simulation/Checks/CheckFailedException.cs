namespace Trueup.Simulation.Checks;

/// <summary>Something that must always hold did not.</summary>
/// <param name="invariant">The invariant, as the gauntlet numbers them.</param>
/// <param name="message">What was seen.</param>
public sealed class CheckFailedException(string invariant, string message) : Exception($"{invariant}: {message}")
{
    /// <summary>The invariant, as the gauntlet numbers them.</summary>
    public string Invariant => invariant;
}
