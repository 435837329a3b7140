using System.Globalization;

namespace Trueup.Simulation.Soak;

/// <summary>A command line.</summary>
internal sealed record Settings
{
    private readonly List<KeyValuePair<string, string>> options = [];

    public string Verb { get; private init; } = "";

    public long First { get; private set; } = 1;

    public long Seeds { get; private set; } = long.MaxValue;

    public TimeSpan Longest { get; private set; } = TimeSpan.MaxValue;

    public Gear Gear { get; private set; } = Gear.Normal;

    public string? TraceFile { get; private set; }

    public string? Only { get; private set; }

    public bool KeepsGoing { get; private set; }

    /// <exception cref="FormatException">Something is unknown or missing.</exception>
    public static Settings Of(IReadOnlyList<string> arguments)
    {
        var settings = new Settings { Verb = arguments.Count > 0 ? arguments[0] : throw new FormatException("A command is missing.") };
        for (var i = 1; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Count)
                throw new FormatException($"{arguments[i]} is no option with a value.");
            settings.Take(arguments[i][2..], arguments[i + 1]);
        }

        return settings;
    }

    /// <summary>The world of a seed, with what was set instead of drawn.</summary>
    public WorldOptions World(long seed) =>
        options.Aggregate(WorldOptions.Draw(seed, Gear), (world, option) => world.With(option.Key, option.Value));

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "first" or "seed": First = long.Parse(value, CultureInfo.InvariantCulture); break;
            case "seeds": Seeds = long.Parse(value, CultureInfo.InvariantCulture); break;
            case "minutes": Longest = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)); break;
            case "gear": Gear = Enum.Parse<Gear>(value, ignoreCase: true); break;
            case "only": Only = value; break;
            case "trace": TraceFile = value; break;
            case "keep-going": KeepsGoing = value == "yes"; break;
            default: options.Add(new(name, value)); break;
        }
    }
}
