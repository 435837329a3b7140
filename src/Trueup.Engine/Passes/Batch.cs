using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>What one commit will write, and the pages whose memory it refers to.</summary>
internal sealed class Batch : IDisposable
{
    private readonly HashSet<UInt128> keysBuried = [];
    private long created;
    private long updated;
    private long buried;
    private long merged;

    /// <param name="spent">A batch that was written and disposed of, whose lists are used again: they are large, and there is one batch every few
    /// thousand records. Null for none.</param>
    public Batch(Batch? spent = null)
    {
        Puts = spent?.Puts ?? [];
        Keys = spent?.Keys ?? [];
        Puts.Clear();
        Keys.Clear();
    }

    public List<RecordPage> Pages { get; } = [];

    public List<RecordPut> Puts { get; }

    public HashSet<UInt128> Keys { get; }

    public List<RecordBury> Buries { get; } = [];

    /// <summary>Ids whose versions contradict each other.</summary>
    public List<RecordId> Doubts { get; } = [];

    /// <summary>Ids that survivors name as merged into them.</summary>
    public List<GoneRecord> Losers { get; } = [];

    /// <summary>Pages taken in, held or not.</summary>
    public int PagesTaken { get; set; }

    /// <summary>Memory held by pages and copies.</summary>
    public long BytesHeld { get; private set; }

    public Func<StreamCheckpoint, StreamCheckpoint>? Checkpoint { get; set; }

    public void Add(RecordPut put, UInt128 key)
    {
        Puts.Add(put);
        Keys.Add(key);
    }

    public void Counted(PutKind kind) => Count(kind, 1);

    /// <summary>Takes a put out, as if it had never been decided.</summary>
    public void Remove(RecordPut put)
    {
        Puts.Remove(put);
        if (put.Kind != PutKind.Refresh)
            Count(put.Kind, -1);
    }

    /// <summary>Counts a burial; a record that several survivors name is buried once.</summary>
    public void CountedBurial(UInt128 key, GoneCause cause)
    {
        if (!keysBuried.Add(key))
            return;
        if (cause == GoneCause.Merged)
            merged++;
        else
            buried++;
    }

    /// <summary>Adds what was done to the stream's report, once it is durable.</summary>
    public void CountInto(StreamRun run, CommitResult result) =>
        run.Note(report => report with
        {
            Created = report.Created + created,
            Updated = report.Updated + updated,
            Buried = report.Buried + buried,
            Merged = report.Merged + merged,
            RowsWritten = report.RowsWritten + result.RowsWritten,
            InTrueup = report.InTrueup + created - buried - merged,
        });

    /// <summary>Lets go of a page of which few records are written, keeping copies of those; else it is held until the commit.</summary>
    public void ReleaseIfSparse(RecordPage page, int firstPut)
    {
        var used = Puts.Count - firstPut;
        if (used * 4 >= page.Records.Count && used > 0)
        {
            BytesHeld += page.BufferBytes;
            return;
        }

        for (var index = firstPut; index < Puts.Count; index++)
        {
            var put = Puts[index];
            Puts[index] = put with { Id = put.Id.ToArray(), Properties = put.Properties.ToArray() };
            BytesHeld += put.Properties.Length;
        }

        Pages.Remove(page);
        page.Dispose();
    }

    private void ReleasePages()
    {
        foreach (var page in Pages)
            page.Dispose();
        Pages.Clear();
    }

    public void Dispose() => ReleasePages();

    private void Count(PutKind kind, int by)
    {
        if (kind == PutKind.Change)
            updated += by;
        else
            created += by;
    }
}
