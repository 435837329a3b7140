namespace Trueup.Http;

/// <summary>A vendor's limit on calls in any stretch of time of a given length.</summary>
/// <param name="Name">Such as <c>burst</c> or <c>search</c>.</param>
/// <param name="Calls">Calls that the vendor allows, as far as known before its headers say better.</param>
/// <param name="Window">The length of the rolling window.</param>
/// <param name="Share">The part of the limit that we use, above 0 and at most 1; the rest absorbs what our count of the window cannot see.</param>
public sealed record RateLimit(string Name, long Calls, TimeSpan Window, double Share = 0.9);
