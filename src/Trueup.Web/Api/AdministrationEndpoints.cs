using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Trueup.Catalog;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Members, API tokens and the audit trail.</summary>
internal static class AdministrationEndpoints
{
    internal static void MapAdministration(this RouteGroupBuilder api)
    {
        api.MapGet("/me", (ClaimsPrincipal user) => Actor.From(user)).WithSummary("Who the token or the cookie stands for.");
        api.MapGet("/members", async (ClaimsPrincipal user, Members members, CancellationToken cancellationToken) =>
            new PageView<MemberView>(await members.ListAsync(Actor.From(user), cancellationToken), null)).WithSummary("The people who can sign in.");
        api.MapGet("/tokens", async (ClaimsPrincipal user, ApiTokens tokens, CancellationToken cancellationToken) =>
            new PageView<ApiTokenView>(await tokens.ListAsync(Actor.From(user), cancellationToken), null)).WithSummary("The API tokens, without the tokens themselves.");
        api.MapPost("/tokens", async (NewToken wanted, ClaimsPrincipal user, ApiTokens tokens, CancellationToken cancellationToken) =>
                TypedResults.Created((string?)null, await tokens.CreateAsync(Actor.From(user), wanted.Name ?? "", wanted.Role ?? Roles.Viewer, cancellationToken)))
            .WithSummary("Makes an API token, shown this once.");
        api.MapDelete("/tokens/{id}", RevokeAsync).WithSummary("Revokes an API token.");
        api.MapGet("/audit", AuditAsync).WithSummary("Who did what, newest first.");
    }

    private static async Task<NoContent> RevokeAsync(string id, ClaimsPrincipal user, ApiTokens tokens, CancellationToken cancellationToken)
    {
        await tokens.RevokeAsync(Actor.From(user), id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<PageView<AuditEntry>> AuditAsync(
        string? cursor, int? limit, ClaimsPrincipal user, AuditTrail audit, CancellationToken cancellationToken)
    {
        Actor.From(user).Need(Roles.Admin);
        var most = Limits.Check(limit ?? 100, 1000);
        var lines = await audit.ReadAsync(cursor, most + 1, cancellationToken);
        return new PageView<AuditEntry>([.. lines.Take(most)], lines.Count > most ? lines[most - 1].Id : null);
    }

    /// <summary>A token to make.</summary>
    internal sealed record NewToken(string? Name, string? Role);
}
