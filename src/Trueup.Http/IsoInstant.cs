namespace Trueup.Http;

/// <summary>Reads ISO 8601 instants in UTF-8 without allocating.</summary>
public static class IsoInstant
{
    private const int SecondsLength = 19; // 2026-09-10T08:10:22

    /// <summary>Reads <c>yyyy-MM-ddTHH:mm:ss[.f…](Z|±HH:mm|±HHmm)</c>, where the fraction is missing when it is zero and is
    /// cut below milliseconds, or a whole number of epoch milliseconds.</summary>
    public static bool TryReadMilliseconds(ReadOnlySpan<byte> utf8, out long milliseconds)
    {
        milliseconds = 0;
        if (utf8.Length < SecondsLength + 1 || utf8[4] != '-')
            return TryReadEpoch(utf8, out milliseconds);
        if (utf8[7] != '-' || utf8[10] != 'T' || utf8[13] != ':' || utf8[16] != ':'
            || !Number(utf8[..4], out var year) || !Number(utf8.Slice(5, 2), out var month) || !Number(utf8.Slice(8, 2), out var day)
            || !Number(utf8.Slice(11, 2), out var hour) || !Number(utf8.Slice(14, 2), out var minute) || !Number(utf8.Slice(17, 2), out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var rest = utf8[SecondsLength..];
        if (!TryReadFraction(ref rest, out var fraction) || !TryReadOffset(rest, out var offsetMinutes))
            return false;
        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks;
        milliseconds = ticks / TimeSpan.TicksPerMillisecond + fraction - offsetMinutes * 60_000L;
        return true;
    }

    private static bool TryReadFraction(ref ReadOnlySpan<byte> rest, out int milliseconds)
    {
        milliseconds = 0;
        if (rest.IsEmpty || rest[0] != '.')
            return true;
        var digits = 0;
        for (rest = rest[1..]; !rest.IsEmpty && rest[0] is >= (byte)'0' and <= (byte)'9'; rest = rest[1..], digits++)
        {
            if (digits < 3)
                milliseconds = milliseconds * 10 + (rest[0] - '0');
        }
        for (var missing = digits; missing < 3; missing++)
            milliseconds *= 10;
        return digits > 0;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> rest, out int minutes)
    {
        minutes = 0;
        if (rest.Length == 1)
            return rest[0] is (byte)'Z' or (byte)'z';
        if (rest.Length is not (5 or 6) || rest[0] is not ((byte)'+' or (byte)'-') || (rest.Length == 6 && rest[3] != ':')
            || !Number(rest.Slice(1, 2), out var hours) || !Number(rest[^2..], out var part) || hours > 23 || part > 59)
        {
            return false;
        }
        minutes = (hours * 60 + part) * (rest[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryReadEpoch(ReadOnlySpan<byte> utf8, out long milliseconds) =>
        System.Buffers.Text.Utf8Parser.TryParse(utf8, out milliseconds, out var read) && read == utf8.Length && read > 0;

    private static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            value = value * 10 + (digit - '0');
        }
        return true;
    }
}
