using System.Numerics;
using System.Runtime.Intrinsics;

namespace Trueup.Connectors.Salesforce;

/// <summary>Counts rows of comma-separated values without looking at their cells, 64 bytes at a time.</summary>
internal static class CsvRows
{
    /// <summary>Counts the rows: line breaks with an even number of quotation marks before them, and a last row without one.</summary>
    /// <returns>Negative where the text ends within quotation marks. Exact where cells that hold quotation marks stand in some, as RFC 4180 demands.</returns>
    public static int Count(ReadOnlySpan<byte> csv)
    {
        var rows = 0;
        // All bits set while a quotation is open.
        var open = 0UL;
        var rest = csv;
        for (; rest.Length >= Vector512<byte>.Count; rest = rest[Vector512<byte>.Count..])
        {
            var bytes = Vector512.Create(rest);
            rows += RowsIn(Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits(),
                Vector512.Equals(bytes, Vector512.Create((byte)'\n')).ExtractMostSignificantBits(), ref open);
        }
        foreach (var octet in rest)
        {
            open ^= octet == '"' ? ulong.MaxValue : 0;
            rows += octet == '\n' && open == 0 ? 1 : 0;
        }
        return open != 0 ? -1 : rows + (csv is [.., not (byte)'\n'] ? 1 : 0);
    }

    private static int RowsIn(ulong quotes, ulong breaks, ref ulong open)
    {
        // Each bit becomes whether the number of quotation marks up to it is odd.
        var within = quotes;
        for (var shift = 1; shift < 64; shift *= 2)
            within ^= within << shift;
        within ^= open;
        open = within >> 63 == 0 ? 0 : ulong.MaxValue;
        return BitOperations.PopCount(breaks & ~within);
    }
}
