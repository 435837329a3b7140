using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Connections, their streams, fields and budget.</summary>
internal static class ConnectionEndpoints
{
    internal static void MapConnections(this RouteGroupBuilder api)
    {
        api.MapGet("/apps", (Connecting connecting) => connecting.Apps).WithSummary("The apps that can be connected.");

        api.MapPost("/connections", CreateAsync).WithSummary("Connects an account; its onboarding starts by itself.");
        api.MapGet("/connections", async (string? cursor, int? limit, Connections connections, CancellationToken cancellationToken) =>
            Paging.InMemory(await connections.ListAsync(cancellationToken), c => c.Id, cursor, limit)).WithSummary("The connected accounts.");
        api.MapGet("/connections/{id}", (string id, Connections connections, CancellationToken cancellationToken) =>
            connections.GetAsync(id, cancellationToken)).WithSummary("One connection, by id or name.");
        api.MapPatch("/connections/{id}", (string id, ConnectionPatch patch, ClaimsPrincipal user, Connections connections, CancellationToken cancellationToken) =>
                connections.ChangeAsync(Actor.From(user), id, patch, cancellationToken))
            .WithSummary("Renames, pauses, resumes, reconnects, or has the mirror rebuilt.");
        api.MapDelete("/connections/{id}", DeleteAsync).WithSummary("Deletes the mirror and the credentials at once; nothing in the CRM.");

        api.MapGet("/connections/{id}/streams", async (string id, string? cursor, int? limit, Streams streams, CancellationToken cancellationToken) =>
            Paging.InMemory(await streams.ListAsync(id, cancellationToken), s => s.Name, cursor, limit)).WithSummary("The streams of an account.");
        api.MapGet("/connections/{id}/streams/{stream}/fields",
            async (string id, string stream, string? cursor, int? limit, Streams streams, CancellationToken cancellationToken) =>
                Paging.InMemory(await streams.FieldsAsync(id, stream, cancellationToken), f => f.Name, cursor, limit))
            .WithSummary("The fields of a stream.");
        api.MapPatch("/connections/{id}/streams/{stream}/fields/{field}",
            (string id, string stream, string field, FieldPatch patch, ClaimsPrincipal user, Streams streams, CancellationToken cancellationToken) =>
                streams.ChooseFieldAsync(Actor.From(user), id, stream, field, patch.Included, patch.Pii, cancellationToken))
            .WithSummary("Chooses whether a field is mirrored, and whether it is personal data.");
        api.MapGet("/connections/{id}/budget", async (string id, Streams streams, CancellationToken cancellationToken) =>
            new PageView<BudgetView>(await streams.BudgetAsync(id, cancellationToken), null)).WithSummary("The API budget, per bucket.");
    }

    private static async Task<Created<ConnectionView>> CreateAsync(
        NewConnection wanted, ClaimsPrincipal user, Connecting connecting, Connections connections, CancellationToken cancellationToken)
    {
        var id = await connecting.ConnectAsync(Actor.From(user), wanted, cancellationToken);
        return TypedResults.Created($"/api/v1/connections/{id}", await connections.GetAsync(id, cancellationToken));
    }

    private static async Task<NoContent> DeleteAsync(string id, ClaimsPrincipal user, Connections connections, CancellationToken cancellationToken)
    {
        await connections.DeleteAsync(Actor.From(user), id, cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>What to change about a field; null leaves it as it is.</summary>
    internal sealed record FieldPatch(bool? Included, bool? Pii);
}
