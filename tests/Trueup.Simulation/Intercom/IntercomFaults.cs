using Trueup.Emulators;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Intercom;

/// <summary>The troubles of the catalog where they are told by Intercom's own names; the others are the same everywhere.</summary>
internal static class IntercomFaults
{
    private static readonly Dictionary<string, string> NoHeaders = [];
    private static readonly string[] Reads = ["search", "list", "scroll"];
    private static readonly string[] Places = ["*", "search", "list", "scroll", "get", "linked", "deleted", "data-attributes", "conversation-attributes", "ticket-types", "tags", "admins", "me"];

    private static readonly Dictionary<string, Func<Random, Control>> Own = new()
    {
        ["cap"] = chance => new CapControl(1 + chance.Next(150), CapManner.Error) { Endpoint = "search", Share = Any(chance, 0.3, 1) },
        // Who is not there and who is said not to be there cannot be told apart: 404 strikes where it says nothing of a record.
        ["error"] = chance => Any(chance, 500, 502, 503, 504, 429, 403, 404, 408) is var status && status == 404
            ? new FaultControl(status, NoHeaders, null) { Endpoint = Any(chance, "search", "list", "scroll", "data-attributes", "me"), Share = Part(chance) }
            : new FaultControl(status, NoHeaders, null) { Endpoint = Any(chance, Places), Share = Part(chance), Applied = chance.Next(2) == 0 },
        // Tokens do not end; scrolls do.
        ["expire"] = _ => new ExpireControl("scroll", 0),
        ["expired-cursor"] = chance => new FaultControl(400, NoHeaders, """{"type":"error.list","errors":[{"code":"parameter_invalid","message":"starting_after is not valid"}]}""")
        {
            Endpoint = "search", Share = Any(chance, 0.2, 1),
        },
        ["forbid"] = chance => new ForbidControl { Endpoint = Any(chance, Places), Stream = Any(chance, "contacts", "companies") },
        ["lag"] = chance => Lag(chance, Any(chance, 2, 5, 40, 240, 550)),
        // An archived contact answers by id, so that beyond the index lag that is admitted nobody can tell that it was archived.
        ["lag-beyond"] = chance => Lag(chance, 1_200 + chance.Next(6_000)) with { Stream = Any(chance, "conversations", "tickets") },
        ["no-id"] = chance => new NoIdControl { Endpoint = Any(chance, "search", "scroll", "tags"), Share = 0.05 },
        // Links are lists within records; what lies beyond the tenth entry is asked for apart.
        ["odd-links"] = chance => new FaultControl(500, NoHeaders, null) { Endpoint = "linked", Share = Part(chance) },
        ["order"] = chance => new OrderControl((OrderManner)chance.Next(2)) { Endpoint = "search", Share = Any(chance, 0.3, 1) },
        ["pages"] = chance => new PagesControl(Any(chance, [1], [2, 1], [0, 7], [99, 100, 1], [100, 0, 0, 13], new[] { 3 })) { Endpoint = Any(chance, ["*", .. Reads]) },
        ["partial"] = chance => new FaultControl(503, NoHeaders, null) { Endpoint = "get", Share = Part(chance) },
        ["quota"] = chance => new QuotaControl("burst", 5 + chance.Next(100), chance.Next(20)),
        ["repeat"] = chance => new RepeatControl(1 + chance.Next(3)) { Endpoint = "search" },
        ["revoked"] = chance => new FaultControl(401, NoHeaders, null) { Share = Any(chance, 0.05, 1) },
        ["twice"] = chance => new TwiceControl { Endpoint = "search", Share = Any(chance, 0.3, 1) },
        ["wrong-content"] = chance => new FaultControl(200, NoHeaders, Any(chance, "<html>Sorry</html>", "{}", "[]", "{\"data\":[]}", ""))
        {
            Endpoint = Any(chance, Places), Share = Part(chance),
        },
    };

    /// <summary>Draws a stretch of trouble of one kind.</summary>
    public static Episode Draw(string name, Random chance)
    {
        if (name == "absence")
            return new Episode { Lasts = TimeSpan.FromDays(chance.Next(16, 40)), Unreachable = true };
        return Own.TryGetValue(name, out var own) ? new Episode { Lasts = TimeSpan.FromSeconds(chance.Next(600, 36_000)), Controls = [own(chance)] } : FaultCatalog.Draw(name, chance);
    }

    private static LagControl Lag(Random chance, int seconds) => new(TimeSpan.FromSeconds(seconds)) { Endpoint = Any(chance, "search", "list"), Share = Any(chance, 0.3, 1) };

    private static double Part(Random chance) => Any(chance, 0.02, 0.1, 0.4, 1);

    private static T Any<T>(Random chance, params T[] choices) => choices[chance.Next(choices.Length)];
}
