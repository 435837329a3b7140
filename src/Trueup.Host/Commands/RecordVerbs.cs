using System.Text.Json.Nodes;

namespace Trueup.Host.Commands;

/// <summary>Questions about records.</summary>
internal static class RecordVerbs
{
    internal static Verb[] All { get; } =
    [
        new("why", "ACCOUNT STREAM ID", "All that is known about one record: seen when, how, by which sync; or why it is not here.", WhyAsync),
        new("sql", "ACCOUNT \"SELECT …\" [--csv]", "A read-only query on the mirror; one view per stream, a column per field.", SqlAsync) { Flags = ["csv"] },
        new("export", "ACCOUNT STREAM --format csv|jsonl|parquet [--output FILE]", "Streams the whole mirror of a stream out.", ExportAsync)
        {
            Options = ["format", "output"],
        },
    ];

    private static async Task<int> WhyAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var account, var stream, var id])
            throw new UsageException("why needs an account, a stream and an id.", verb);
        using var api = ApiClient.FromEnvironment();
        var known = await api.GetAsync(
            $"connections/{Uri.EscapeDataString(account)}/streams/{Uri.EscapeDataString(stream)}/records/{Uri.EscapeDataString(id)}/why", cancellationToken);
        if (arguments.Json)
            Output.Json(known);
        else
        {
            Console.Out.WriteLine(Output.Text(known["summary"]));
            if (known["history"]!.AsArray() is { Count: > 0 } history)
                Output.Table(["SEEN AT", "KIND", "SOURCE", "BEFORE"], [.. history.Select(h => ConnectionVerbs.Cells(h!, "seenAt", "kind", "source", "before"))]);
        }
        return known["live"]!.GetValue<bool>() ? CommandLine.Done : CommandLine.FoundProblem;
    }

    private static async Task<int> SqlAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var account, var statement])
            throw new UsageException("sql needs an account and a SELECT.", verb);
        using var api = ApiClient.FromEnvironment();
        using var answer = await api.OpenAsync(
            HttpMethod.Post, $"connections/{Uri.EscapeDataString(account)}/sql", new JsonObject { ["statement"] = statement }, cancellationToken);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        var columns = Row(await lines.ReadLineAsync(cancellationToken));
        var rows = new List<IReadOnlyList<string>>();
        if (arguments.Has("csv"))
            Console.Out.WriteLine(string.Join(',', columns.Select(c => Quoted(Output.Text(c)))));
        while (await lines.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var row = Row(line);
            if (arguments.Has("csv"))
                Console.Out.WriteLine(string.Join(',', row.Select(c => c is null ? "" : Quoted(Plain(c)))));
            else if (arguments.Json)
                Console.Out.WriteLine(new JsonObject(columns.Zip(row, (column, cell) => KeyValuePair.Create(Output.Text(column), cell?.DeepClone()))).ToJsonString(
                    new System.Text.Json.JsonSerializerOptions(Output.Indented) { WriteIndented = false }));
            else
                rows.Add([.. row.Select(c => c is null ? "null" : Plain(c))]);
        }
        if (!arguments.Has("csv") && !arguments.Json)
            Output.Table([.. columns.Select(Output.Text)], rows);
        return CommandLine.Done;
    }

    private static async Task<int> ExportAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var account, var stream])
            throw new UsageException("export needs an account and a stream.", verb);
        var format = arguments.Find("format") ?? "jsonl";
        using var api = ApiClient.FromEnvironment();
        using var answer = await api.OpenAsync(HttpMethod.Get,
            $"connections/{Uri.EscapeDataString(account)}/streams/{Uri.EscapeDataString(stream)}/export?format={Uri.EscapeDataString(format)}", null, cancellationToken);
        await using var output = arguments.Find("output") is { } file ? File.Create(file) : Console.OpenStandardOutput();
        await answer.Content.CopyToAsync(output, cancellationToken);
        return CommandLine.Done;
    }

    private static JsonArray Row(string? line) => line is null ? [] : JsonNode.Parse(line)!.AsArray();

    private static string Plain(JsonNode cell) => cell is JsonValue value && value.TryGetValue<string>(out var text) ? text : cell.ToJsonString();

    private static string Quoted(string text) =>
        text.Length == 0 || text.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
