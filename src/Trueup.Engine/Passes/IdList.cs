using System.Text;
using Trueup.Contract;

namespace Trueup.Engine.Passes;

/// <summary>Many ids in little memory: their bytes in one array, about ten bytes an id.</summary>
internal sealed class IdList
{
    private byte[] bytes = new byte[4_096];
    private int used;
    private readonly List<int> ends = [];

    /// <summary>Ids held.</summary>
    public int Count => ends.Count;

    /// <summary>Adds an id.</summary>
    public void Add(ReadOnlySpan<byte> idUtf8)
    {
        if (used + idUtf8.Length > bytes.Length)
            Array.Resize(ref bytes, Math.Max(checked(bytes.Length * 2), used + idUtf8.Length));
        idUtf8.CopyTo(bytes.AsSpan(used));
        used += idUtf8.Length;
        ends.Add(used);
    }

    /// <summary>The ids from a position on, at most so many.</summary>
    public IReadOnlyList<RecordId> Slice(int from, int most)
    {
        var ids = new List<RecordId>(Math.Min(most, Count - from));
        for (var index = from; index < Count && ids.Count < most; index++)
        {
            var start = index == 0 ? 0 : ends[index - 1];
            ids.Add(new RecordId(Encoding.UTF8.GetString(bytes, start, ends[index] - start)));
        }

        return ids;
    }
}
