using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Simulation.Crm;

/// <summary>An emulated CRM as a world needs it, whichever app it is.</summary>
/// <param name="emulated">The CRM.</param>
public abstract class SimulatedCrm(EmulatedCrm emulated) : IAsyncDisposable
{
    /// <summary>The CRM.</summary>
    public EmulatedCrm Emulated => emulated;

    /// <summary>Where it is.</summary>
    public abstract Uri Url { get; }

    /// <summary>The streams in which people know what to edit.</summary>
    public abstract IReadOnlyCollection<string> EditableStreams { get; }

    /// <summary>The fineness of its stamps.</summary>
    public abstract TimeSpan StampsTo { get; }

    /// <summary>One record as it is now; null where the stream never had the id.</summary>
    public abstract RecordState? StateOf(string stream, string id);

    /// <summary>The records written at an instant or later, by the CRM's clock.</summary>
    public abstract IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since);

    /// <summary>All records of a stream, one after the other.</summary>
    public abstract IEnumerable<RecordState> Each(string stream);

    /// <summary>All records of a stream with their links, and with values only where they come by themselves, one after the other.</summary>
    public virtual IEnumerable<RecordState> EachLinked(string stream) => Each(stream);

    /// <summary>The pipelines that records of a stream move through.</summary>
    public virtual IReadOnlyList<EmulatedPipeline> PipelinesOf(string stream) => [];

    /// <summary>Issues OAuth tokens as if a person had consented; client id and secret are not among them.</summary>
    public abstract Credentials IssueTokens();

    /// <summary>Whether a refresh token still fetches access tokens.</summary>
    public abstract bool IsOpenTo(string refreshToken);

    /// <summary>The mirror's name of a stream of the CRM's state.</summary>
    public abstract string MirroredName(string stream);

    /// <summary>The name in the CRM's state of a stream of the mirror.</summary>
    public abstract string StateName(StreamName stream);

    /// <summary>Whether the mirror is to hold a field of the CRM's state.</summary>
    public virtual bool Mirrors(RecordState record, string field) => true;

    /// <summary>Whether the links between two streams are mirrored. False for what only a call for each record would tell.</summary>
    public virtual bool MirrorsLinks(string stream, string other) => true;

    /// <summary>The stream from whose records the CRM computes a field, without stamping the record that has it; null for none.</summary>
    public virtual string? ComputedFrom(string stream, string field) => null;

    /// <summary>Whether every hourly sync asks for the fields of a stream; else the nightly one does, and what follows a record that shows another one.</summary>
    public virtual bool IsDescribedHourly(string stream) => true;

    /// <summary>Whether the CRM still tells that a record was merged away, so that whoever asks can know.</summary>
    public virtual bool TellsOfMerge(RecordState merged) => true;

    /// <summary>Makes the people who work in it.</summary>
    public abstract Life Inhabit(Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams, bool redraws);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return emulated.DisposeAsync();
    }
}
