using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>One read within a composite request.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Reference">Its name within the request: letters and digits.</param>
/// <param name="IfModifiedSince">Asks only for what changed since then; null for all.</param>
internal sealed record CompositePart(string Path, string Reference, DateTimeOffset? IfModifiedSince);

/// <summary>What came of one read within a composite request.</summary>
internal sealed record CompositeAnswer(string Reference, int Status, JsonElement Body)
{
    /// <summary>Most reads in one request. Source: developer.salesforce.com REST API, "Composite", read on 2026-09.</summary>
    public const int MostParts = 25;

    public static IReadOnlyList<CompositeAnswer> Read(CrmAnswer answer, int parts)
    {
        var body = SalesforceApi.Json(answer);
        CompositeAnswer[] answers =
        [
            .. body.Items("compositeResponse").Select(part => new CompositeAnswer(
                part.Text("referenceId") ?? "", (int)(part.Number("httpStatusCode") ?? 0), part.Member("body"))),
        ];
        return answers.Length == parts ? answers : throw new CrmContractException($"A composite answer holds {answers.Length} parts instead of {parts}.");
    }

    /// <summary>The failure of this part, as its own request would have met it; null where it succeeded.</summary>
    public CrmException? Failure(string endpoint) => Status is >= 200 and < 300 or 304 ? null : FailureOf(SalesforceError.Of(Body), Status, endpoint);

    /// <summary>The exception for a part's error.</summary>
    public static CrmException FailureOf(SalesforceError error, int status, string endpoint) =>
        SalesforceDialect.Judge(error, status, endpoint, after: null) switch
        {
            Verdict.Refused refused => refused.Error,
            Verdict.CredentialsRefused refused => refused.Error,
            Verdict.TryAgain again => new CrmUnavailableException(again.Why, again.After),
            Verdict.DayUsedUp day => new CrmUnavailableException(day.Why),
            _ => new CrmContractException($"A part of a composite answer has status {status}."),
        };
}
