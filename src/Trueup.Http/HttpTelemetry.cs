using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Trueup.Http;

/// <summary>What the pipeline tells OpenTelemetry: source and meter <c>Trueup.Http</c>. Tags name endpoints, never ids, addresses or data.</summary>
public static class HttpTelemetry
{
    /// <summary>The name to subscribe to, for traces and metrics alike.</summary>
    public const string Name = "Trueup.Http";

    internal static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Calls =
        Meter.CreateCounter<long>("trueup.http.calls", "{call}", "Requests sent to CRMs, retries included.");

    private static readonly Counter<long> Retries =
        Meter.CreateCounter<long>("trueup.http.retries", "{call}", "Requests sent to CRMs again after a failure.");

    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("trueup.http.duration", "s", "Time from sending a request to having its whole answer.");

    internal static void Record(string app, string endpoint, string outcome, bool isRetry, TimeSpan elapsed)
    {
        // The kind of call alone: a series for each stream or pair of streams would be thousands where there are custom objects.
        var tags = new TagList { { "app", app }, { "endpoint", endpoint.Split(' ', 2)[0] }, { "outcome", outcome } };
        Calls.Add(1, tags);
        if (isRetry)
            Retries.Add(1, tags);
        Duration.Record(elapsed.TotalSeconds, tags);
    }
}
