using System.Diagnostics;
using System.Globalization;
using Trueup.Simulation.Checks;
using Trueup.Simulation.Faults;
using Trueup.Simulation.Time;

namespace Trueup.Simulation.Soak;

/// <summary>What the console does: soak, replay, and prove that the checks can fail.</summary>
public static class Commands
{
    private const string Usage = """
        soak   [--first N] [--seeds N] [--minutes N] [--gear small|normal] [--keep-going yes] [option …]   runs worlds until one fails
        replay --seed N [--gear small|normal] [--trace FILE] [option …]                runs one world twice and compares the traces
        mutants [--only NAME,…] [--seeds N]   builds the product with one deliberate fault after the other and runs worlds until one notices
        Options are those that a failure prints, such as --records 300 --days 2 --faults lag,cut. Faults:
        """;

    /// <summary>The drawn worlds of the tests.</summary>
    public const int MutantSeeds = 110;

    /// <summary>Runs a command. Answers 0 if all was well, 1 if a world failed, 2 for wrong usage.</summary>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors)
    {
        try
        {
            var settings = Settings.Of(arguments);
            return settings.Verb switch
            {
                "soak" => Soak(settings, output),
                "replay" => Replay(settings, output),
                "mutants" => Mutants(settings, output),
                _ => throw new FormatException($"There is no command {settings.Verb}."),
            };
        }
        catch (FormatException problem)
        {
            errors.WriteLine($"{problem.Message}\n\n{Usage} {string.Join(' ', FaultCatalog.Names.Concat(FaultCatalog.RareNames))}");
            return 2;
        }
    }

    private static int Soak(Settings settings, TextWriter output)
    {
        var watch = Stopwatch.StartNew();
        var failures = 0;
        var tally = new Tally();
        for (var number = 0L; number < settings.Seeds && watch.Elapsed < settings.Longest; number++)
        {
            var options = settings.World(settings.First + number);
            var each = Stopwatch.StartNew();
            var outcome = Outcome.Of(options, null);
            tally.Add(outcome.Tally);
            if (outcome.Failure is not null)
            {
                failures++;
                output.WriteLine(settings.KeepsGoing ? outcome.ToldShortly() : outcome.Told());
                if (!settings.KeepsGoing)
                    break;
                continue;
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed} well in {each.Elapsed.TotalSeconds:F1} s, {number + 1} worlds in {watch.Elapsed:c}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tally} in {watch.Elapsed.TotalMinutes:F1} minutes; {(failures == 0 ? "not a record lost or wrong" : $"{failures} worlds failed")}."));
        return failures == 0 ? 0 : 1;
    }

    private static int Mutants(Settings settings, TextWriter output)
    {
        using var mutation = new Mutation(output);
        var survivors = mutation.Run(settings.Only, Math.Min(settings.Seeds, MutantSeeds));
        output.WriteLine(survivors == 0 ? "Every mutant was noticed." : $"{survivors} mutants were not noticed.");
        return survivors == 0 ? 0 : 1;
    }

    private static int Replay(Settings settings, TextWriter output)
    {
        var options = settings.World(settings.First);
        using var sink = settings.TraceFile is { } file ? new StreamWriter(file) { AutoFlush = true } : null;
        var (first, second) = (Outcome.Of(options, sink), Outcome.Of(options, null));
        output.WriteLine(first.Failure is null ? $"seed {options.Seed} ends well after {first.Lines} lines, digest {first.Digest}" : first.Told());
        output.WriteLine(first.Digest == second.Digest
            ? "A second run went the same way, byte for byte."
            : $"A second run went ANOTHER way: {second.Lines} lines, digest {second.Digest}.");
        return first.Failure is null && first.Digest == second.Digest ? 0 : 1;
    }
}
