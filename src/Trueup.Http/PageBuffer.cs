using System.Buffers;

namespace Trueup.Http;

/// <summary>The bytes of a page while they are written: one pooled array, which grows only for what is larger than all of it.</summary>
/// <remarks>Not for concurrent use.</remarks>
public sealed class PageBuffer : IDisposable
{
    // Small beside what a commit holds, since the shared pool keeps some of them for each thread.
    private const int UsualBytes = 256 * 1024;

    private byte[] bytes = [];

    /// <summary>Bytes written.</summary>
    public int Written { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> WrittenSpan => bytes.AsSpan(0, Written);

    /// <summary>Begins a page.</summary>
    public void Begin()
    {
        if (bytes.Length == 0)
            bytes = ArrayPool<byte>.Shared.Rent(UsualBytes);
        Written = 0;
    }

    /// <summary>Room for so many bytes, of which the used ones are said by <see cref="Advance"/>; empty where they do not fit.</summary>
    /// <param name="most">Bytes.</param>
    /// <param name="mayGrow">Whether room is made for them.</param>
    public Span<byte> Room(int most, bool mayGrow)
    {
        if (bytes.Length - Written < most)
        {
            if (!mayGrow)
                return default;
            Grow(most);
        }
        return bytes.AsSpan(Written);
    }

    /// <summary>Counts bytes as written.</summary>
    public void Advance(int count) => Written += count;

    /// <summary>Takes back what was written since.</summary>
    public void BackTo(int written) => Written = written;

    /// <summary>Gives the array away; its new owner returns it to <see cref="ArrayPool{T}.Shared"/>.</summary>
    public byte[] GiveAway()
    {
        var given = bytes;
        (bytes, Written) = ([], 0);
        return given;
    }

    /// <summary>Gives the array back, if it was not given away.</summary>
    public void Dispose()
    {
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(GiveAway());
    }

    private void Grow(int most)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(2 * bytes.Length, Written + most)));
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
