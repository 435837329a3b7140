using Trueup.Contract;

namespace Trueup.Engine;

/// <summary>Turns what is loaded, what is expected and the rate so far into a percentage and an honest range for the time left.</summary>
internal static class OnboardingForecast
{
    /// <summary>The part of the whole that loading makes up; the rest is links and comparing.</summary>
    private const double LoadingShare = 90;

    /// <summary>Before this much time the rate says nothing.</summary>
    private static readonly TimeSpan ShortestMeasure = TimeSpan.FromSeconds(2);

    /// <summary>Computes it.</summary>
    /// <param name="streams">Stream by stream.</param>
    /// <param name="since">Time since loading began, and records loaded in it.</param>
    public static OnboardingProgress From(IReadOnlyList<StreamProgress> streams, (TimeSpan Elapsed, long Records) since)
    {
        var readable = streams.Where(stream => stream.Phase != StreamPhase.Refused).ToList();
        if (readable.Count == 0)
            return new OnboardingProgress(0, null, streams);

        var expected = readable.Sum(stream => Math.Max(stream.Expected ?? stream.Mirrored, stream.Mirrored));
        var mirrored = readable.Sum(stream => stream.Mirrored);
        var loaded = expected == 0 ? 0 : (double)mirrored / expected;
        var verified = (double)readable.Count(stream => stream.Phase == StreamPhase.Verified) / readable.Count;
        var percent = Math.Min(99.9, (LoadingShare * loaded) + ((100 - LoadingShare) * verified));
        if (since.Elapsed < ShortestMeasure || since.Records <= 0)
            return new OnboardingProgress(percent, null, streams);

        // Pages of later streams may be slower or faster; links and comparing come on top.
        var left = since.Elapsed * ((double)(expected - mirrored) / since.Records);
        return new OnboardingProgress(percent, (left * 0.8, (left * 1.6) + TimeSpan.FromSeconds(2)), streams);
    }
}
