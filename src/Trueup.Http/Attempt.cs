using Trueup.Contract;

namespace Trueup.Http;

/// <summary>What came of one try of a request.</summary>
/// <param name="Result">What was read; meaningful only without a failure.</param>
/// <param name="Failure">Why there is no result; null on success.</param>
/// <param name="Outcome">For telemetry: the status, or the kind of failure.</param>
internal readonly record struct Attempt<T>(T? Result, Verdict? Failure, string Outcome)
{
    /// <summary>Whether the vendor showed signs of overload, so that fewer calls should be under way.</summary>
    public bool Struggled => Failure is Verdict.TryAgain or Verdict.Throttled;
}
