using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trueup.Emulators;

/// <summary>Writes an answer's JSON by hand, because records are copied into it as they are stored.</summary>
/// <remarks>Its buffer is rented: a page of large records would else end up, and stay, among the large objects.</remarks>
public sealed class JsonBytes(int expectedBytes = 1024)
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(expectedBytes);
    private int written;

    /// <summary>What has been written; valid until more is.</summary>
    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, written);

    /// <summary>The rented buffer, which whoever sends the answer gives back.</summary>
    public byte[] Rented => buffer;

    /// <summary>Appends bytes as they are.</summary>
    public JsonBytes Raw(ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length - written < bytes.Length)
            Grow(written + bytes.Length);
        bytes.CopyTo(buffer.AsSpan(written));
        written += bytes.Length;
        return this;
    }

    /// <summary>Takes back what was appended since <see cref="Written"/> had this length.</summary>
    public void BackTo(int length) => written = length;

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, needed));
        buffer.AsSpan(0, written).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    /// <summary>Appends a JSON string, or null.</summary>
    public JsonBytes Text(string? value)
    {
        if (value is null)
            return Raw("null"u8);
        Raw("\""u8);
        Raw(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        return Raw("\""u8);
    }

    /// <summary>Appends a whole number.</summary>
    public JsonBytes Number(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        return Raw(digits[..length]);
    }
}
