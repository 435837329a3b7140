using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Trueup.Catalog;
using Trueup.Contract;

namespace Trueup.Cluster;

/// <summary>What operators watch: syncs by outcome, their cost, and how old what we know is. Connections go by id; no names, no secrets.</summary>
public sealed class SyncMeters : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> syncs;
    private readonly Counter<long> calls;
    private readonly Counter<long> records;
    private readonly ConcurrentDictionary<string, (string App, DateTimeOffset AsOf)> verified = new();

    /// <summary>Makes the meters.</summary>
    public SyncMeters(IMeterFactory factory, TimeProvider clock)
    {
        meter = factory.Create("Trueup");
        syncs = meter.CreateCounter<long>("trueup.syncs", description: "Syncs that ended, by app, kind and status.");
        calls = meter.CreateCounter<long>("trueup.api.calls", description: "API calls of syncs, by app and kind.");
        records = meter.CreateCounter<long>("trueup.records", description: "Records changed in mirrors, by app and what happened.");
        // Alert on this: it grows whatever the reason is that nothing is verified any more (invariant I26).
        meter.CreateObservableGauge("trueup.verified.age", () => verified.Select(v => new Measurement<double>(
            (clock.GetUtcNow() - v.Value.AsOf).TotalSeconds, Tag("connection", v.Key), Tag("app", v.Value.App))), "s", "Time since the mirror was last verified.");
    }

    /// <summary>Counts a sync that ended.</summary>
    public void Ended(ConnectionEntry entry, SyncReport report)
    {
        var kind = report.Request.Kind.ToString().ToLowerInvariant();
        syncs.Add(1, Tag("app", entry.App), Tag("kind", kind), Tag("status", report.Status.ToString().ToLowerInvariant()));
        calls.Add(report.ApiCalls, Tag("app", entry.App), Tag("kind", kind));
        Count(entry, "created", report.Streams.Sum(s => s.Created));
        Count(entry, "updated", report.Streams.Sum(s => s.Updated));
        Count(entry, "buried", report.Streams.Sum(s => s.Buried));
        if (report is { Status: SyncStatus.Verified, AsOf: { } asOf, Request.Stream: null })
            verified[entry.Id] = (entry.App, asOf);
    }

    /// <summary>Begins to watch a connection's age, which may have been verified by an earlier process.</summary>
    public void Watch(ConnectionEntry entry) => verified.TryAdd(entry.Id, (entry.App, entry.VerifiedAsOf ?? entry.CreatedAt));

    /// <summary>A connection that is gone does not age.</summary>
    public void Forget(string connectionId) => verified.TryRemove(connectionId, out _);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private void Count(ConnectionEntry entry, string what, long number)
    {
        if (number > 0)
            records.Add(number, Tag("app", entry.App), Tag("change", what));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
