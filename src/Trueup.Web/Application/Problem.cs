namespace Trueup.Web.Application;

/// <summary>What was asked for is not done, and why: one plain sentence for people, a stable type for programs.</summary>
/// <param name="Type">Stable, kebab-case, such as <c>wrong-credentials</c>; the HTTP API shows it as <c>urn:trueup:problem:TYPE</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A few words, the same for every problem of the type.</param>
/// <param name="Detail">One sentence: what failed, where, what to do.</param>
public sealed record Problem(string Type, int Status, string Title, string Detail)
{
    internal static Problem NotFound(string detail) => new("not-found", 404, "Not found", detail);

    internal static Problem Invalid(string detail) => new("invalid-request", 422, "The request is not valid", detail);

    internal static Problem Conflict(string type, string detail) => new(type, 409, "That is not possible now", detail);

    internal static Problem Forbidden(string needed) => new("forbidden", 403, "Not allowed", $"That needs the role {needed}, which you do not have.");

    internal static Problem AppFailed(string detail) => new("app-failed", 502, "The app did not answer as it should", detail);

    internal static Problem Unavailable(string detail) => new("mirror-unavailable", 503, "The mirror is not available", detail);
}

/// <summary>Thrown by the application where it will not do what was asked. Pages show <see cref="Exception.Message"/>; the HTTP API answers the <see cref="Problem"/>.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    /// <summary>What is the matter.</summary>
    public Problem Problem { get; } = problem;
}
