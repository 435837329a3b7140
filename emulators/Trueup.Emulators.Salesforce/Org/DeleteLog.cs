namespace Trueup.Emulators.Salesforce.Org;

/// <summary>What the org remembers of the deletions of one object, for <c>deleted</c> (facts, section 3.4).</summary>
/// <param name="limit">Entries above which all but the last two hours are forgotten.</param>
internal sealed class DeleteLog(int limit)
{
    private static readonly long PurgeAge = (long)TimeSpan.FromHours(2).TotalMilliseconds;
    private static readonly long Kept = (long)TimeSpan.FromDays(15).TotalMilliseconds;

    private readonly List<(long At, Record Record)> entries = [];

    /// <summary>The instant before which deletions were forgotten because there were too many; 0 where none were.</summary>
    public long PurgedBefore { get; private set; }

    public void Add(long at, Record record) => entries.Add((at, record));

    /// <summary>Takes the last entry back, when the deletion itself is taken back.</summary>
    public void Undo(Record record)
    {
        if (entries.FindLastIndex(entry => entry.Record == record) is >= 0 and var at)
            entries.RemoveAt(at);
    }

    /// <summary>Deletions of an interval, both ends included, that have not been undone since.</summary>
    public IEnumerable<(long At, Record Record)> Between(long since, long until) =>
        entries.Where(entry => entry.At >= since && entry.At <= until && entry.Record.Now.Life != RecordLife.Live);

    /// <summary>The oldest instant of which the log could still tell.</summary>
    public long EarliestAt(long now) => Math.Max(PurgedBefore, now - Kept);

    /// <summary>Forgets what is too old, and above the limit all but the last two hours.</summary>
    public void Purge(long now)
    {
        ForgetBefore(now - Kept);
        if (entries.Count > limit && ForgetBefore(now - PurgeAge))
            PurgedBefore = now - PurgeAge;
    }

    private bool ForgetBefore(long instant) =>
        entries.Count > 0 && entries[0].At < instant && entries.RemoveAll(entry => entry.At < instant) > 0;
}
