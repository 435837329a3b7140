using System.Globalization;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation;

/// <summary>How large the worlds of a run are.</summary>
public enum Gear
{
    /// <summary>A few hundred records, a day or two: hundreds of worlds in a test run.</summary>
    Small,
    /// <summary>Up to 10,000 records, 30 days: for soaking.</summary>
    Normal,
}

/// <summary>Everything that makes one world differ from another. All of it is drawn from the seed, and any of it can be set instead.</summary>
public sealed record WorldOptions
{
    /// <summary>The seed of everything that is left to chance.</summary>
    public required long Seed { get; init; }

    /// <summary>Contacts at the start; the other streams come in proportion.</summary>
    public required int Records { get; init; }

    /// <summary>Days of life and faults, before both stop.</summary>
    public required double Days { get; init; }

    /// <summary>When the world begins. Some begin on the eve of a change of clocks.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Things that people do in the CRM in an hour.</summary>
    public required double LifePerHour { get; init; }

    /// <summary>The chance that something is done just before a request is answered.</summary>
    public required double Restlessness { get; init; }

    /// <summary>Time from one incremental sync to the next.</summary>
    public required TimeSpan Hourly { get; init; }

    /// <summary>Streams that the engine reads at once.</summary>
    public required int StreamsAtOnce { get; init; }

    /// <summary>The streams mirrored; empty for all.</summary>
    public required IReadOnlyList<string> Streams { get; init; }

    /// <summary>Whether turns are mixed.</summary>
    public required bool Shuffled { get; init; }

    /// <summary>How far the service's clock is ahead of the CRM's; negative: behind.</summary>
    public required TimeSpan Skew { get; init; }

    /// <summary>The faults that may strike; empty for none.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>Faults that begin in a day.</summary>
    public required double FaultsPerDay { get; init; }

    /// <summary>Deaths and freezes of the service's process in a day.</summary>
    public required double DeathsPerDay { get; init; }

    /// <summary>Accounts that one service mirrors, each of a CRM of its own; 1 to 3.</summary>
    public int Accounts { get; init; } = 1;

    /// <summary>Whether accounts are opened by OAuth tokens, which end every half hour, instead of by static ones.</summary>
    public bool UsesOAuth { get; init; }

    /// <summary>Whether people edit pipelines too.</summary>
    public bool EditsPipelines { get; init; }

    /// <summary>Edit runs that members begin in an hour; 0 for none.</summary>
    public double EditsPerHour { get; init; }

    /// <summary>The vendor of its CRMs.</summary>
    public string App { get; init; } = "hubspot";

    /// <summary>Draws a world of HubSpot.</summary>
    public static WorldOptions Draw(long seed, Gear gear)
    {
        var chance = Seeds.Random(seed, "options");
        var isSmall = gear == Gear.Small;
        return new WorldOptions
        {
            Seed = seed,
            Records = isSmall ? Pick(chance, 30, 120, 250, 250, 450) : Pick(chance, 300, 1_000, 3_000, 10_000),
            Days = isSmall ? 1.2 + chance.NextDouble() : 30,
            Start = Pick(chance, "2026-10-24T05:00:00Z", "2027-03-27T05:00:00Z", "2026-09-14T09:30:00Z", "2026-12-30T22:15:00Z") is var start
                ? DateTimeOffset.Parse(start, CultureInfo.InvariantCulture) : default,
            LifePerHour = Pick(chance, 2.0, 10, 30, 60),
            Restlessness = Pick(chance, 0, 0.005, 0.02, 0.1),
            Hourly = isSmall ? TimeSpan.FromMinutes(Pick(chance, 60, 120, 180)) : TimeSpan.FromHours(1),
            StreamsAtOnce = Pick(chance, 1, 2, 3),
            Streams = Pick(chance, "contacts,companies", "contacts,companies,deals", "contacts,tickets,machine,owners", "companies,deals,notes", "") is var names
                && (isSmall && names.Length == 0 ? "contacts,companies,deals,machine" : names) is { Length: > 0 } some ? some.Split(',') : [],
            Shuffled = chance.Next(2) == 0,
            Skew = TimeSpan.FromSeconds(Pick(chance, 0, 0, 0, -90, 45, 1_200, -4_000)),
            Faults = DrawFaults(chance),
            FaultsPerDay = Pick(chance, 2.0, 6, 12),
            DeathsPerDay = Pick(chance, 0, 0, 1.0, 4),
            Accounts = Pick(chance, 1, 1, 1, 2),
            UsesOAuth = chance.Next(3) == 0,
            EditsPipelines = true,
        };
    }

    /// <summary>The same world with much to do: hours in which hundreds of records are modified, and a CRM that pages, sorts and caps its searches as it likes.</summary>
    public WorldOptions Busy() => this with
    {
        Records = 250, Days = 1, LifePerHour = 60, Restlessness = 0.02, Hourly = TimeSpan.FromHours(2), Streams = ["contacts", "companies"],
        Faults = ["cap", "order", "pages"], FaultsPerDay = 20, DeathsPerDay = 0,
    };

    /// <summary>The same world over a third of a year, in which the CRM cannot be reached for longer than its recycle bin remembers.</summary>
    public WorldOptions Forgotten() => this with
    {
        Records = 120, Days = 130, LifePerHour = 0.4, Restlessness = 0, Hourly = TimeSpan.FromHours(12), Streams = ["contacts", "companies", "deals"],
        Faults = ["absence"], FaultsPerDay = 0.2, DeathsPerDay = 0.05, Accounts = 1,
    };

    /// <summary>The options as they are given on a command line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        --seed {Seed}{(App == "hubspot" ? "" : $" --app {App}")} --records {Records} --days {Days:R} --start {Start:yyyy-MM-dd'T'HH:mm:ss'Z'} --life {LifePerHour:R} --restlessness {Restlessness:R} --hourly {Hourly:c} --at-once {StreamsAtOnce} --streams {(Streams.Count == 0 ? "all" : string.Join(',', Streams))} --shuffled {(Shuffled ? "yes" : "no")} --skew {Skew:c} --faults {(Faults.Count == 0 ? "none" : string.Join(',', Faults))} --faults-a-day {FaultsPerDay:R} --deaths-a-day {DeathsPerDay:R} --accounts {Accounts} --oauth {(UsesOAuth ? "yes" : "no")} --pipelines {(EditsPipelines ? "yes" : "no")}{(EditsPerHour > 0 ? $" --edits {EditsPerHour.ToString("R", CultureInfo.InvariantCulture)}" : "")}
        """);

    /// <summary>Reads what <see cref="ToString"/> wrote, also before there were several accounts, tokens that end, and pipelines that are edited.</summary>
    /// <exception cref="FormatException">An option is unknown, or its value is none for it.</exception>
    public static WorldOptions Parse(string words)
    {
        var pairs = words.Split(' ').Chunk(2).ToList();
        var seed = pairs.FirstOrDefault(pair => pair[0] == "--seed")?[1] ?? throw new FormatException("A world needs its --seed.");
        return pairs.Where(pair => pair[0] != "--seed")
            .Aggregate(Draw(long.Parse(seed, CultureInfo.InvariantCulture), Gear.Small) with { Accounts = 1, UsesOAuth = false, EditsPipelines = false }, (world, pair) => world.With(pair[0].TrimStart('-'), pair[1]));
    }

    /// <summary>Sets one option.</summary>
    /// <param name="name">As in <see cref="ToString"/>, without hyphens in front.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="FormatException">There is no such option, or the value is none for it.</exception>
    public WorldOptions With(string name, string value) => name switch
    {
        "app" => Of(value),
        "records" => this with { Records = int.Parse(value, CultureInfo.InvariantCulture) },
        "days" => this with { Days = double.Parse(value, CultureInfo.InvariantCulture) },
        "start" => this with { Start = DateTimeOffset.Parse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) },
        "life" => this with { LifePerHour = double.Parse(value, CultureInfo.InvariantCulture) },
        "restlessness" => this with { Restlessness = double.Parse(value, CultureInfo.InvariantCulture) },
        "hourly" => this with { Hourly = TimeSpan.Parse(value, CultureInfo.InvariantCulture) },
        "at-once" => this with { StreamsAtOnce = int.Parse(value, CultureInfo.InvariantCulture) },
        "streams" => this with { Streams = value == "all" ? [] : value.Split(',') },
        "shuffled" => this with { Shuffled = value == "yes" },
        "skew" => this with { Skew = TimeSpan.Parse(value, CultureInfo.InvariantCulture) },
        "faults" => this with { Faults = value switch { "none" => [], "all" => [.. FaultCatalog.Names], _ => Known(value.Split(',')) } },
        "faults-a-day" => this with { FaultsPerDay = double.Parse(value, CultureInfo.InvariantCulture) },
        "deaths-a-day" => this with { DeathsPerDay = double.Parse(value, CultureInfo.InvariantCulture) },
        "accounts" => this with { Accounts = int.Parse(value, CultureInfo.InvariantCulture) is >= 1 and <= 3 and var accounts ? accounts : throw new FormatException("--accounts is 1 to 3.") },
        "oauth" => this with { UsesOAuth = value == "yes" },
        "edits" => this with { EditsPerHour = double.Parse(value, CultureInfo.InvariantCulture) },
        "pipelines" => this with { EditsPipelines = value == "yes" },
        _ => throw new FormatException($"There is no option --{name}."),
    };

    /// <summary>The same world with CRMs of another vendor, about streams of that vendor.</summary>
    public WorldOptions Of(string app)
    {
        if (app == App)
            return this;
        var choices = SimulatedApp.Of(app).StreamChoices;
        return this with { App = app, Streams = choices[Seeds.Random(Seed, "app").Next(choices.Count)].Split(',') };
    }

    private static IReadOnlyList<string> Known(string[] names) =>
        names.FirstOrDefault(name => !FaultCatalog.Names.Contains(name) && !FaultCatalog.RareNames.Contains(name)) is { } unknown
            ? throw new FormatException($"There is no fault {unknown}; there are {string.Join(", ", FaultCatalog.Names.Concat(FaultCatalog.RareNames))}.")
            : names;

    // None, one alone, a few, all: what hides behind another fault shows where that one is missing.
    private static IReadOnlyList<string> DrawFaults(Random chance) => chance.Next(6) switch
    {
        0 => [],
        1 or 2 => [FaultCatalog.Names[chance.Next(FaultCatalog.Names.Count)]],
        3 or 4 => [.. FaultCatalog.Names.Where(_ => chance.Next(4) == 0)],
        _ => FaultCatalog.Names,
    };

    private static T Pick<T>(Random chance, params T[] choices) => choices[chance.Next(choices.Length)];
}
