using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>One stream within one sync: what is known, what was done, and how far it is.</summary>
/// <remarks>Threads: written by the one task that works on the stream, read by any.</remarks>
internal sealed class StreamRun(SyncContext sync, MirroredStream stream)
{
    private const int MostIdsNamed = 1_000;

    /// <summary>A back-fill puts every record of a stream; remembering a million ids would cost 100 MB.</summary>
    private const int MostIdsRemembered = 50_000;

    private readonly Lock gate = new();
    private readonly List<string> missing = [];
    private readonly List<string> extra = [];
    private readonly List<string> different = [];
    private readonly List<string> setAside = [];
    private StreamReport report = new()
    {
        Stream = stream.Name, Label = stream.Description.Label, InTrueup = stream.Live, Status = SyncStatus.Queued,
    };

    /// <summary>The sync this is part of.</summary>
    public SyncContext Sync { get; } = sync;

    /// <summary>The stream as the mirror held it when the run began.</summary>
    public MirroredStream Mirrored { get; private set; } = stream;

    /// <summary>The stream as the CRM presents it.</summary>
    public StreamDescription Stream => Mirrored.Description;

    /// <summary>The fields to read, in a stable order, so that equal records come as equal bytes.</summary>
    public IReadOnlyList<string> Fields { get; private set; } = [.. Read(stream).Select(field => field.Name)];

    /// <summary>Those of <see cref="Fields"/> that the CRM computes.</summary>
    public IReadOnlyList<string> CalculatedFields => [.. Read(Mirrored).Where(read => read.Calculated).Select(read => read.Name)];

    /// <summary>Every record of the stream, while a pass needs it; null otherwise.</summary>
    public KnownRecords? Known { get; set; }

    /// <summary>Whether a complete enumeration was read in this sync, so that <see cref="Known"/> holds the CRM's ids.</summary>
    public bool IsEnumerated { get; set; }

    /// <summary>When that enumeration began, by the CRM's clock, if it was one single page, so that nothing can have changed behind its back; null otherwise.</summary>
    public DateTimeOffset? EnumeratedAtOnceAt { get; set; }

    /// <summary>Whether that enumeration began in an earlier sync, so that what it listed then may be gone since. Only the CRM's count can tell.</summary>
    public bool IsResumed { get; set; }

    /// <summary>How many live records the CRM said there are, in the latest answer of this sync that told; null where none did.</summary>
    public long? ToldCount { get; set; }

    /// <summary>Records that were put, whose links have to be read anew; null where nobody asks, or <see cref="HasManyChanges"/>.</summary>
    public List<RecordId>? ChangedIds { get; set; }

    /// <summary>Whether so many records were put that reading the links of all is cheaper than remembering which.</summary>
    public bool HasManyChanges { get; private set; }

    /// <summary>Notes that a record was put.</summary>
    public void NoteChanged(RecordId id)
    {
        if (ChangedIds is null)
            return;
        ChangedIds.Add(id);
        if (ChangedIds.Count <= MostIdsRemembered)
            return;
        ChangedIds = null;
        HasManyChanges = true;
    }

    /// <summary>What keeps this sync from burying too much of the stream.</summary>
    public Brake Brake => field ??= new Brake(this);

    /// <summary>The mass burial of the stream that waits for a person, or that one has answered; null if there is none.</summary>
    public BrakeQuestion? Question => Sync.Checkpoints.BrakeOf(Mirrored.Name);

    /// <summary>The checkpoint, as committed.</summary>
    public StreamCheckpoint Checkpoint => Sync.Checkpoints.Of(Mirrored.Name);

    /// <summary>The report so far.</summary>
    public StreamReport Report
    {
        get
        {
            lock (gate)
                return report with { Drift = new Drift([.. missing], [.. extra], [.. different], [.. setAside]) };
        }
    }

    /// <summary>How long a write may stay invisible to reads by modification time, from the CRM's word and from what we saw.</summary>
    public TimeSpan Lag
    {
        get
        {
            var observed = Checkpoint.ObservedLag * 2;
            return observed > Stream.Traits.IndexLag ? observed : Stream.Traits.IndexLag;
        }
    }

    /// <summary>Takes over what a commit or description changed in the mirror.</summary>
    public void Refresh(MirroredStream mirrored)
    {
        Mirrored = mirrored;
        Fields = [.. Read(mirrored).Select(field => field.Name)];
        Note(report => report with { InTrueup = mirrored.Live, Label = mirrored.Description.Label });
    }

    /// <summary>Changes the report.</summary>
    public void Note(Func<StreamReport, StreamReport> change)
    {
        lock (gate)
            report = change(report);
    }

    /// <summary>Ends the stream's part with a status.</summary>
    public void End(SyncStatus status, string? reason) => Note(report => report with { Status = status, Reason = reason });

    /// <summary>Names an id that is in the CRM but not in the mirror, as far as there is room.</summary>
    public void NameMissing(string id) => Name(missing, id);

    /// <summary>Names an id that is live in the mirror but not in the CRM, as far as there is room.</summary>
    public void NameExtra(string id) => Name(extra, id);

    /// <summary>Names an id whose content or links differ, as far as there is room.</summary>
    public void NameDifferent(string id) => Name(different, id);

    /// <summary>Names a record that cannot be mirrored.</summary>
    public void NameSetAside(SetAside refused)
    {
        Note(report => report with { SetAside = report.SetAside + 1 });
        Name(setAside, refused.Id is { } id ? $"{id}: {refused.Reason}" : refused.Reason);
    }

    private static IEnumerable<Field> Read(MirroredStream stream) =>
        stream.Fields.Where(field => field.RetiredAt is null && field.Included).Select(field => field.Definition);

    private void Name(List<string> list, string text)
    {
        lock (gate)
        {
            if (list.Count < MostIdsNamed && !list.Contains(text))
                list.Add(text);
        }
    }
}
