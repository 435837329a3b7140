using Trueup.Emulators;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Salesforce;

/// <summary>The troubles of the catalog where they are told by Salesforce's own names; the others are the same everywhere.</summary>
internal static class SalesforceFaults
{
    private static readonly Dictionary<string, string> NoHeaders = [];
    private static readonly string[] Reads = ["query", "query-all", "query-more", "bulk-results"];
    private static readonly string[] Places =
        ["*", "query", "query-all", "query-more", "retrieve", "describe", "describe-global", "deleted", "composite", "record-count", "bulk-create", "bulk-poll", "bulk-results"];

    private static readonly Dictionary<string, Func<Random, Control>> Own = new()
    {
        // A query whose result is too large for its time.
        ["cap"] = chance => new CapControl(1 + chance.Next(150), CapManner.Error) { Endpoint = Any(chance, "query", "query-all"), Share = Any(chance, 0.3, 1) },
        ["error"] = chance => new FaultControl(Any(chance, 500, 502, 503, 504, 429, 420, 403, 404, 408), NoHeaders, null)
        {
            Endpoint = Any(chance, Places), Share = Part(chance), Applied = chance.Next(2) == 0,
        },
        ["expire"] = chance => Any(chance, "token", "token", "refresh", "revoke", "locator", "job") is var what && what is "locator" or "job"
            ? new ExpireControl(what, 0) : new ExpireControl(what, Any(chance, 0, 1, 20)),
        ["expired-cursor"] = chance => Any<Control>(chance,
            new FaultControl(400, NoHeaders, """[{"errorCode":"INVALID_QUERY_LOCATOR","message":"invalid query locator"}]""") { Endpoint = "query-more", Share = Any(chance, 0.2, 1) },
            new FaultControl(404, NoHeaders, """[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]""") { Endpoint = "bulk-results", Share = Any(chance, 0.2, 1) }),
        ["forbid"] = chance => new ForbidControl { Endpoint = Any(chance, Places), Stream = Any(chance, "Contact", "Account") },
        ["lag"] = chance => Lag(chance, Any(chance, 2, 5, 40, 240, 550)),
        ["lag-beyond"] = chance => Lag(chance, 1_200 + chance.Next(6_000)),
        ["no-id"] = chance => new NoIdControl { Endpoint = Any(chance, [.. Reads, "retrieve"]), Share = 0.05 },
        // Links are values of records here, and come with them.
        ["odd-links"] = chance => new TwiceControl { Endpoint = "query-more", Share = Any(chance, 0.3, 1) },
        ["order"] = chance => new OrderControl((OrderManner)chance.Next(2)) { Endpoint = Any(chance, "query", "query-all"), Share = Any(chance, 0.3, 1) },
        ["pages"] = chance => new PagesControl(Any(chance, [1], [2, 1], [0, 7], [99, 100, 1], [100, 0, 0, 13], new[] { 3 })) { Endpoint = Any(chance, ["*", .. Reads]) },
        // Salesforce answers batches whole; the nearest is one answer in a few that fails.
        ["partial"] = chance => new FaultControl(500, NoHeaders, null) { Endpoint = Any(chance, "composite", "retrieve"), Share = Part(chance) },
        ["quota"] = chance => Any<Control>(chance, new QuotaControl("daily", 400 + chance.Next(2_000), chance.Next(200)), new QuotaControl("concurrent", 5, chance.Next(6))),
        ["repeat"] = chance => new RepeatControl(1 + chance.Next(3)) { Endpoint = Any(chance, Reads) },
        // Requests that hang, and jobs that take their time, fail, or are stopped by somebody.
        ["stall"] = chance => Any<Control>(chance,
            new StallControl(chance.Next(3) == 0 ? null : TimeSpan.FromSeconds(chance.Next(1, 100))) { Share = Any(chance, 0.02, 0.2) },
            new JobControl(TimeSpan.FromMinutes(Any(chance, 5, 90, 600)), null, JobEnd.Complete, null),
            new JobControl(null, null, JobEnd.Failed, Any(chance, null, "InternalServerError: Retried more than fifteen times")),
            new JobControl(TimeSpan.FromMinutes(3), null, JobEnd.Aborted, null)),
        ["twice"] = chance => new TwiceControl { Endpoint = Any(chance, "query-more", "bulk-results"), Share = Any(chance, 0.3, 1) },
        ["wrong-content"] = chance => new FaultControl(200, NoHeaders, Any(chance, "<html>Sorry</html>", "{}", "[]", "{\"records\":[]}", ""))
        {
            Endpoint = Any(chance, Places), Share = Part(chance),
        },
    };

    /// <summary>Draws a stretch of trouble of one kind.</summary>
    public static Episode Draw(string name, Random chance)
    {
        // An outage longer than the fifteen days that the recycle bin remembers.
        if (name == "absence")
            return new Episode { Lasts = TimeSpan.FromDays(chance.Next(16, 40)), Unreachable = true };
        if (!Own.TryGetValue(name, out var own))
            return FaultCatalog.Draw(name, chance);
        return new Episode { Lasts = TimeSpan.FromSeconds(chance.Next(600, 36_000)), Controls = [own(chance)] };
    }

    private static LagControl Lag(Random chance, int seconds) =>
        new(TimeSpan.FromSeconds(seconds)) { Endpoint = Any(chance, "query", "query-all", "deleted", "*"), Share = Any(chance, 0.3, 1) };

    private static double Part(Random chance) => Any(chance, 0.02, 0.1, 0.4, 1);

    private static T Any<T>(Random chance, params T[] choices) => choices[chance.Next(choices.Length)];
}
