using System.Text;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>How HubSpot spells instants.</summary>
internal static class Stamps
{
    /// <summary>A stamp as the vendor spells it: ISO 8601 UTC, the fraction dropped when its milliseconds are zero.</summary>
    public static JsonBytes Stamp(this JsonBytes json, long milliseconds)
    {
        Span<byte> text = stackalloc byte[26];
        text[0] = (byte)'"';
        var length = 1 + WriteStamp(milliseconds, text[1..]);
        text[length++] = (byte)'"';
        return json.Raw(text[..length]);
    }

    extension(JsonBytes)
    {
        public static string StampText(long milliseconds)
        {
            Span<byte> text = stackalloc byte[24];
            return Encoding.ASCII.GetString(text[..WriteStamp(milliseconds, text)]);
        }
    }

    private static int WriteStamp(long milliseconds, Span<byte> text)
    {
        DateTime.UnixEpoch.AddMilliseconds(milliseconds).Deconstruct(out DateOnly date, out var time);
        date.Deconstruct(out var year, out var month, out var day);
        time.Deconstruct(out var hour, out var minute, out var second, out var fraction);
        Digits(text, year, 4);
        text[4] = (byte)'-';
        Digits(text[5..], month, 2);
        text[7] = (byte)'-';
        Digits(text[8..], day, 2);
        text[10] = (byte)'T';
        Digits(text[11..], hour, 2);
        text[13] = (byte)':';
        Digits(text[14..], minute, 2);
        text[16] = (byte)':';
        Digits(text[17..], second, 2);
        var length = 19;
        if (fraction != 0)
        {
            text[length++] = (byte)'.';
            Digits(text[length..], fraction, 3);
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
