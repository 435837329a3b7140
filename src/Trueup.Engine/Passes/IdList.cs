using System.Collections;
using System.Text;
using Trueup.Contract;

namespace Trueup.Engine.Passes;

/// <summary>Many ids in little memory: their bytes in one array, about ten bytes an id. Each is made anew whenever it is asked for.</summary>
internal sealed class IdList : IReadOnlyList<RecordId>
{
    private byte[] bytes = new byte[4_096];
    private int used;
    private readonly List<int> ends = [];

    /// <summary>Ids held.</summary>
    public int Count => ends.Count;

    /// <summary>The ids of every live record of a stream.</summary>
    public static async Task<IdList> OfLiveAsync(IMirror mirror, StreamName stream, CancellationToken cancellationToken)
    {
        var ids = new IdList();
        await mirror.VisitIndexAsync(stream, (id, _, isLive) =>
        {
            if (isLive)
                ids.Add(id);
        }, cancellationToken);
        return ids;
    }

    /// <summary>Adds an id.</summary>
    public void Add(ReadOnlySpan<byte> idUtf8)
    {
        if (used + idUtf8.Length > bytes.Length)
            Array.Resize(ref bytes, Math.Max(checked(bytes.Length * 2), used + idUtf8.Length));
        idUtf8.CopyTo(bytes.AsSpan(used));
        used += idUtf8.Length;
        ends.Add(used);
    }

    /// <inheritdoc/>
    public RecordId this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : ends[index - 1];
            return new RecordId(Encoding.UTF8.GetString(bytes, start, ends[index] - start));
        }
    }

    /// <inheritdoc/>
    public IEnumerator<RecordId> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
            yield return this[index];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
