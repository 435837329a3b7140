using Trueup.Emulators;

namespace Trueup.Simulation.Faults;

/// <summary>One stretch of trouble.</summary>
public sealed record Episode
{
    /// <summary>How long it lasts.</summary>
    public required TimeSpan Lasts { get; init; }

    /// <summary>What the CRM does wrong meanwhile.</summary>
    public IReadOnlyList<Control> Controls { get; init; } = [];

    /// <summary>Whether the CRM cannot be reached.</summary>
    public bool Unreachable { get; init; }

    /// <summary>The part of the commits that find the disk full.</summary>
    public double DiskFull { get; init; }

    /// <summary>The longest time that the disk takes for one thing.</summary>
    public TimeSpan DiskSlow { get; init; }

    /// <summary>By how much the service's clock is set wrong meanwhile.</summary>
    public TimeSpan ClockJump { get; init; }

    /// <summary>How long a write may stay invisible somewhere.</summary>
    public TimeSpan Lag => Controls.OfType<LagControl>().Select(lag => lag.Delay).DefaultIfEmpty().Max();
}

/// <summary>Everything that can go wrong in a world, by name.</summary>
public static class FaultCatalog
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    private static readonly SortedDictionary<string, Func<Random, Episode>> Makers = new(StringComparer.Ordinal)
    {
        ["cap"] = chance => Over(chance, 10, 600, new CapControl(1 + chance.Next(150), (CapManner)chance.Next(3)) { Endpoint = Any(chance, "search", "list") }),
        ["clock"] = chance => new Episode { Lasts = Minutes(chance, 5, 600), ClockJump = TimeSpan.FromSeconds(chance.Next(-7_200, 7_200)) },
        ["cut"] = chance => Over(chance, 5, 180, new CutControl(Any(chance, 0, 1, 100, 5_000)) { Share = Part(chance) }),
        ["disk-full"] = chance => new Episode { Lasts = Minutes(chance, 1, 300), DiskFull = Any(chance, 0.05, 0.5, 1) },
        ["disk-slow"] = chance => new Episode { Lasts = Minutes(chance, 10, 400), DiskSlow = TimeSpan.FromMilliseconds(Any(chance, 20, 900, 8_000)) },
        ["error"] = chance => Over(chance, 5, 240, Error(chance)),
        ["expire"] = chance => Over(chance, 1, 60, new ExpireControl(Any(chance, "token", "token", "token", "refresh", "revoke"), Any(chance, 0, 1, 20))),
        ["expired-cursor"] = chance => Over(chance, 5, 60, new FaultControl(400, NoHeaders, null) { Endpoint = Any(chance, "list", "search", "archived"), Share = 0.2 }),
        ["forbid"] = chance => Over(chance, 10, 900, new ForbidControl
        {
            Endpoint = Any(chance, "*", "list", "search", "batch-read", "properties", "archived", "associations"), Stream = Any(chance, "contacts", "companies"),
        }),
        ["lag"] = chance => Over(chance, 30, 900, Lag(chance, Any(chance, 5, 40, 240, 550))),
        ["lag-beyond"] = chance => Over(chance, 30, 600, Lag(chance, 1_200 + chance.Next(6_000))),
        ["no-id"] = chance => Over(chance, 10, 120, new NoIdControl { Endpoint = Any(chance, "list", "search", "batch-read"), Share = 0.05 }),
        ["odd-links"] = chance => Over(chance, 10, 400, Any<Control>(
            chance, new NoIdControl { Share = Any(chance, 0.02, 0.3) }, new TwiceControl { Share = Any(chance, 0.3, 1) }, new PagesControl(Sizes(chance))) with { Endpoint = "associations" }),
        ["order"] = chance => Over(chance, 20, 900, new OrderControl((OrderManner)chance.Next(2)) { Endpoint = "search", Share = Any(chance, 0.3, 1) }),
        ["outage"] = chance => new Episode { Lasts = Minutes(chance, 1, chance.Next(8) == 0 ? 2_000 : 200), Unreachable = true },
        ["pages"] = chance => Over(chance, 20, 900, new PagesControl(Sizes(chance)) { Endpoint = Any(chance, "*", "list", "search", "archived") }),
        ["partial"] = chance => Over(chance, 10, 400, new PartialControl { Endpoint = Any(chance, "*", "associations", "batch-read"), Share = Part(chance) }),
        ["quota"] = chance => Over(chance, 5, 700, Any<Control>(
            chance, new QuotaControl("burst", 20 + chance.Next(100), chance.Next(20)), new QuotaControl("search", 1 + chance.Next(4), 0),
            new QuotaControl("associations", 1 + chance.Next(10), 0), new QuotaControl("daily", 200 + chance.Next(2_000), chance.Next(400)))),
        ["repeat"] = chance => Over(chance, 5, 120, new RepeatControl(1 + chance.Next(3)) { Endpoint = Any(chance, "list", "search", "archived") }),
        ["revoked"] = chance => Over(chance, 5, 120, new FaultControl(401, NoHeaders, null) { Share = Any(chance, 0.05, 1) }),
        ["stall"] = chance => Over(chance, 5, 120, new StallControl(chance.Next(3) == 0 ? null : TimeSpan.FromSeconds(chance.Next(1, 100))) { Share = Any(chance, 0.02, 0.2) }),
        ["truncate"] = chance => Over(chance, 5, 180, new TruncateControl(Any(chance, 0, 1, 100, 3_000)) { Share = Part(chance) }),
        ["twice"] = chance => Over(chance, 20, 900, new TwiceControl { Endpoint = Any(chance, "list", "search", "archived"), Share = Any(chance, 0.3, 1) }),
        ["wrong-content"] = chance => Over(chance, 5, 120, new FaultControl(200, NoHeaders, Any(chance, "<html>Sorry</html>", "{}", "[]", "{\"results\":[]}", ""))
        {
            Endpoint = Any(chance, "*", "list", "search", "batch-read", "properties", "associations", "archived", "schemas"), Share = Part(chance),
        }),
    };

    /// <summary>What only a world of its own has room for.</summary>
    private static readonly Dictionary<string, Func<Random, Episode>> RareMakers = new()
    {
        // HubSpot's recycle bin forgets after 90 days what was deleted meanwhile.
        ["absence"] = chance => new Episode { Lasts = TimeSpan.FromDays(chance.Next(92, 115)), Unreachable = true },
    };

    /// <summary>The names of the faults that worlds are drawn with.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Makers.Keys];

    /// <summary>The names of the faults that strike only where they are asked for.</summary>
    public static IReadOnlyList<string> RareNames { get; } = [.. RareMakers.Keys];

    /// <summary>Draws a stretch of trouble of one kind.</summary>
    public static Episode Draw(string name, Random chance) => (Makers.GetValueOrDefault(name) ?? RareMakers[name])(chance);

    private static Episode Over(Random chance, int least, int most, Control control) => new() { Lasts = Minutes(chance, least, most), Controls = [control] };

    private static FaultControl Error(Random chance)
    {
        var status = Any(chance, 500, 502, 503, 504, 429, 423, 477, 403, 404, 408, 522, 207);
        var headers = chance.Next(3) == 0 ? new Dictionary<string, string> { ["Retry-After"] = Any(chance, "1", "30", "600") } : NoHeaders;
        return new FaultControl(status, headers, null)
        {
            Endpoint = Any(chance, "*", "*", "list", "search", "batch-read", "associations", "properties", "archived"), Share = Part(chance), Applied = chance.Next(2) == 0,
        };
    }

    private static LagControl Lag(Random chance, int seconds) =>
        new(TimeSpan.FromSeconds(seconds)) { Endpoint = Any(chance, "search", "search", "list", "archived", "associations"), Share = Any(chance, 0.3, 1) };

    private static int[] Sizes(Random chance) => Any(chance, [1], [2, 1], [0, 7], [99, 100, 1], [100, 0, 0, 13], new[] { 3 });

    private static double Part(Random chance) => Any(chance, 0.02, 0.1, 0.4, 1);

    private static TimeSpan Minutes(Random chance, int least, int most) => TimeSpan.FromSeconds(chance.Next(least * 60, most * 60));

    private static T Any<T>(Random chance, params T[] choices) => choices[chance.Next(choices.Length)];
}
