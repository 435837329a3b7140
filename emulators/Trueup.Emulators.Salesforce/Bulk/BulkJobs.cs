using System.Diagnostics.CodeAnalysis;
using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>All jobs of the org: they and their results are kept for seven days from their end (facts, section 3.5). Used under the org's lock.</summary>
internal sealed class BulkJobs(VirtualClock clock)
{
    private const string Prefix = "750";
    private const long MostBytes = 1024L * 1024 * 1024;

    private static readonly long Life = (long)TimeSpan.FromDays(7).TotalMilliseconds;

    private readonly Dictionary<string, BulkJob> jobs = [];
    private long made;

    public long Now => clock.Milliseconds;

    /// <summary>An id for a new job.</summary>
    public string NextId() => SalesforceId.Text(Prefix, ++made);

    public void Add(BulkJob job)
    {
        Expire();
        jobs.Add(job.Id, job);
        // The vendor has no such limit; it bounds what forgotten jobs cost the emulator.
        var bytes = jobs.Values.Sum(each => each.Bytes);
        foreach (var old in jobs.Values.Where(each => each != job && each.IsEnded).OrderBy(each => each.ChangedAt).TakeWhile(_ => bytes > MostBytes).ToList())
        {
            bytes -= old.Bytes;
            jobs.Remove(old.Id);
        }
    }

    /// <summary>The job of an id with 15 or 18 characters.</summary>
    /// <exception cref="Refusal">There is none, or none any more.</exception>
    public T Find<T>(string id) where T : BulkJob => TryFind<T>(id, out var job) ? job : throw Refusal.NotFound();

    public bool TryFind<T>(string id, [NotNullWhen(true)] out T? job) where T : BulkJob
    {
        Expire();
        job = SalesforceId.Normalize(id) is { } whole && jobs.GetValueOrDefault(whole) is T found ? found : null;
        return job is not null;
    }

    /// <summary>Every job of a kind, the newest first.</summary>
    public IReadOnlyList<T> All<T>() where T : BulkJob
    {
        Expire();
        foreach (var job in jobs.Values)
            job.Advance(Now);
        return [.. jobs.Values.OfType<T>().Reverse()];
    }

    public void Remove(BulkJob job) => jobs.Remove(job.Id);

    /// <summary>Throws all of them away.</summary>
    public void Clear() => jobs.Clear();

    private void Expire()
    {
        foreach (var job in jobs.Values)
            job.Advance(Now);
        foreach (var job in jobs.Values.Where(job => job.IsEnded && job.ChangedAt + Life <= Now).ToList())
            jobs.Remove(job.Id);
    }
}
