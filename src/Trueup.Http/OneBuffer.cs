using System.Buffers;
using System.Numerics;

namespace Trueup.Http;

/// <summary>Lends one buffer again and again: for large answers that are read one after the other.</summary>
/// <remarks>
/// <para>The shared pool keeps a buffer of every size for every thread that gave one back. With answers of many megabytes, that is more than
/// everything else in memory. This one keeps the largest it was given back, and goes with whoever made it.</para>
/// <para>Threads: every member may be called concurrently; only the first of those who rent at the same time is lent what was kept.</para>
/// </remarks>
/// <param name="leastBytes">Bytes of every buffer at least, so that it need not grow on the way.</param>
public sealed class OneBuffer(int leastBytes) : ArrayPool<byte>
{
    private byte[]? kept;

    /// <inheritdoc/>
    public override byte[] Rent(int minimumLength)
    {
        var buffer = Interlocked.Exchange(ref kept, null);
        return buffer?.Length >= minimumLength ? buffer : GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(leastBytes, minimumLength)));
    }

    /// <inheritdoc/>
    public override void Return(byte[] array, bool clearArray = false)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (clearArray)
            Array.Clear(array);
        if (!(kept?.Length > array.Length))
            kept = array;
    }
}
