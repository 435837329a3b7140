using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Edit runs.</summary>
internal static class EditEndpoints
{
    /// <summary>100,000 changes of about 600 bytes.</summary>
    private const int MostBytes = 64 * 1024 * 1024;

    private const int UsualWaitSeconds = 10;

    internal static void MapEdits(this RouteGroupBuilder api)
    {
        api.MapPost("/connections/{id}/edits", StartAsync).WithMetadata(new RequestSizeLimitAttribute(MostBytes))
            .WithSummary("Changes, makes or deletes records in the app, or previews that. Answers 200 once all is done, or 202 after waiting.");
        api.MapGet("/edits", (string? connection, string? cursor, int? limit, Edits edits, CancellationToken cancellationToken) =>
            edits.ListAsync(connection, cursor, limit ?? 50, cancellationToken)).WithSummary("Edit runs, newest first.");
        api.MapGet("/edits/{run}", (string run, string? outcome, string? cursor, int? limit, Edits edits, CancellationToken cancellationToken) =>
            edits.GetAsync(run, outcome, cursor, limit ?? 1_000, cancellationToken)).WithSummary("One run with what became of its changes; live while it is under way.");
        api.MapGet("/edits/{run}.csv", ExportAsync).WithSummary("What became of each change as CSV: values before and after, and links into the app.");
        api.MapPost("/edits/{run}/undo", UndoAsync).WithMetadata(new RequestSizeLimitAttribute(MostBytes))
            .WithSummary("Takes back what a run did, or what it did to some records, where it still holds; itself a run.");
        api.MapPost("/edits/{run}/apply", ApplyAsync).WithSummary("Makes a preview live, as a run of its own that begins with what was seen in the preview; the preview goes.");
        api.MapPost("/edits/{run}/resolve", ResolveAsync).WithMetadata(new RequestSizeLimitAttribute(MostBytes))
            .WithSummary("Decides conflicts: theirs leaves what the app holds, mine writes over it as a run of its own (in a preview, when that is made live).");
    }

    private static async Task<Results<Ok<EditView>, Accepted<EditView>>> ApplyAsync(
        string run, int? wait, ClaimsPrincipal user, EditReview review, CancellationToken cancellationToken) =>
        Answer(await review.ApplyAsync(Actor.From(user), run, Wait(wait), cancellationToken));

    private static async Task<Results<Ok<EditView>, Accepted<EditView>>> ResolveAsync(
        string run, NewResolution wanted, int? wait, ClaimsPrincipal user, EditReview review, CancellationToken cancellationToken) =>
        Answer(await review.ResolveAsync(Actor.From(user), run, wanted, Wait(wait), cancellationToken));

    private static async Task<Results<Ok<EditView>, Accepted<EditView>>> StartAsync(
        string id, NewEdit wanted, int? wait, ClaimsPrincipal user, Edits edits, CancellationToken cancellationToken) =>
        Answer(await edits.StartAsync(Actor.From(user), id, wanted, Wait(wait), cancellationToken));

    private static async Task<Results<Ok<EditView>, Accepted<EditView>>> UndoAsync(
        string run, NewUndo? wanted, int? wait, ClaimsPrincipal user, Edits edits, CancellationToken cancellationToken) =>
        Answer(await edits.UndoAsync(Actor.From(user), run, wanted ?? new NewUndo(), Wait(wait), cancellationToken));

    private static async Task ExportAsync(string run, HttpContext http, Edits edits, CancellationToken cancellationToken)
    {
        // Twice through: the columns come first, and which there are only the changes tell.
        var columns = await EditCsv.ColumnsAsync(await edits.ResultsAsync(run, cancellationToken), cancellationToken);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"edit-{run}.csv\"";
        await EditCsv.WriteAsync(http.Response.BodyWriter, columns, await edits.ResultsAsync(run, cancellationToken), cancellationToken);
    }

    private static Results<Ok<EditView>, Accepted<EditView>> Answer(EditView run) =>
        run.FinishedAt is null ? TypedResults.Accepted($"/api/v1/edits/{run.Run}", run) : TypedResults.Ok(run);

    private static TimeSpan Wait(int? seconds) => seconds switch
    {
        null => TimeSpan.FromSeconds(UsualWaitSeconds),
        >= 0 and var asked when TimeSpan.FromSeconds(asked) <= Edits.LongestWait => TimeSpan.FromSeconds(asked),
        _ => throw new ProblemException(Problem.Invalid($"wait is 0 to {Edits.LongestWait.TotalSeconds} seconds, not {seconds}.")),
    };
}
