using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Trueup.Contract;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Turns whatever goes wrong into a problem document (RFC 9457) with a stable type.</summary>
internal sealed class Problems(ILogger<Problems> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
            return true;
        var problem = exception switch
        {
            ProblemException told => told.Problem,
            BadHttpRequestException bad => new Problem("invalid-request", bad.StatusCode, "The request is not valid", Reason(bad)),
            MirrorException mirror => Problem.Unavailable(mirror.Message),
            CrmUnauthorizedException refused => new Problem("wrong-credentials", 502, "The app refused the credentials", refused.Message),
            CrmException crm => Problem.AppFailed(crm.Message),
            _ when Catalog.CatalogTrouble.Explain(exception) is { } trouble => new Problem("disk-unavailable", 503, "The data folder cannot be used now", trouble),
            _ => new Problem("internal-error", 500, "An error in Trueup", "An error in Trueup; the server's log has the details."),
        };
        if (problem.Status == 500)
            log.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.Request.Path.Value);
        await WriteAsync(httpContext, problem);
        return true;
    }

    internal static async Task WriteAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
            return;
        context.Response.StatusCode = problem.Status;
        await Results.Problem(detail: problem.Detail, title: problem.Title, type: $"urn:trueup:problem:{problem.Type}", statusCode: problem.Status)
            .ExecuteAsync(context);
    }

    /// <summary>For answers that came out empty, such as 401 or 405.</summary>
    internal static Task WriteForStatusAsync(HttpContext context) => WriteAsync(context, context.Response.StatusCode switch
    {
        401 => new Problem("unauthorized", 401, "Not signed in", "No API token that is valid came with the request; send one as Authorization: Bearer TOKEN, or sign in."),
        403 => new Problem("forbidden", 403, "Not allowed", "You may not do that."),
        404 => Problem.NotFound($"There is nothing at {context.Request.Path}."),
        405 => new Problem("method-not-allowed", 405, "Not possible here", $"{context.Request.Method} is not possible at {context.Request.Path}."),
        415 => new Problem("unsupported-media-type", 415, "Not JSON", "Send JSON with Content-Type: application/json."),
        429 => new Problem("too-many-requests", 429, "Too many requests", "Too many requests from your address; wait a minute."),
        var other => new Problem("refused", other, "Refused", $"The request was refused with status {other}."),
    });

    private static string Reason(BadHttpRequestException bad) =>
        bad.InnerException is System.Text.Json.JsonException json
            ? $"The JSON is not what is expected here{(json.Path is { Length: > 0 } path ? $", at {path}" : "")}."
            : bad.Message;
}
