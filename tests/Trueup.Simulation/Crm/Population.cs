using Trueup.Emulators;

namespace Trueup.Simulation.Crm;

/// <summary>How something moved a record.</summary>
public enum Touch
{
    /// <summary>Created or edited: its stamp moved.</summary>
    Stamped,
    /// <summary>A computed value moved, or it came back from the bin; its stamp did not move.</summary>
    Unstamped,
    /// <summary>Archived, erased or merged away.</summary>
    Ended,
    /// <summary>Linked or unlinked; its stamp did not move.</summary>
    Linked,
}

/// <summary>When what happened to one record.</summary>
public sealed class Biography
{
    /// <summary>Whether it is live now.</summary>
    public bool Live { get; set; }

    /// <summary>When its stamp last moved.</summary>
    public DateTimeOffset StampedAt { get; set; }

    /// <summary>When anything else about it last changed: values, life or links.</summary>
    public DateTimeOffset OtherAt { get; set; }

    /// <summary>When it was last not live; null if it always was, the world's end of time while it is not.</summary>
    public DateTimeOffset? NotLiveUntil { get; set; }

    /// <summary>When it last ceased to be live; null if it never did while people watched.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When anything about it last changed.</summary>
    public DateTimeOffset TouchedAt => StampedAt > OtherAt ? StampedAt : OtherAt;
}

/// <summary>Who lives in an emulated CRM, and when what happened to whom.</summary>
public sealed class Population
{
    /// <summary>What <see cref="FieldTouchedAt"/> knows a stream's pipelines by.</summary>
    public const string Pipelines = "(pipelines)";

    private readonly TimeProvider time;
    private readonly Dictionary<string, People> streams = [];
    private readonly Dictionary<(string Stream, string Field), DateTimeOffset> fields = [];
    private readonly List<(DateTimeOffset At, string Stream, string Id)> touches = [];

    /// <summary>Counts those that are there at the start.</summary>
    public Population(SimulatedCrm crm, TimeProvider time)
    {
        this.time = time;
        foreach (var (stream, records) in crm.Emulated.State().Streams)
        {
            foreach (var record in records)
            {
                var people = Of(stream);
                (record.Deleted switch { null => people.Live, "archived" => people.Archived, _ => people.Ended }).Add(record.Id);
                people.Biographies[record.Id] = new Biography { Live = record.Deleted is null, NotLiveUntil = record.Deleted is null ? null : DateTimeOffset.MaxValue };
            }
        }
    }

    /// <summary>The names of all streams.</summary>
    public IReadOnlyCollection<string> Streams => streams.Keys;

    /// <summary>The records of a stream that something happened to after one time and not after another; some may come twice.</summary>
    public IEnumerable<string> TouchedBetween(DateTimeOffset after, DateTimeOffset until, string stream)
    {
        var (low, high) = (0, touches.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (touches[middle].At <= after)
                low = middle + 1;
            else
                high = middle;
        }

        for (var i = low; i < touches.Count && touches[i].At <= until; i++)
            if (touches[i].Stream == stream)
                yield return touches[i].Id;
    }

    /// <summary>The records of one stream.</summary>
    public People Of(string stream)
    {
        if (!streams.TryGetValue(stream, out var people))
            streams.Add(stream, people = new People());
        return people;
    }

    /// <summary>What happened to a record; null if there never was one.</summary>
    public Biography? Find(string stream, string id) => Of(stream).Biographies.GetValueOrDefault(id);

    /// <summary>Notes what happened to a record.</summary>
    public void Note(string stream, string id, Touch touch)
    {
        var (people, now) = (Of(stream), time.GetUtcNow());
        if (!people.Biographies.TryGetValue(id, out var biography))
            people.Biographies.Add(id, biography = new Biography());
        touches.Add((now, stream, id));
        if (touch == Touch.Stamped)
            biography.StampedAt = now;
        else
            biography.OtherAt = now;
        if (touch == Touch.Linked)
            return;

        var lives = touch != Touch.Ended;
        if (biography.Live && !lives)
            (biography.NotLiveUntil, biography.EndedAt) = (DateTimeOffset.MaxValue, now);
        else if (!biography.Live && lives && biography.NotLiveUntil is not null)
            biography.NotLiveUntil = now;
        biography.Live = lives;
    }

    /// <summary>Takes note of what has been written in the CRM just now, whoever did it.</summary>
    /// <param name="moments">The records, as they are now.</param>
    /// <param name="stampsTo">The fineness of the CRM's stamps.</param>
    public void Take(IEnumerable<RecordMoment> moments, TimeSpan stampsTo)
    {
        foreach (var moment in moments)
        {
            var people = Of(moment.Stream);
            if (moment.Life == RecordLife.Live != people.Biographies.GetValueOrDefault(moment.Id)?.Live || moment.Life != RecordLife.Live)
            {
                people.Live.Remove(moment.Id);
                people.Archived.Remove(moment.Id);
                people.Ended.Remove(moment.Id);
                (moment.Life switch { RecordLife.Live => people.Live, RecordLife.Archived => people.Archived, _ => people.Ended }).Add(moment.Id);
            }

            Note(moment.Stream, moment.Id,
                moment.Life != RecordLife.Live ? Touch.Ended : moment.ModifiedAt > time.GetUtcNow() - stampsTo ? Touch.Stamped : Touch.Unstamped);
        }
    }

    /// <summary>Notes that the definition of a field changed.</summary>
    public void NoteField(string stream, string field) => fields[(stream, field)] = time.GetUtcNow();

    /// <summary>When the definition of a field last changed; the beginning of time if it never did.</summary>
    public DateTimeOffset FieldTouchedAt(string stream, string field) => fields.GetValueOrDefault((stream, field));

    /// <summary>The records of one stream.</summary>
    public sealed class People
    {
        /// <summary>Ids of those that are live.</summary>
        public List<string> Live { get; } = [];

        /// <summary>Ids of those in the bin, oldest first.</summary>
        public List<string> Archived { get; } = [];

        /// <summary>Ids of those that are gone for good.</summary>
        public List<string> Ended { get; } = [];

        /// <summary>What happened to each, by id.</summary>
        public Dictionary<string, Biography> Biographies { get; } = [];
    }
}
