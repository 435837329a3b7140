using System.Buffers;
using System.Globalization;
using System.Text.Json;
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

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> cell, bool hasDoubledQuotes, ValueForm form)
    {
        if (cell.IsEmpty)
            output.Write("null"u8);
        else if (hasDoubledQuotes || !TryWriteTyped(output, cell, form))
            WriteText(output, cell);
    }

    private static bool TryWriteTyped(IBufferWriter<byte> output, ReadOnlySpan<byte> cell, ValueForm form)
    {
        switch (form)
        {
            case ValueForm.Boolean when cell.SequenceEqual("true"u8) || cell.SequenceEqual("false"u8):
                output.Write(cell);
                return true;
            case ValueForm.Integer when IsNumber(cell):
                output.Write(WithoutZeroFraction(cell));
                return true;
            case ValueForm.Decimal when IsNumber(cell):
                output.Write(cell);
                if (cell.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
                    output.Write(".0"u8);
                return true;
            case ValueForm.Instant when IsoInstant.TryReadMilliseconds(cell, out var milliseconds):
                WriteInstant(output, cell, milliseconds);
                return true;
            default:
                return false;
        }
    }

    private static void WriteInstant(IBufferWriter<byte> output, ReadOnlySpan<byte> cell, long milliseconds)
    {
        output.Write("\""u8);
        if (cell.Length == InstantLength && cell[^1] == 'Z')
        {
            output.Write(cell[..^1]);
        }
        else
        {
            Span<byte> text = stackalloc byte[InstantLength];
            DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.TryFormat(text, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);
            output.Write(text[..written]);
        }
        output.Write("+0000\""u8);
    }

    private static ReadOnlySpan<byte> WithoutZeroFraction(ReadOnlySpan<byte> number)
    {
        var point = number.IndexOf((byte)'.');
        return point > 0 && number[(point + 1)..].IndexOfAnyExcept((byte)'0') < 0 ? number[..point] : number;
    }

    // Whether it is a number in JSON as well; .5 or 007 is none.
    private static bool IsNumber(ReadOnlySpan<byte> cell)
    {
        if (cell[0] != '-' && !char.IsAsciiDigit((char)cell[0]))
            return false;
        try
        {
            var reader = new Utf8JsonReader(cell);
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> cell)
    {
        output.Write("\""u8);
        while (!cell.IsEmpty)
        {
            var plain = cell.IndexOfAny(Escaped);
            if (plain < 0)
                break;
            output.Write(cell[..plain]);
            WriteEscaped(output, cell[plain]);
            // In a cell, a quotation mark is written twice.
            cell = cell[(plain + (cell[plain] == '"' ? 2 : 1))..];
        }
        output.Write(cell);
        output.Write("\""u8);
    }

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private static void WriteEscaped(IBufferWriter<byte> output, byte value)
    {
        switch (value)
        {
            case (byte)'"':
                output.Write("\\\""u8);
                break;
            case (byte)'\\':
                output.Write("\\\\"u8);
                break;
            case (byte)'\n':
                output.Write("\\n"u8);
                break;
            case (byte)'\r':
                output.Write("\\r"u8);
                break;
            case (byte)'\t':
                output.Write("\\t"u8);
                break;
            case (byte)'\b':
                output.Write("\\b"u8);
                break;
            case (byte)'\f':
                output.Write("\\f"u8);
                break;
            default:
                output.Write("\\u00"u8);
                output.Write([Hex(value >> 4), Hex(value & 0xF)]);
                break;
        }
    }

    private static byte Hex(int digit) => (byte)"0123456789ABCDEF"[digit];
}
