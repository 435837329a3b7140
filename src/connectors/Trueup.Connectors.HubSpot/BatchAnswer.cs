using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads the answer to a batch write: what became of each input, by its trace id.</summary>
internal static class BatchAnswer
{
    // What a person reads in a table; longer ones list every allowed option.
    private const int MostCharacters = 500;

    /// <exception cref="JsonException">The body is no JSON, or cut off.</exception>
    /// <exception cref="CrmContractException">The body holds neither results nor errors.</exception>
    public static IReadOnlyDictionary<string, WriteOutcome> Read(CrmAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.BodyMemory);
        var body = document.RootElement;
        if (body.Member("results").ValueKind != JsonValueKind.Array && body.Member("errors").ValueKind != JsonValueKind.Array)
            throw new CrmContractException("The answer to a batch write holds neither results nor errors.");
        var outcomes = new Dictionary<string, WriteOutcome>();
        foreach (var error in body.Items("errors"))
            foreach (var trace in error.Member("context").Items("objectWriteTraceId").Where(trace => trace.ValueKind == JsonValueKind.String))
                outcomes[trace.GetString()!] = new WriteOutcome.Rejected(WordsOf(error));
        foreach (var result in body.Items("results"))
            if (result.Text("objectWriteTraceId") is { } trace && result.Id("id") is { Length: > 0 } id)
                outcomes[trace] = WrittenOf(result, id);
        return outcomes;
    }

    private static WriteOutcome.Written WrittenOf(JsonElement result, string id)
    {
        var values = result.Member("properties") is { ValueKind: JsonValueKind.Object } properties
            ? properties.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.Clone()) : null;
        long? stamp = result.Text("updatedAt") is { } text && IsoInstant.TryReadMilliseconds(System.Text.Encoding.UTF8.GetBytes(text), out var milliseconds) ? milliseconds : null;
        return new WriteOutcome.Written(new RecordId(id), stamp, values);
    }

    /// <summary>HubSpot's own words. Where it lists what is wrong with each property, those; its summary is the same as JSON within a text.</summary>
    private static string WordsOf(JsonElement error)
    {
        var each = error.Items("errors").Select(one => one.Text("message")).OfType<string>().Where(text => text.Length > 0).ToList();
        var words = each.Count > 0 ? string.Join("; ", each) : error.Text("message") is { Length: > 0 } message ? message : error.Text("category") ?? "HubSpot gave no reason.";
        return words.Length > MostCharacters ? words[..MostCharacters] + "…" : words;
    }
}
