using System.Buffers;
using System.Globalization;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Writes the cells of bulk results as the JSON that queries answer with, so that a record has the same content, and the same hash,
/// whichever way it was read. The one place where values change their form.</summary>
/// <remarks>
/// <para>An empty cell is null: bulk results cannot tell it from an empty text, of which Salesforce stores none.</para>
/// <para>Numbers keep their digits. Whole ones lose a fraction of zeros, which bulk results are known to add; decimal ones have at least one
/// place, as queries write them. Instants end in <c>+0000</c> instead of <c>Z</c>. Everything else is text, byte for byte.</para>
/// <para>What is not of the form that its field's type promises stays text, and is never guessed at.</para>
/// </remarks>
internal static class RestForm
{
    // 2026-09-01T10:00:00.000Z
    private const int InstantLength = 24;

    // Beyond six for each byte of the cell, which may be escaped: an instant that came in few characters, with its quotation marks and zone.
    private const int FixedBytes = 32;

    private const byte Quote = (byte)'"';

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), Quote, (byte)'\\']);

    /// <summary>The most bytes that a cell can become.</summary>
    public static int MostBytes(int cellBytes) => 6 * cellBytes + FixedBytes;

    /// <summary>Writes a cell and answers how many bytes that took.</summary>
    /// <param name="output">Room for <see cref="MostBytes"/>.</param>
    /// <param name="cell">The cell, without its quotation marks; doubled ones are still double.</param>
    /// <param name="hasDoubledQuotes">Whether there are any.</param>
    /// <param name="form">What its field's type promises.</param>
    public static int Write(Span<byte> output, ReadOnlySpan<byte> cell, bool hasDoubledQuotes, ValueForm form)
    {
        if (cell.IsEmpty)
            return Copy("null"u8, output);
        if (form != ValueForm.Text && !hasDoubledQuotes && TryWriteTyped(output, cell, form, out var written))
            return written;
        return WriteText(output, cell);
    }

    private static bool TryWriteTyped(Span<byte> output, ReadOnlySpan<byte> cell, ValueForm form, out int written)
    {
        written = form switch
        {
            ValueForm.Boolean when cell.SequenceEqual("true"u8) || cell.SequenceEqual("false"u8) => Copy(cell, output),
            ValueForm.Integer when IsNumber(cell) => Copy(WithoutZeroFraction(cell), output),
            ValueForm.Decimal when IsNumber(cell) => WriteDecimal(output, cell),
            ValueForm.Instant when IsoInstant.TryReadMilliseconds(cell, out var milliseconds) => WriteInstant(output, cell, milliseconds),
            _ => 0,
        };
        return written > 0;
    }

    private static int WriteDecimal(Span<byte> output, ReadOnlySpan<byte> cell)
    {
        var written = Copy(cell, output);
        return cell.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 ? written + Copy(".0"u8, output[written..]) : written;
    }

    private static int WriteInstant(Span<byte> output, ReadOnlySpan<byte> cell, long milliseconds)
    {
        output[0] = Quote;
        var written = 1;
        if (cell.Length == InstantLength && cell[^1] == 'Z')
        {
            written += Copy(cell[..^1], output[1..]);
        }
        else
        {
            DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.TryFormat(output[1..], out var digits, "yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);
            written += digits;
        }
        return written + Copy("+0000\""u8, output[written..]);
    }

    private static ReadOnlySpan<byte> WithoutZeroFraction(ReadOnlySpan<byte> number)
    {
        var point = number.IndexOf((byte)'.');
        return point > 0 && number[(point + 1)..].IndexOfAnyExcept((byte)'0') < 0 ? number[..point] : number;
    }

    // Whether it is a number in JSON as well; .5 or 007 is none.
    private static bool IsNumber(ReadOnlySpan<byte> cell)
    {
        var rest = cell[0] == '-' ? cell[1..] : cell;
        var whole = Digits(rest);
        if (whole == 0 || (whole > 1 && rest[0] == '0'))
            return false;
        rest = rest[whole..];
        if (rest is [(byte)'.', ..])
        {
            var fraction = Digits(rest[1..]);
            if (fraction == 0)
                return false;
            rest = rest[(1 + fraction)..];
        }
        if (rest is [(byte)'e' or (byte)'E', ..])
        {
            rest = rest is [_, (byte)'+' or (byte)'-', ..] ? rest[2..] : rest[1..];
            return Digits(rest) is var exponent and > 0 && exponent == rest.Length;
        }
        return rest.IsEmpty;
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var count = 0;
        while (count < text.Length && text[count] is >= (byte)'0' and <= (byte)'9')
            count++;
        return count;
    }

    private static int WriteText(Span<byte> output, ReadOnlySpan<byte> cell)
    {
        output[0] = Quote;
        var written = 1;
        for (int plain; (plain = cell.IndexOfAny(Escaped)) >= 0;)
        {
            written += Copy(cell[..plain], output[written..]);
            written += WriteEscaped(output[written..], cell[plain]);
            // In a cell, a quotation mark is written twice.
            cell = cell[(plain + (cell[plain] == Quote ? 2 : 1))..];
        }
        written += Copy(cell, output[written..]);
        output[written] = Quote;
        return written + 1;
    }

    private static int WriteEscaped(Span<byte> output, byte value) => value switch
    {
        Quote => Copy("\\\""u8, output),
        (byte)'\\' => Copy("\\\\"u8, output),
        (byte)'\n' => Copy("\\n"u8, output),
        (byte)'\r' => Copy("\\r"u8, output),
        (byte)'\t' => Copy("\\t"u8, output),
        (byte)'\b' => Copy("\\b"u8, output),
        (byte)'\f' => Copy("\\f"u8, output),
        _ => Copy([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', Hex(value >> 4), Hex(value & 0xF)], output),
    };

    private static int Copy(ReadOnlySpan<byte> bytes, Span<byte> output)
    {
        bytes.CopyTo(output);
        return bytes.Length;
    }

    private static byte Hex(int digit) => (byte)"0123456789ABCDEF"[digit];
}
