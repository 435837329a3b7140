using System.Collections.Concurrent;
using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>Which records we have just archived or brought back. An archived contact still answers by its id, and only the searches tell, which are behind by minutes; a deleted
/// company answers for a while because Intercom archives it later than it says.</summary>
/// <remarks>Threads: may be used concurrently. Forgotten once reading tells; whatever is lost with the process is found out by the next full sync.</remarks>
internal sealed class ArchiveMemory(TimeProvider clock, TimeSpan indexLag)
{
    private readonly ConcurrentDictionary<(string Stream, RecordId Id), (bool? IsArchived, long At)> noted = new();

    /// <summary>Notes what Intercom confirmed.</summary>
    public void Note(IntercomStream stream, RecordId id, bool isArchived) => Keep(stream, id, isArchived);

    /// <summary>Notes that Intercom was asked to archive a record, or to bring it back, and did not answer: until the searches know, nothing tells whether it did.</summary>
    public void NoteUnheard(IntercomStream stream, RecordId id) => Keep(stream, id, isArchived: null);

    /// <summary>Whether a record is archived; null where reading tells.</summary>
    public bool? IsArchived(IntercomStream stream, RecordId id) => Of(stream, id) is { } told ? told.IsArchived : null;

    /// <summary>Whether reading may say that a record is live though it is not.</summary>
    public bool IsUnheardOf(IntercomStream stream, RecordId id) => Of(stream, id) is { IsArchived: null };

    // Reckoned in time that has passed: our clock may be set back meanwhile.
    private (bool? IsArchived, long At)? Of(IntercomStream stream, RecordId id) =>
        noted.TryGetValue((stream.Name, id), out var told) && clock.GetElapsedTime(told.At) <= indexLag ? told : null;

    private void Keep(IntercomStream stream, RecordId id, bool? isArchived)
    {
        foreach (var old in noted.Where(each => clock.GetElapsedTime(each.Value.At) > indexLag))
            noted.TryRemove(old);
        noted[(stream.Name, id)] = (isArchived, clock.GetTimestamp());
    }
}
