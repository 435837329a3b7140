using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Trueup.Contract;

/// <summary>128-bit hashes (XxHash128) by which records are recognised and compared.</summary>
public static class Fingerprint
{
    /// <summary>The key of an id in maps and digests.</summary>
    public static UInt128 OfId(ReadOnlySpan<byte> idUtf8) => XxHash128.HashToUInt128(idUtf8);

    /// <inheritdoc cref="OfId(ReadOnlySpan{byte})"/>
    public static UInt128 OfId(RecordId id)
    {
        Span<byte> buffer = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(id.Value, buffer, out var written)
            ? OfId(buffer[..written])
            : OfId(Encoding.UTF8.GetBytes(id.Value));
    }

    /// <summary>The hash of a record as it was received: its modified stamp and its raw properties. Two records with equal
    /// hashes need no further look; different hashes may still mean equal content in another order.</summary>
    public static UInt128 OfRecord(long modifiedMilliseconds, ReadOnlySpan<byte> propertiesUtf8) =>
        XxHash128.HashToUInt128(propertiesUtf8, seed: modifiedMilliseconds);

    /// <summary>Writes a hash as 16 bytes, big-endian, which is how mirrors store it.</summary>
    public static void Write(UInt128 hash, Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, hash);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static UInt128 Read(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt128BigEndian(source);
}
