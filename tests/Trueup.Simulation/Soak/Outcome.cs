namespace Trueup.Simulation.Soak;

/// <summary>How a world ended.</summary>
/// <param name="Options">What it was like.</param>
/// <param name="Failure">Why it failed; null if all was well.</param>
/// <param name="Lines">Lines of its trace.</param>
/// <param name="Digest">The hash of its trace.</param>
/// <param name="Tally">How much happened in it.</param>
/// <param name="Last">The last lines of its trace.</param>
public sealed record Outcome(WorldOptions Options, Exception? Failure, long Lines, string Digest, Tally Tally, IReadOnlyList<string> Last)
{
    private const int LinesTold = 60;

    /// <summary>Runs a world to its end.</summary>
    public static Outcome Of(WorldOptions options, TextWriter? sink)
    {
        using var world = new World(options, sink);
        Exception? failure = null;
        try
        {
            world.Run();
        }
        catch (Exception problem)
        {
            failure = problem;
        }

        return new Outcome(options, failure, world.Trace.Lines, world.Trace.Digest, world.Tally, [.. world.Trace.Last]);
    }

    /// <summary>The failure in two lines.</summary>
    public string ToldShortly() => $"""
        seed {Options.Seed} FAILED: {(Failure is Checks.CheckFailedException or Time.WorldStoppedException ? Failure.Message : Failure)}
        again: replay {Options}
        """;

    /// <summary>The failure with all that is needed to see it again.</summary>
    public string Told() => $"""
        {string.Join('\n', Last.TakeLast(LinesTold))}

        {ToldShortly()}
        """;
}
