using Trueup.Emulators;

namespace Trueup.Simulation.Edits;

/// <summary>What goes wrong with the writes of an edit run, beside all that goes wrong with every request.</summary>
internal static class EditTrouble
{
    private static readonly Dictionary<string, string> NoHeaders = [];
    private static readonly Dictionary<string, string> Later = new() { ["Retry-After"] = "900" };

    /// <summary>Draws a trouble that strikes the next writes.</summary>
    /// <param name="endpoints">The endpoints that write.</param>
    /// <param name="inBatches">Whether one request writes several records, so that some of them can be refused.</param>
    /// <param name="chance">Chance.</param>
    public static Control Draw(IReadOnlyList<string> endpoints, bool inBatches, Random chance)
    {
        Control trouble = chance.Next(8) switch
        {
            // The answer is lost, and nobody can know whether the request had arrived.
            0 or 1 => new CutControl(chance.Next(3) * 40),
            2 => new TruncateControl(chance.Next(200)),
            3 => new StallControl(chance.Next(2) == 0 ? null : TimeSpan.FromSeconds(chance.Next(1, 100))),
            4 or 5 => new FaultControl(Any(chance, 500, 502, 503, 504, 408), chance.Next(4) == 0 ? Later : NoHeaders, null) { Applied = chance.Next(2) == 0 },

            // What the vendor says of itself, and nothing was done.
            6 => new FaultControl(Any(chance, 429, 423, 403), NoHeaders, null),
            _ => inBatches ? new PartialControl { Share = 0.3 } : new FaultControl(422, NoHeaders, null),
        };
        return trouble with { Endpoint = endpoints[chance.Next(endpoints.Count)], Times = trouble is PartialControl ? 1 + chance.Next(30) : 1 + chance.Next(2) };
    }

    /// <summary>The same trouble without a lie: what refuses a write in the vendor's own words has not done it.</summary>
    public static Control Honest(Control control) => control is FaultControl { Applied: true, Status: < 500 and not 408 and not 207 } fault ? fault with { Applied = false } : control;

    private static int Any(Random chance, params int[] choices) => choices[chance.Next(choices.Length)];
}
