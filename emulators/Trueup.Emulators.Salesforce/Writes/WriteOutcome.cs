using Trueup.Emulators.Salesforce.Api;

namespace Trueup.Emulators.Salesforce.Writes;

/// <summary>What became of the write of one row.</summary>
/// <param name="Id">The row's id; null where there is none.</param>
/// <param name="Created">Whether the row is new.</param>
/// <param name="Problems">Why nothing was written; empty where it was.</param>
internal sealed record WriteOutcome(string? Id, bool Created, IReadOnlyList<Problem> Problems)
{
    public bool Succeeded => Problems.Count == 0;

    /// <summary>The status of a refusal that concerns this row alone.</summary>
    public int Status => Problems[0].Code is "ENTITY_IS_DELETED" or "NOT_FOUND" ? 404 : 400;

    public static WriteOutcome Failed(params IReadOnlyList<Problem> problems) => new(null, false, problems);
}
