using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Host.Settings;

namespace Trueup.Host.Commands;

/// <summary>Finds the verb, runs it, and turns what goes wrong into one sentence and an exit status.</summary>
internal static class CommandLine
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>It ran and found a problem.</summary>
    internal const int FoundProblem = 1;

    /// <summary>It was called, or set, wrongly.</summary>
    internal const int WrongUsage = 2;

    /// <summary>The server or the CRM cannot be reached.</summary>
    internal const int Unreachable = 3;

    private static readonly Verb[] Verbs =
    [
        .. ServerVerbs.All, .. ConnectionVerbs.All, .. SyncVerbs.All, .. RecordVerbs.All, .. EditVerbs.All,
    ];

    internal static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        if (words is [] or ["--help" or "-h" or "help", ..])
        {
            Console.Out.WriteLine(Help());
            return words.Count == 0 ? WrongUsage : Done;
        }
        if (words is ["--version"])
        {
            Console.Out.WriteLine(typeof(CommandLine).Assembly.GetName().Version?.ToString(3));
            return Done;
        }

        var json = words.Contains("--json");
        try
        {
            var verb = Verbs.FirstOrDefault(v => v.Name == words[0]) ?? throw new UsageException($"There is no command {words[0]}.", null);
            if (words.Contains("--help") || words.Contains("-h"))
            {
                Console.Out.WriteLine(Help(verb));
                return Done;
            }
            return await verb.RunAsync(verb, Arguments.Read(verb, [.. words.Skip(1)]), CancellationToken.None);
        }
        catch (UsageException wrong)
        {
            return Complain(json, WrongUsage, "usage", $"{wrong.Message} {(wrong.Verb is { } verb ? $"Usage: trueup {verb.Name} {verb.Synopsis}" : "See trueup --help.")}");
        }
        catch (SettingsException wrong)
        {
            return Complain(json, WrongUsage, "setting", wrong.Message);
        }
        catch (StartException failure)
        {
            return Complain(json, FoundProblem, "start", failure.Message);
        }
        catch (ServerProblemException problem)
        {
            return Complain(json, problem.ExitStatus, problem.Type, problem.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Complain(json, FoundProblem, "file", failure.Message);
        }
    }

    private static int Complain(bool json, int status, string type, string sentence)
    {
        if (json)
            Console.Out.WriteLine(new JsonObject { ["error"] = new JsonObject { ["type"] = type, ["detail"] = sentence } }.ToJsonString(Output.Indented));
        else
            Console.Error.WriteLine(sentence);
        return status;
    }

    private static string Help() =>
        "Trueup keeps a local mirror of a CRM that is provably equal.\n\nUsage: trueup VERB …\n\n"
        + string.Join('\n', Verbs.Select(v => $"  {v.Name,-12} {v.Does}"))
        + "\n\nEvery verb takes --json and --help. All but demo, serve and emulate talk to the server at TRUEUP_URL\n"
        + "(default http://127.0.0.1:8080) with the API token in TRUEUP_TOKEN.\n"
        + "Exit status: 0 done, 1 found a problem, 2 wrong usage or setting, 3 the server or the CRM cannot be reached.";

    private static string Help(Verb verb) =>
        $"trueup {verb.Name} {verb.Synopsis}\n\n{verb.Does}{(verb.Details.Length > 0 ? $"\n\n{verb.Details}" : "")}";
}
