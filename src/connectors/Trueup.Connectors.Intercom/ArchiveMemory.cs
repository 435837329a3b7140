using System.Collections.Concurrent;
using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>Which contacts we have just archived or brought back: an archived one still answers by its id, and only the searches tell, which are behind by minutes.</summary>
/// <remarks>Threads: may be used concurrently. Forgotten once the searches know; whatever is lost with the process is found out by the next full sync.</remarks>
internal sealed class ArchiveMemory(TimeProvider clock, TimeSpan indexLag)
{
    private readonly ConcurrentDictionary<RecordId, (bool IsArchived, DateTimeOffset Until)> noted = new();

    /// <summary>Notes what Intercom confirmed.</summary>
    public void Note(RecordId contact, bool isArchived)
    {
        var now = clock.GetUtcNow();
        foreach (var old in noted.Where(each => each.Value.Until < now))
            noted.TryRemove(old);
        noted[contact] = (isArchived, now + indexLag);
    }

    /// <summary>Whether a contact is archived; null where the searches know.</summary>
    public bool? IsArchived(RecordId contact) => noted.TryGetValue(contact, out var told) && told.Until >= clock.GetUtcNow() ? told.IsArchived : null;
}
