using System.Text.Json.Nodes;

namespace Trueup.Host.Commands;

/// <summary>Starting syncs, comparing, and why.</summary>
internal static class SyncVerbs
{
    internal static Verb[] All { get; } =
    [
        new("log", "[ACCOUNT] [--status S] [--limit N]", "The sync log, newest first.", LogAsync) { Options = ["status", "limit"] },
        new("sync", "ACCOUNT [--last-hour | --last-day | --full] [--stream S] [--wait]", "Starts a sync (last hour where nothing else is said); with --wait, exit status 1 where it did not end verified.", SyncAsync)
        {
            Flags = ["last-hour", "last-day", "full", "wait"], Options = ["stream"],
        },
        new("verify", "ACCOUNT [--stream S]", "Reads everything again and compares record by record with the mirror, changing nothing; exit status 1 where something differs.", VerifyAsync)
        {
            Options = ["stream"],
        },
        new("explain", "ACCOUNT [SYNC] [--kind K]", "Why the engine did, or will do, what it does: each step, its reason, its forecast and actual API calls.", ExplainAsync)
        {
            Options = ["kind"],
        },
    ];

    private static async Task<int> LogAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words.Count > 1)
            throw new UsageException("log takes one account.", verb);
        var limit = arguments.Number(verb, "limit", 20, 1, 10_000);
        using var api = ApiClient.FromEnvironment();
        var path = $"syncs?limit={Math.Min(limit, 500)}"
            + (arguments.Words is [var account] ? $"&connection={Uri.EscapeDataString(account)}" : "")
            + (arguments.Find("status") is { } status ? $"&status={Uri.EscapeDataString(status)}" : "");
        var syncs = await api.ListAsync(path, limit, cancellationToken);
        if (arguments.Json)
            Output.Json(syncs);
        else
            Output.Table(["APP", "ACCOUNT", "KIND", "AS OF", "STATUS", "DIFFERENCE", "IN TRUEUP", "IN APP", "CALLS", "ID"],
                [.. syncs.Select(s => ConnectionVerbs.Cells(s!, "appLabel", "account", "kind", "asOf", "status", "totalDifference", "totalTrueup", "totalApp", "apiCalls", "id"))]);
        return CommandLine.Done;
    }

    private static async Task<int> SyncAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var account])
            throw new UsageException("sync needs one account.", verb);
        string[] kinds = [.. new[] { "last-hour", "last-day", "full" }.Where(arguments.Has)];
        if (kinds.Length > 1)
            throw new UsageException("sync takes one of --last-hour, --last-day and --full.", verb);
        using var api = ApiClient.FromEnvironment();
        var started = await api.SendAsync(HttpMethod.Post, $"connections/{Uri.EscapeDataString(account)}/syncs",
            new JsonObject { ["kind"] = kinds.FirstOrDefault() ?? "last-hour", ["stream"] = arguments.Find("stream") }, cancellationToken);
        var id = Output.Text(started!["syncId"]);
        if (!arguments.Has("wait"))
        {
            if (arguments.Json)
                Output.Json(started);
            else
                Console.Out.WriteLine($"The sync has started: {id}");
            return CommandLine.Done;
        }

        var sync = await WaitAsync(api, $"syncs/{id}", arguments.Json, cancellationToken);
        if (arguments.Json)
            Output.Json(sync);
        else
            Show(sync);
        return Output.Text(sync["status"]) == "verified" ? CommandLine.Done : CommandLine.FoundProblem;
    }

    private static async Task<int> VerifyAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var account])
            throw new UsageException("verify needs one account.", verb);
        using var api = ApiClient.FromEnvironment();
        var started = await api.SendAsync(HttpMethod.Post, $"connections/{Uri.EscapeDataString(account)}/verifications",
            new JsonObject { ["stream"] = arguments.Find("stream") }, cancellationToken);
        var found = await WaitAsync(api, $"verifications/{Output.Text(started!["verificationId"])}", arguments.Json, cancellationToken);
        if (arguments.Json)
            Output.Json(found);
        else
        {
            Show(found);
            foreach (var stream in found["breakdown"]!.AsArray())
                foreach (var kind in new[] { "missing", "extra", "different", "setAside" })
                    foreach (var id in stream!["drift"]?[kind]?.AsArray() ?? [])
                        Console.Out.WriteLine($"{Output.Text(stream["stream"])} {Output.Text(id)} {kind}");
        }
        return Output.Text(found["status"]) == "verified" ? CommandLine.Done : CommandLine.FoundProblem;
    }

    private static async Task<int> ExplainAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not ([_] or [_, _]))
            throw new UsageException("explain needs an account.", verb);
        using var api = ApiClient.FromEnvironment();
        var path = $"connections/{Uri.EscapeDataString(arguments.Words[0])}/explain?kind={Uri.EscapeDataString(arguments.Find("kind") ?? "full")}"
            + (arguments.Words is [_, var sync] ? $"&sync={Uri.EscapeDataString(sync)}" : "");
        var explained = await api.GetAsync(path, cancellationToken);
        if (arguments.Json)
            Output.Json(explained);
        else
            Output.Table(["STREAM", "MEANS", "FORECAST", "ACTUAL", "REASON"],
                [.. explained["steps"]!.AsArray().Select(s => ConnectionVerbs.Cells(s!, "stream", "means", "forecastCalls", "actualCalls", "reason"))]);
        return CommandLine.Done;
    }

    private static async Task<JsonObject> WaitAsync(ApiClient api, string path, bool silent, CancellationToken cancellationToken)
    {
        using var progress = new ProgressLine(silent);
        var furthest = 0;
        while (true)
        {
            var sync = await api.GetAsync(path, cancellationToken);
            if (Output.Text(sync["status"]) is not ("queued" or "running"))
                return sync;
            var streams = sync["breakdown"]?.AsArray() ?? [];

            // A stream whose counts differ is taken up again; whoever waits need not see the bar go back.
            furthest = Math.Max(furthest, streams.Count(s => Output.Text(s!["status"]) != "running"));
            if (streams.Count == 0)
                progress.Show(0, "asking for the streams");
            else
                progress.Show(100.0 * furthest / streams.Count, $"{furthest} of {streams.Count} streams");
            await Task.Delay(ConnectionVerbs.Look, TimeProvider.System, cancellationToken);
        }
    }

    private static void Show(JsonObject sync)
    {
        Output.Table(["STREAM", "STATUS", "IN APP", "IN TRUEUP", "DIFFERENCE", "CREATED", "UPDATED", "BURIED", "MERGED", "SET ASIDE", "REASON"],
            [.. sync["breakdown"]!.AsArray().Select(s => ConnectionVerbs.Cells(
                s!, "stream", "status", "app", "trueup", "difference", "created", "updated", "buried", "merged", "setAside", "reason"))]);
        Console.Out.WriteLine($"{Output.Text(sync["status"])}{(sync["reason"] is { } reason ? $": {Output.Text(reason)}" : "")}");
    }
}
