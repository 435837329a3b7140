using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Trueup.Contract;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Syncs, the log, drift and the brake, comparisons and explanations.</summary>
internal static class SyncEndpoints
{
    internal static void MapSyncs(this RouteGroupBuilder api)
    {
        api.MapPost("/connections/{id}/syncs", StartAsync).WithSummary("Starts a sync; the same kind already waiting answers with its id.");
        api.MapGet("/syncs", ListAsync).WithSummary("The sync log, newest first.");
        api.MapGet("/syncs/{id}", (string id, SyncLog log, CancellationToken cancellationToken) => log.GetAsync(id, cancellationToken))
            .WithSummary("One sync with its plan and the ids that differ; live while it runs.");
        api.MapGet("/connections/{id}/drift", (string id, SyncLog log, CancellationToken cancellationToken) => log.DriftAsync(id, cancellationToken))
            .WithSummary("The last comparison: ids missing, extra, different.");
        api.MapPost("/connections/{id}/drift/brake", AnswerBrakeAsync).WithSummary("Answers a braked mass delete: bury or keep.");
        api.MapGet("/connections/{id}/explain", ExplainAsync).WithSummary("Why a sync did what it did, or what one would do now.");
        api.MapPost("/connections/{id}/verifications", BeginVerificationAsync).WithSummary("Compares record by record, changing nothing.");
        api.MapGet("/verifications/{id}", (string id, Streams streams) => streams.GetVerification(id)).WithSummary("How far a comparison is, or what it found.");
    }

    private static async Task<Accepted<StartedSync>> StartAsync(
        string id, NewSync wanted, ClaimsPrincipal user, SyncLog log, CancellationToken cancellationToken)
    {
        var syncId = await log.StartAsync(Actor.From(user), id, wanted, cancellationToken);
        return TypedResults.Accepted($"/api/v1/syncs/{syncId}", new StartedSync(syncId));
    }

    private static Task<PageView<SyncView>> ListAsync(
        string? connection, string? status, string? cursor, int? limit, SyncLog log, CancellationToken cancellationToken) =>
        log.ListAsync(connection, status is null ? null : Words.Read<SyncStatus>("status", status), cursor, limit ?? 50, cancellationToken);

    private static async Task<NoContent> AnswerBrakeAsync(
        string id, BrakeAnswer answer, ClaimsPrincipal user, SyncLog log, CancellationToken cancellationToken)
    {
        await log.AnswerBrakeAsync(Actor.From(user), id, answer.Stream, answer.Decision, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<ExplanationView> ExplainAsync(string id, string? sync, string? kind, SyncLog log, CancellationToken cancellationToken) =>
        log.ExplainAsync(id, sync, kind is null ? SyncKind.Full : Words.Read<SyncKind>("kind", kind), cancellationToken);

    private static async Task<Accepted<StartedVerification>> BeginVerificationAsync(
        string id, VerificationOrder? order, ClaimsPrincipal user, Streams streams, CancellationToken cancellationToken)
    {
        var verificationId = await streams.BeginVerificationAsync(Actor.From(user), id, order?.Stream, cancellationToken);
        return TypedResults.Accepted($"/api/v1/verifications/{verificationId}", new StartedVerification(verificationId));
    }

    /// <summary>The sync that was started.</summary>
    internal sealed record StartedSync(string SyncId);

    /// <summary>The comparison that was started.</summary>
    internal sealed record StartedVerification(string VerificationId);

    /// <summary>What to compare; null for all streams.</summary>
    internal sealed record VerificationOrder(string? Stream);

    /// <summary>The answer to a braked mass delete.</summary>
    internal sealed record BrakeAnswer(string? Stream, string? Decision);
}

/// <summary>Reads words such as <c>last-day</c> from a query.</summary>
internal static class Words
{
    internal static T Read<T>(string name, string word) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Kebab(value.ToString()) == word)
                return value;
        }

        throw new ProblemException(Problem.Invalid($"{name} is none of {string.Join(", ", Enum.GetNames<T>().Select(Kebab))}."));
    }

    private static string Kebab(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
