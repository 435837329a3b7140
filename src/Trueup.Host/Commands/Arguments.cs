namespace Trueup.Host.Commands;

/// <summary>The words after a verb: what stands by itself, and options.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> options = new(StringComparer.Ordinal);
    private readonly HashSet<string> flags = new(StringComparer.Ordinal);

    private Arguments(IReadOnlyList<string> words) => Words = words;

    /// <summary>What stands by itself.</summary>
    internal IReadOnlyList<string> Words { get; }

    /// <summary>All options with a value, without their dashes.</summary>
    internal IReadOnlyDictionary<string, string> Options => options;

    /// <summary>Whether machine-readable output is wanted.</summary>
    internal bool Json => Has("json");

    /// <summary>Reads them.</summary>
    /// <param name="verb">The verb, which knows its options.</param>
    /// <param name="words">What came after it.</param>
    /// <exception cref="UsageException">An option is unknown or lacks its value.</exception>
    internal static Arguments Read(Verb verb, IReadOnlyList<string> words)
    {
        var standing = new List<string>();
        var arguments = new Arguments(standing);
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal) || words[i].Length == 2)
            {
                standing.Add(words[i]);
                continue;
            }
            var (name, value) = words[i][2..].Split('=', 2) is [var left, var right] ? (left, right) : (words[i][2..], null);
            if (verb.Flags.Contains(name) || name == "json")
            {
                arguments.flags.Add(name);
                continue;
            }
            if (!verb.TakesSettings && !verb.Options.Contains(name))
                throw new UsageException($"{verb.Name} has no option --{name}.", verb);
            arguments.options[name] = value ?? (i + 1 < words.Count ? words[++i] : throw new UsageException($"--{name} needs a value.", verb));
        }
        return arguments;
    }

    /// <summary>Whether a flag is given.</summary>
    internal bool Has(string flag) => flags.Contains(flag);

    /// <summary>An option's value; null where it is not given.</summary>
    internal string? Find(string option) => options.GetValueOrDefault(option);

    /// <summary>An option that is a whole number.</summary>
    internal int Number(Verb verb, string option, int usual, int least, int most) =>
        Find(option) is not { } text ? usual
            : int.TryParse(text, out var number) && number >= least && number <= most ? number
            : throw new UsageException($"--{option} is a whole number from {least} to {most}, not {text}.", verb);
}

/// <summary>A command was called wrongly.</summary>
internal sealed class UsageException(string message, Verb? verb) : Exception(message)
{
    /// <summary>The verb; null where it is unknown.</summary>
    internal Verb? Verb { get; } = verb;
}
