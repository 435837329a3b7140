using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Host.Commands;

/// <summary>Talks to a running server.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;

    private ApiClient(HttpClient http) => this.http = http;

    /// <summary>Reads TRUEUP_URL and TRUEUP_TOKEN.</summary>
    /// <exception cref="UsageException">They are missing or wrong.</exception>
    internal static ApiClient FromEnvironment()
    {
        var url = Environment.GetEnvironmentVariable("TRUEUP_URL") is { Length: > 0 } set ? set : "http://127.0.0.1:8080";
        if (!Uri.TryCreate(url.TrimEnd('/') + "/api/v1/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"TRUEUP_URL is {url}; allowed: an address such as http://127.0.0.1:8080.", null);
        var token = Environment.GetEnvironmentVariable("TRUEUP_TOKEN") is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable("TRUEUP_API_TOKEN");
        if (string.IsNullOrEmpty(token))
            throw new UsageException("TRUEUP_TOKEN is not set; make an API token in Settings › API and set it.", null);
        if (token.Any(c => c is <= ' ' or > '~'))
            throw new UsageException("TRUEUP_TOKEN holds characters that no token has.", null);
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApiClient(http);
    }

    internal async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(method, path, body, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return null;
        return await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
    }

    internal async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, path, null, cancellationToken))!.AsObject();

    /// <summary>All items of a paged list, page after page.</summary>
    internal async Task<JsonArray> ListAsync(string path, int most, CancellationToken cancellationToken)
    {
        var items = new JsonArray();
        string? cursor = null;
        do
        {
            var page = await GetAsync(cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}", cancellationToken);
            foreach (var item in page["items"]!.AsArray())
                if (items.Count < most)
                    items.Add(item?.DeepClone());
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null && items.Count < most);
        return items;
    }

    /// <summary>An answer that is read as a stream.</summary>
    /// <exception cref="ServerProblemException">The server cannot be reached, or refused.</exception>
    internal async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            if (body is not null)
                request.Content = JsonContent.Create(body);
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new ServerProblemException("unreachable",
                $"The server at {http.BaseAddress!.GetLeftPart(UriPartial.Authority)} cannot be reached ({failure.Message}). Start it with trueup serve, or set TRUEUP_URL.",
                CommandLine.Unreachable);
        }
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await ServerProblemException.ReadAsync(answer, cancellationToken);
    }

    public void Dispose() => http.Dispose();
}

/// <summary>The server refused, or cannot be reached.</summary>
internal sealed class ServerProblemException(string type, string message, int exitStatus) : Exception(message)
{
    /// <summary>The problem's stable type.</summary>
    internal string Type { get; } = type;

    /// <summary>What the command ends with.</summary>
    internal int ExitStatus { get; } = exitStatus;

    internal static async Task<ServerProblemException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            var type = problem?["type"]?.GetValue<string>().Split(':')[^1] ?? "unknown";
            return new ServerProblemException(type, problem?["detail"]?.GetValue<string>() ?? $"The server answered {(int)answer.StatusCode}.", type switch
            {
                "app-unreachable" or "mirror-unavailable" => CommandLine.Unreachable,
                "not-found" or "invalid-request" or "bad-query" or "base-url-not-allowed" => CommandLine.WrongUsage,
                _ => CommandLine.FoundProblem,
            });
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            return new ServerProblemException("not-trueup", $"The server answered {(int)answer.StatusCode}, and not as Trueup does. Is TRUEUP_URL right?", CommandLine.Unreachable);
        }
    }
}
