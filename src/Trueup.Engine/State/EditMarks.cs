using System.Collections.Concurrent;
using Trueup.Contract;

namespace Trueup.Engine.State;

/// <summary>What edits did to the mirror while a sync was at work, which the sync's own list of known records cannot know.</summary>
/// <remarks>Threads: any. Forgotten when the next sync begins.</remarks>
internal sealed class EditMarks
{
    private readonly ConcurrentDictionary<(StreamName Stream, UInt128 Key), UInt128?> marks = new();

    private readonly ConcurrentDictionary<(StreamName Stream, UInt128 Key), bool> written = new();

    /// <summary>Whoever writes records to the mirror that an edit may have written too has it, from comparing with what is there until the commit.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>A record was put, with this hash.</summary>
    public void Put(StreamName stream, UInt128 key, UInt128 hash) => (marks[(stream, key)], written[(stream, key)]) = (hash, true);

    /// <summary>A record was buried.</summary>
    public void Buried(StreamName stream, UInt128 key) => (marks[(stream, key)], written[(stream, key)]) = (null, true);

    /// <summary>The sync itself has learned something later of the record.</summary>
    public void Remove(StreamName stream, UInt128 key)
    {
        if (!marks.IsEmpty)
            marks.TryRemove((stream, key), out _);
    }

    /// <summary>Whether an edit put or buried the record.</summary>
    public bool Contains(StreamName stream, UInt128 key) => !marks.IsEmpty && marks.ContainsKey((stream, key));

    /// <summary>Whether an edit has put or buried anything since the sync began.</summary>
    public bool HaveWritten => !written.IsEmpty;

    /// <summary>Whether an edit has put or buried the record since the sync began, whatever the sync learned of it later.</summary>
    public bool HasWritten(StreamName stream, UInt128 key) => written.ContainsKey((stream, key));

    /// <summary>The records of a stream, each with its hash; null for one that was buried.</summary>
    public IReadOnlyList<(UInt128 Key, UInt128? Hash)> Of(StreamName stream) =>
        [.. marks.Where(mark => mark.Key.Stream == stream).Select(mark => (mark.Key.Key, mark.Value))];

    /// <summary>A sync begins, and reads from now on what is in the mirror.</summary>
    public void Forget()
    {
        marks.Clear();
        written.Clear();
    }
}
