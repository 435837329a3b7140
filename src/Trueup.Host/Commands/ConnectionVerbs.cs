using System.Text.Json.Nodes;

namespace Trueup.Host.Commands;

/// <summary>Connecting accounts, and how they are.</summary>
internal static class ConnectionVerbs
{
    /// <summary>Between two looks at how far something is.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    internal static Verb[] All { get; } =
    [
        new("connect", "APP --name N (--token T | --client-id C [--key-file F --user U] | --oauth) [--base-url URL] [--wait]", "Connects an account; its onboarding starts by itself.", ConnectAsync)
        {
            Options = ["name", "token", "client-id", "client-secret", "key-file", "user", "base-url", "time-zone", "streams"], Flags = ["oauth", "wait"],
            Details = "Token and client secret may also come from the variables TRUEUP_CRM_TOKEN and TRUEUP_CRM_CLIENT_SECRET, which keeps them out of the shell's history.\n"
                + "--client-id with a secret, or with a private key and a user name, is for apps whose accounts register a client of their own, such as salesforce; with --oauth it is the client that asks for consent.\n"
                + "--base-url is the account's own address where it has one, such as https://acme.my.salesforce.com.\n--streams takes names separated by commas.",
        },
        new("connections", "[pause ACCOUNT | resume ACCOUNT | rebuild ACCOUNT | delete ACCOUNT]", "Lists the connected accounts, or changes one.", ConnectionsAsync)
        {
            Details = "rebuild moves a mirror aside and loads everything anew: the way on after its file was damaged.\ndelete removes the mirror and the credentials at once, never anything in the CRM.",
        },
        new("streams", "ACCOUNT [STREAM]", "Lists the streams of an account, or the fields of one, with how old their values may be.", StreamsAsync)
        {
            Details = "The values of calculated fields change without a trace; a full sync brings them all. CALCULATED AS OF is when the last one that did began.",
        },
        new("status", "", "One page of health; exit status 1 where an account needs a person.", StatusAsync),
    ];

    private static async Task<int> ConnectAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not [var appName] || arguments.Find("name") is not { } name)
            throw new UsageException("connect needs an app and --name.", verb);
        using var api = ApiClient.FromEnvironment();
        if (arguments.Has("oauth"))
            return await ConnectByOAuthAsync(api, arguments, appName, name, cancellationToken);

        var credentials = CredentialsIn(verb, arguments);
        var connection = (await api.SendAsync(HttpMethod.Post, "connections", new JsonObject
        {
            ["app"] = appName, ["name"] = name, ["credentials"] = credentials, ["baseUrl"] = arguments.Find("base-url"),
            ["timeZone"] = arguments.Find("time-zone"),
            ["streams"] = arguments.Find("streams") is { } streams ? new JsonArray([.. streams.Split(',').Select(s => (JsonNode)s)]) : null,
        }, cancellationToken))!.AsObject();
        return await FinishAsync(api, arguments, connection, cancellationToken);
    }

    private static JsonObject CredentialsIn(Verb verb, Arguments arguments)
    {
        if (arguments.Find("client-id") is not { } clientId)
        {
            return new JsonObject
            {
                ["accessToken"] = arguments.Find("token") ?? Environment.GetEnvironmentVariable("TRUEUP_CRM_TOKEN")
                    ?? throw new UsageException("connect needs --token, --client-id or --oauth.", verb),
            };
        }
        var credentials = new JsonObject { ["clientId"] = clientId };
        if (arguments.Find("key-file") is { } file)
        {
            credentials["privateKey"] = File.Exists(file) ? File.ReadAllText(file) : throw new UsageException($"--key-file is a file with a private key, and there is none at {file}.", verb);
            credentials["userName"] = arguments.Find("user") ?? throw new UsageException("--key-file needs --user, the user whom tokens are for.", verb);
        }
        else
        {
            credentials["clientSecret"] = SecretIn(arguments) ?? throw new UsageException("--client-id needs --client-secret, or --key-file and --user.", verb);
        }
        return credentials;
    }

    private static string? SecretIn(Arguments arguments) => arguments.Find("client-secret") ?? Environment.GetEnvironmentVariable("TRUEUP_CRM_CLIENT_SECRET");

    private static async Task<int> ConnectByOAuthAsync(ApiClient api, Arguments arguments, string appName, string name, CancellationToken cancellationToken)
    {
        var started = await api.SendAsync(HttpMethod.Post, $"oauth/{Uri.EscapeDataString(appName)}", new JsonObject
        {
            ["name"] = name, ["baseUrl"] = arguments.Find("base-url"), ["clientId"] = arguments.Find("client-id"), ["clientSecret"] = SecretIn(arguments),
        }, cancellationToken);
        await Console.Error.WriteLineAsync($"Open this address in a browser that is signed in to Trueup as the token's owner:\n{Output.Text(started!["authorizeUrl"])}");
        if (!arguments.Has("wait"))
            return CommandLine.Done;
        while (true)
        {
            var found = (await api.ListAsync("connections", int.MaxValue, cancellationToken)).FirstOrDefault(c => Output.Text(c!["name"]) == name);
            if (found is not null)
                return await FinishAsync(api, arguments, found.AsObject(), cancellationToken);
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<int> FinishAsync(ApiClient api, Arguments arguments, JsonObject connection, CancellationToken cancellationToken)
    {
        var id = Output.Text(connection["id"]);
        if (arguments.Has("wait"))
            connection = await WaitUntilLiveAsync(api, id, arguments.Json, cancellationToken);
        if (arguments.Json)
            Output.Json(connection);
        else
            Console.Out.WriteLine($"{Output.Text(connection["name"])} is connected ({Output.Text(connection["externalId"])}), {Output.Text(connection["state"])}.");
        if (connection["attention"] is { } attention && !arguments.Json)
            await Console.Error.WriteLineAsync(Output.Text(attention));
        return Output.Text(connection["state"]) == "attention" ? CommandLine.FoundProblem : CommandLine.Done;
    }

    private static async Task<JsonObject> WaitUntilLiveAsync(ApiClient api, string id, bool silent, CancellationToken cancellationToken)
    {
        using var progress = new ProgressLine(silent);
        while (true)
        {
            var connection = await api.GetAsync($"connections/{id}", cancellationToken);
            if (Output.Text(connection["state"]) != "onboarding")
            {
                progress.Show(100, "onboarded");
                return connection;
            }
            var streams = connection["onboarding"]?["streams"]?.AsArray() ?? [];
            progress.Show(connection["onboarding"]?["percent"]?.GetValue<double>() ?? 0,
                string.Join(", ", streams.Where(s => Output.Text(s!["state"]) == "loading").Select(s => Output.Text(s!["label"]))));
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<int> ConnectionsAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words.Count == 0)
            return await ListAsync(verb, arguments, cancellationToken);
        if (arguments.Words is not [var what, var account])
            throw new UsageException("connections takes nothing, or a word and an account.", verb);
        using var api = ApiClient.FromEnvironment();
        var path = $"connections/{Uri.EscapeDataString(account)}";
        JsonObject? patch = what switch
        {
            "pause" => new JsonObject { ["paused"] = true },
            "resume" => new JsonObject { ["paused"] = false },
            "rebuild" => new JsonObject { ["mirror"] = "rebuild" },
            "delete" => null,
            _ => throw new UsageException($"connections cannot {what}.", verb),
        };
        var changed = await api.SendAsync(patch is null ? HttpMethod.Delete : HttpMethod.Patch, path, patch, cancellationToken);
        if (arguments.Json)
            Output.Json(changed);
        else
            Console.Out.WriteLine(changed is null ? $"{account} is deleted." : $"{account} is {Output.Text(changed["state"])} now.");
        return CommandLine.Done;
    }

    private static async Task<int> ListAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        using var api = ApiClient.FromEnvironment();
        var connections = await api.ListAsync("connections", int.MaxValue, cancellationToken);
        if (arguments.Json)
            Output.Json(connections);
        else
            Output.Table(["NAME", "APP", "ACCOUNT", "STATE", "VERIFIED AS OF", "DIFFERENCE", "ID"],
                [.. connections.Select(c => Cells(c!, "name", "app", "externalId", "state", "verifiedAsOf", "difference", "id"))]);
        return CommandLine.Done;
    }

    private static async Task<int> StreamsAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Words is not ([_] or [_, _]))
            throw new UsageException("streams needs an account.", verb);
        using var api = ApiClient.FromEnvironment();
        var path = $"connections/{Uri.EscapeDataString(arguments.Words[0])}/streams";
        var (heading, cells) = arguments.Words.Count == 1
            ? (new[] { "STREAM", "LABEL", "STATE", "LIVE", "BURIED", "COMPLETE UP TO", "CALCULATED FIELDS", "CALCULATED AS OF" },
                new[] { "name", "label", "state", "live", "buried", "watermark", "calculatedFields", "calculatedAsOf" })
            : (["FIELD", "LABEL", "TYPE", "CONTROLLED BY", "CALCULATED", "CALCULATED AS OF", "AGE", "RETIRED"],
                ["name", "label", "type", "controller", "calculated", "calculatedAsOf", "age", "retired"]);
        var items = await api.ListAsync(arguments.Words is [_, var stream] ? $"{path}/{Uri.EscapeDataString(stream)}/fields" : path, int.MaxValue, cancellationToken);
        if (arguments.Json)
            Output.Json(items);
        else
            Output.Table(heading, [.. items.Select(item => Cells(item!, cells))]);
        return CommandLine.Done;
    }

    private static async Task<int> StatusAsync(Verb verb, Arguments arguments, CancellationToken cancellationToken)
    {
        using var api = ApiClient.FromEnvironment();
        var connections = await api.ListAsync("connections", int.MaxValue, cancellationToken);
        var needing = connections.Where(c => Output.Text(c!["state"]) == "attention").ToList();
        if (arguments.Json)
            Output.Json(new JsonObject { ["connections"] = connections.DeepClone(), ["needAttention"] = needing.Count });
        else
        {
            Output.Table(["NAME", "STATE", "ONBOARDED", "VERIFIED AS OF", "DIFFERENCE", "NEXT HOURLY", "NEXT NIGHTLY"],
            [
                .. connections.Select(c => (IReadOnlyList<string>)[.. Cells(c!, "name", "state"),
                    c!["onboarding"] is { } onboarding ? $"{Output.Text(onboarding["percent"])} %" : "yes",
                    .. Cells(c, "verifiedAsOf", "difference", "nextHourlyAt", "nextNightlyAt")]),
            ]);
            foreach (var connection in needing)
                Console.Out.WriteLine($"\n{Output.Text(connection!["name"])}: {Output.Text(connection["attention"])}");
        }
        return needing.Count > 0 ? CommandLine.FoundProblem : CommandLine.Done;
    }

    internal static IReadOnlyList<string> Cells(JsonNode node, params string[] names) => [.. names.Select(n => Output.Text(node[n]))];
}
