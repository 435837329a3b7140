using System.Text.Json.Nodes;

namespace Trueup.Host.Commands;

/// <summary>Changing records of the app, and taking that back.</summary>
internal static class EditVerbs
{
    private const int RowsPerPage = 1_000;
    private const int MostRowsShown = 50;

    internal static Verb[] All { get; } =
    [
        new("edit", "ACCOUNT STREAM --file F.csv [--preview] [--overwrite]",
            "Changes records of the app from a CSV file, or previews that; exit status 1 where a change was refused or conflicts.", EditAsync)
        {
            Options = ["file"], Flags = ["preview", "overwrite"],
            Details = EditFile.Format + "\n\n--preview does everything but write. A record whose field somebody else changed since Trueup saw it is left and reported;\n--overwrite writes over it.",
        },
        new("undo", "RUN [--preview]", "Takes back what an edit run did, where it still holds; itself a run.", UndoAsync)
        {
            Flags = ["preview"],
        },
    ];

    private static async Task<int> EditAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var account, var stream] || arguments.Find("file") is not { } file)
            throw new UsageException("edit needs an account, a stream and --file.", verb);
        if (!File.Exists(file))
            throw new UsageException($"There is no file {file}.", verb);
        using var text = new StreamReader(file, System.Text.Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        var changes = EditFile.Read(text, verb);
        using var api = ApiClient.FromEnvironment();
        var started = await api.SendAsync(HttpMethod.Post, $"connections/{Uri.EscapeDataString(account)}/edits?wait=1", new JsonObject
        {
            ["mode"] = arguments.Has("preview") ? "preview" : "update", ["stream"] = stream, ["ifConflict"] = arguments.Has("overwrite") ? "overwrite" : "stop", ["changes"] = changes,
        }, cancellationToken);
        return await FinishAsync(api, started!.AsObject(), arguments.Json, cancellationToken);
    }

    private static async Task<int> UndoAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var run])
            throw new UsageException("undo needs a run.", verb);
        using var api = ApiClient.FromEnvironment();
        var started = await api.SendAsync(HttpMethod.Post, $"edits/{Uri.EscapeDataString(run)}/undo?wait=1",
            new JsonObject { ["mode"] = arguments.Has("preview") ? "preview" : "update" }, cancellationToken);
        return await FinishAsync(api, started!.AsObject(), arguments.Json, cancellationToken);
    }

    private static async Task<int> FinishAsync(ApiClient api, JsonObject started, bool json, CancellationToken cancellationToken)
    {
        var id = Output.Text(started["run"]);
        var run = started;
        using (var progress = new ProgressLine(json))
        {
            while (run["finishedAt"] is null)
            {
                var done = Number(run, "succeeded") + Number(run, "failed") + Number(run, "conflicted") + Number(run, "unmodified");
                progress.Show(100.0 * done / Number(run, "total"), $"{done} of {Number(run, "total")} changes{(run["reason"] is { } waits ? $"; waits: {Output.Text(waits)}" : "")}");
                await Task.Delay(ConnectionVerbs.Look, TimeProvider.System, cancellationToken);
                run = await api.GetAsync($"edits/{id}?limit=1", cancellationToken);
            }
        }

        if (json)
        {
            run["results"] = await ResultsAsync(api, id, "", int.MaxValue, cancellationToken);
            run["next"] = null;
            Output.Json(run);
        }
        else
        {
            await ShowAsync(api, run, id, cancellationToken);
        }

        return Number(run, "failed") + Number(run, "conflicted") == 0 ? CommandLine.Done : CommandLine.FoundProblem;
    }

    private static async Task ShowAsync(ApiClient api, JsonObject run, string id, CancellationToken cancellationToken)
    {
        foreach (var outcome in new[] { "rejected", "conflict" })
        {
            var results = await ResultsAsync(api, id, $"&outcome={outcome}", MostRowsShown, cancellationToken);
            if (results.Count > 0)
                Output.Table(["ROW", "ID", "OUTCOME", "IN APP", "REASON"],
                    [.. results.Select(r => (IReadOnlyList<string>)[(Number(r!.AsObject(), "position") + 1).ToString(), .. ConnectionVerbs.Cells(r!, "id", "outcome", "current", "reason")])]);
        }

        var isPreview = Output.Text(run["mode"]) == "preview";
        Console.Out.WriteLine(
            $"{(isPreview ? "Preview" : "Run")} {id}: of {Number(run, "total")} changes {Number(run, "succeeded")} {(isPreview ? "would be made" : "made")}, "
            + $"{Number(run, "unmodified")} unmodified, {Number(run, "conflicted")} in conflict, {Number(run, "failed")} refused.");
        if (run["reason"] is { } reason)
            Console.Out.WriteLine(Output.Text(reason));
        if (!isPreview && Number(run, "succeeded") > 0)
            Console.Out.WriteLine($"To take it back: trueup undo {id}");
    }

    private static async Task<JsonArray> ResultsAsync(ApiClient api, string run, string query, int most, CancellationToken cancellationToken)
    {
        var results = new JsonArray();
        string? cursor = null;
        do
        {
            var page = await api.GetAsync($"edits/{run}?limit={Math.Min(most, RowsPerPage)}{query}{(cursor is null ? "" : $"&cursor={cursor}")}", cancellationToken);
            foreach (var result in page["results"]!.AsArray())
                results.Add(result?.DeepClone());
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null && results.Count < most);
        return results;
    }

    private static long Number(JsonObject run, string name) => run[name]!.GetValue<long>();
}
