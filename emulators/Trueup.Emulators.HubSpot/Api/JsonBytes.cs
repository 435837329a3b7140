using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Writes an answer's JSON by hand, because records are copied into it as they are stored.</summary>
/// <remarks>Its buffer is rented: a page of large records would else end up, and stay, among the large objects.</remarks>
internal sealed class JsonBytes(int expectedBytes = 1024)
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(expectedBytes);
    private int written;

    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, written);

    /// <summary>The rented buffer, which whoever sends the answer gives back.</summary>
    public byte[] Rented => buffer;

    public JsonBytes Raw(ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length - written < bytes.Length)
            Grow(written + bytes.Length);
        bytes.CopyTo(buffer.AsSpan(written));
        written += bytes.Length;
        return this;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, needed));
        buffer.AsSpan(0, written).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    public JsonBytes Text(string? value)
    {
        if (value is null)
            return Raw("null"u8);
        Raw("\""u8);
        Raw(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        return Raw("\""u8);
    }

    public JsonBytes Number(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        return Raw(digits[..length]);
    }

    /// <summary>A stamp as the vendor spells it: ISO 8601 UTC, the fraction dropped when its milliseconds are zero.</summary>
    public JsonBytes Stamp(long milliseconds)
    {
        Span<byte> text = stackalloc byte[26];
        text[0] = (byte)'"';
        var length = 1 + WriteStamp(milliseconds, text[1..]);
        text[length++] = (byte)'"';
        return Raw(text[..length]);
    }

    public static string StampText(long milliseconds)
    {
        Span<byte> text = stackalloc byte[24];
        return Encoding.ASCII.GetString(text[..WriteStamp(milliseconds, text)]);
    }

    private static int WriteStamp(long milliseconds, Span<byte> text)
    {
        var at = DateTime.UnixEpoch.AddMilliseconds(milliseconds);
        Digits(text, at.Year, 4);
        text[4] = (byte)'-';
        Digits(text[5..], at.Month, 2);
        text[7] = (byte)'-';
        Digits(text[8..], at.Day, 2);
        text[10] = (byte)'T';
        Digits(text[11..], at.Hour, 2);
        text[13] = (byte)':';
        Digits(text[14..], at.Minute, 2);
        text[16] = (byte)':';
        Digits(text[17..], at.Second, 2);
        var length = 19;
        if (at.Millisecond != 0)
        {
            text[length++] = (byte)'.';
            Digits(text[length..], at.Millisecond, 3);
            length += 3;
        }
        text[length++] = (byte)'Z';
        return length;
    }

    private static void Digits(Span<byte> text, int value, int count)
    {
        for (var i = count - 1; i >= 0; i--, value /= 10)
            text[i] = (byte)('0' + value % 10);
    }
}
