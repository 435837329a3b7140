using System.Text.RegularExpressions;

namespace Trueup.Connectors.Tests.Intercom;

/// <summary>A call that Intercom describes.</summary>
/// <param name="Path">Its path, with names in braces.</param>
/// <param name="Query">The parameters of its query.</param>
internal sealed record DescribedCall(string Method, string Path, HashSet<string> Query)
{
    public string Name => $"{Method} {Path}";
}

/// <summary>What Intercom's own OpenAPI description says of requests. It is written one member a line, always indented alike, so that all of it can be read off its lines.</summary>
internal sealed partial class IntercomDescription
{
    private readonly List<DescribedCall> calls = [];
    private readonly string[] lines;

    private IntercomDescription(string[] lines)
    {
        this.lines = lines;
        var path = "";
        var parameter = "";
        var isInPaths = false;
        foreach (var line in lines)
        {
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
                isInPaths = line == "paths:";
            else if (!isInPaths)
                continue;
            else if (PathLine().Match(line) is { Success: true } found)
                path = found.Groups[1].Value;
            else if (MethodLine().Match(line) is { Success: true } method)
                calls.Add(new DescribedCall(method.Groups[1].Value.ToUpperInvariant(), path, []));
            else if (NameLine().Match(line) is { Success: true } name)
                parameter = name.Groups[1].Value;
            else if (line == "        in: query")
                calls[^1].Query.Add(parameter);
        }
    }

    /// <summary>Every call.</summary>
    public IReadOnlyList<DescribedCall> Calls => calls;

    /// <summary>The description of version 2.16, where it lies beside the repository; null where it does not.</summary>
    public static async Task<IntercomDescription?> FindAsync()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "specs", "intercom", "intercom-2.16.yaml");
            if (File.Exists(file))
                return new IntercomDescription(await File.ReadAllLinesAsync(file));
        }

        return null;
    }

    /// <summary>The call that a request makes: the one of exactly its path, or one whose names in braces its path fills; null for none.</summary>
    public DescribedCall? CallOf(string method, string path) =>
        calls.Find(call => call.Method == method && call.Path == path)
        ?? calls.Find(call => call.Method == method && Regex.IsMatch(path, $"^{Braces().Replace(call.Path, @"[\w-]+")}$"));

    /// <summary>The values that a schema allows: all of its lists of choices together.</summary>
    public IReadOnlyCollection<string> ChoicesOf(string schema) => Found(schema, ChoiceLine());

    /// <summary>The members that an object of a schema may have.</summary>
    public IReadOnlyCollection<string> MembersOf(string schema) => Found(schema, MemberLine());

    private List<string> Found(string schema, Regex pattern) =>
    [
        .. lines.SkipWhile(line => line != $"    {schema}:").Skip(1).TakeWhile(line => line.StartsWith("     ", StringComparison.Ordinal))
            .Select(line => pattern.Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value),
    ];

    [GeneratedRegex("""^  "?(/[^":]*)"?:$""")]
    private static partial Regex PathLine();

    [GeneratedRegex("^    (get|post|put|delete|patch):$")]
    private static partial Regex MethodLine();

    [GeneratedRegex("^      - name: (.+)$")]
    private static partial Regex NameLine();

    [GeneratedRegex("""^ +- ["']?([^"':]+)["']?$""")]
    private static partial Regex ChoiceLine();

    [GeneratedRegex(@"^        (\w+):$")]
    private static partial Regex MemberLine();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Braces();
}
