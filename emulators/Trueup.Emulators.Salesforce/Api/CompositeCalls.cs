using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Several requests in one (facts, section 8.4). Used under the org's lock.</summary>
/// <param name="find">Finds the endpoint of a request within.</param>
/// <param name="allow">Throws where the connected user may not make a request within.</param>
internal sealed partial class CompositeCalls(SalesforceOrg org, Func<Call, Route?> find, Action<Call, Route> allow)
{
    private const int MostRequests = 25;
    private const int MostReads = 5;
    private const string Halted = "PROCESSING_HALTED";

    private sealed record SubAnswer(int Status, JsonNode? Body, IReadOnlyList<KeyValuePair<string, string>> Headers, int Written);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_]*$")]
    private static partial Regex ReferenceId { get; }

    [GeneratedRegex(@"@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")]
    private static partial Regex Mention { get; }

    [GeneratedRegex(@"\.([A-Za-z0-9_]+)|\[(\d+)\]")]
    private static partial Regex Step { get; }

    public static Answer List(string version) => Reply.Json(200, new JsonObject
    {
        ["batch"] = $"/services/data/{version}/composite/batch", ["sobjects"] = $"/services/data/{version}/composite/sobjects",
    });

    public Answer Composite(Request request)
    {
        var body = Body.Parse(request.Call);
        var requests = body.Items("compositeRequest").ToList();
        var allOrNone = body.Flag("allOrNone");
        if (requests.Count > MostRequests)
            throw Refusal.Bad("LIMIT_EXCEEDED", $"Limit of {MostRequests} operations in a composite request exceeded");
        if (requests.Count(IsRead) > MostReads)
            throw Refusal.Bad("LIMIT_EXCEEDED", $"Limit of {MostReads} query and collection operations in a composite request exceeded");
        var references = requests.ConvertAll(each => each.Text("referenceId") ?? "");
        if (references.Find(each => !ReferenceId.IsMatch(each)) is { } wrong)
            throw Refusal.Bad("JSON_PARSER_ERROR", $"Provided referenceId ('{wrong}') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').");
        if (references.Distinct(StringComparer.Ordinal).Count() != references.Count)
            throw Refusal.Bad("JSON_PARSER_ERROR", "referenceId must be unique within a composite request");
        var answers = new Dictionary<string, SubAnswer>(StringComparer.Ordinal);
        org.Attempt(() =>
        {
            for (var i = 0; i < requests.Count; i++)
            {
                answers[references[i]] = Answer(request, requests[i], answers);
                if (allOrNone && answers[references[i]].Status >= 300)
                    return HaltAllBut(i, references, answers);
            }
            return true;
        });
        return Reply.Json(200, new JsonObject
        {
            ["compositeResponse"] = new JsonArray([.. references.Select(each => ToJson(each, answers[each]))]),
        }) with { Written = answers.Values.Sum(answer => answer.Written) };
    }

    public Answer Batch(Request request)
    {
        var body = Body.Parse(request.Call);
        var requests = body.Items("batchRequests").ToList();
        if (requests.Count > MostRequests)
            throw Refusal.Bad("LIMIT_EXCEEDED", $"Limit of {MostRequests} subrequests in a batch exceeded");
        var results = new JsonArray();
        var (errors, written) = (false, 0);
        foreach (var each in requests)
        {
            var answer = errors && body.Flag("haltOnError")
                ? new SubAnswer(412, Problems("BATCH_PROCESSING_HALTED", "Batch processing halted per request."), [], 0)
                : Send(request, each.Text("method") ?? "", "/services/data/" + (each.Text("url") ?? "").TrimStart('/'), each.Get("richInput")?.GetRawText() ?? "", []);
            errors |= answer.Status >= 300;
            written += answer.Written;
            results.Add((JsonNode)new JsonObject { ["statusCode"] = answer.Status, ["result"] = answer.Body });
        }
        return Reply.Json(200, new JsonObject { ["hasErrors"] = errors, ["results"] = results }) with { Written = written };
    }

    private static bool IsRead(JsonElement request) =>
        request.Text("url") is { } url && (url.Contains("/query", StringComparison.Ordinal) || url.Contains("/composite/sobjects", StringComparison.Ordinal));

    private static bool HaltAllBut(int guilty, List<string> references, Dictionary<string, SubAnswer> answers)
    {
        for (var i = 0; i < references.Count; i++)
            if (i != guilty)
                answers[references[i]] = new SubAnswer(400,
                    Problems(Halted, "The transaction was rolled back since another operation in the same transaction failed."), [], 0);
        return false;
    }

    private SubAnswer Answer(Request request, JsonElement each, Dictionary<string, SubAnswer> before)
    {
        try
        {
            var url = Resolve(each.Text("url") ?? "", before);
            var body = each.Get("body") is { } given ? Resolve(given.GetRawText(), before) : "";
            var headers = each.Get("httpHeaders") is { ValueKind: JsonValueKind.Object } named
                ? named.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase) : [];
            return Send(request, each.Text("method") ?? "", url, body, headers);
        }
        catch (Refusal refusal)
        {
            return new SubAnswer(refusal.Status, Problems(refusal.Problems[0].Code, refusal.Problems[0].Message), [], 0);
        }
    }

    private static string Resolve(string text, Dictionary<string, SubAnswer> before) => Mention.Replace(text, mention =>
    {
        var name = mention.Groups[1].Value;
        if (!before.TryGetValue(name, out var answer))
            throw Refusal.Bad(Halted, $"Invalid reference specified. No value for {name} found.");
        if (answer.Status >= 300)
            throw Refusal.Bad(Halted, "The operation was not executed because the operation that it refers to failed.");
        var value = answer.Body;
        foreach (Match step in Step.Matches(mention.Groups[2].Value))
            value = step.Groups[1].Success ? (value as JsonObject)?[step.Groups[1].Value]
                : (value as JsonArray)?.ElementAtOrDefault(int.Parse(step.Groups[2].Value, CultureInfo.InvariantCulture));
        return value is JsonValue found ? found.ToString()
            : throw Refusal.Bad(Halted, $"Invalid reference specified. No value for {mention.Groups[1].Value}{mention.Groups[2].Value} found in {name}.");
    });

    private SubAnswer Send(Request outer, string method, string url, string body, Dictionary<string, string> headers)
    {
        var split = url.IndexOf('?', StringComparison.Ordinal);
        var call = new Call(method.ToUpperInvariant(), Uri.UnescapeDataString(split < 0 ? url : url[..split]), split < 0 ? "" : url[split..],
            Encoding.UTF8.GetBytes(body), outer.Call.Authorization, "application/json") { UrlLength = url.Length, Headers = headers };
        try
        {
            if (find(call) is not { Open: false, Endpoint: not "composite" and not "batch" } route)
                throw Refusal.NotFound();
            Router.RequireVersion(route.Version);
            allow(call, route);
            var answer = route.Reply(new Request(call, outer.Session, route.Version));
            var json = answer.Body.IsEmpty ? null : JsonNode.Parse(answer.Body.Span);
            if (answer.Rented is { } rented)
                ArrayPool<byte>.Shared.Return(rented);
            return new SubAnswer(answer.Status, json, answer.Headers, answer.Written);
        }
        catch (Refusal refusal)
        {
            return new SubAnswer(refusal.Status, JsonNode.Parse(refusal.ToAnswer().Body.Span), [], 0);
        }
    }

    private static JsonArray Problems(string code, string message) => new(new JsonObject { ["errorCode"] = code, ["message"] = message });

    private static JsonObject ToJson(string reference, SubAnswer answer)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in answer.Headers)
            headers[name] = value;
        return new JsonObject { ["body"] = answer.Body, ["httpHeaders"] = headers, ["httpStatusCode"] = answer.Status, ["referenceId"] = reference };
    }
}
