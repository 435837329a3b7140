using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Trueup.Contract;

namespace Trueup.Http;

/// <summary>What a pipeline is made of.</summary>
/// <param name="BaseUrl">Base URL of the API. No request leaves it, but for the API's address that the credentials name.</param>
/// <param name="Dialect">What the vendor's answers mean.</param>
/// <param name="Credentials">What opens the account; null for requests without authorization, such as those for tokens.</param>
/// <param name="Budget">When calls may go out.</param>
/// <param name="Clock">The time.</param>
/// <param name="Chance">Spreads retries, so that connections that failed together do not come back together.</param>
/// <param name="Log">Where to log.</param>
public sealed record CrmHttpSetup(
    Uri BaseUrl, IApiDialect Dialect, ICrmCredentials? Credentials, ApiBudget Budget, TimeProvider Clock, Random Chance, ILogger Log);

/// <summary>The one way from a connector to its CRM: authorization, pacing, retries, metering, telemetry, time limits.</summary>
/// <remarks>Threads: every member may be called concurrently. Errors: <see cref="CrmException"/> and cancellation only.</remarks>
/// <param name="setup">What it is made of.</param>
/// <param name="invoker">Sends; owned by the caller.</param>
public sealed class CrmHttp(CrmHttpSetup setup, HttpMessageInvoker invoker)
{
    private readonly AnswerReading reading = new(setup, invoker);

    /// <summary>The CRM's time as of its latest answer; our clock before the first.</summary>
    public DateTimeOffset Now => reading.LatestDate ?? setup.Clock.GetUtcNow();

    /// <summary>Sends a request until it is answered, and reads the answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="read">Reads an answer with success. Throws <see cref="CrmContractException"/> or <see cref="JsonException"/>
    /// where the body is not what the API promises; the request is then sent a few more times.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="CrmException">The vendor refused, or the tries were used up.</exception>
    public async Task<T> SendAsync<T>(CrmRequest request, Func<CrmAnswer, T> read, CancellationToken cancellationToken)
    {
        using var activity = HttpTelemetry.Source.StartActivity($"{setup.Dialect.App} {request.Endpoint}", ActivityKind.Client);
        var tries = new Tries(setup, request);
        var access = await AccessAsync(cancellationToken);

        while (true)
        {
            await setup.Budget.EnterAsync(request.Limits, ApiScope.Current?.Priority ?? ApiPriority.Background, cancellationToken);
            Attempt<T> attempt = default;
            try
            {
                attempt = await reading.AttemptAsync(request, access, tries.IsRetry, read, cancellationToken);
            }
            finally
            {
                setup.Budget.Leave(attempt.Struggled);
            }
            activity?.SetTag("outcome", attempt.Outcome);

            switch (attempt.Failure)
            {
                case null:
                    return attempt.Result ?? throw new UnreachableException($"{request.Endpoint} succeeded without a result.");
                case Verdict.Refused refused:
                    throw refused.Error;
                case Verdict.CredentialsRefused refused:
                    if (!tries.MayReplaceToken() || !await ReplaceAsync(access?.Token, cancellationToken))
                        throw refused.Error;
                    access = await AccessAsync(cancellationToken);
                    break;
                default:
                    await tries.BeforeNextAsync(attempt.Failure, cancellationToken);
                    break;
            }
        }
    }

    private async ValueTask<CrmAccess?> AccessAsync(CancellationToken cancellationToken) =>
        setup.Credentials is { } credentials ? await credentials.AccessAsync(cancellationToken) : null;

    private async ValueTask<bool> ReplaceAsync(string? refused, CancellationToken cancellationToken) =>
        setup.Credentials is { } credentials && refused is not null && await credentials.ReplaceAsync(refused, cancellationToken);
}
