using System.Text;

namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Record ids: a prefix of three characters for the object, twelve for the record, and a checksum of three (facts, section 2.2).</summary>
internal static class SalesforceId
{
    public const int Length = 18;
    private const int ShortLength = 15;
    private const int NumberDigits = 9;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    // Where the org lives; the same in every id of it.
    private const string Instance = "5e0";

    /// <summary>Writes the 18 characters of an id.</summary>
    public static void Write(string prefix, long number, Span<byte> into)
    {
        Encoding.ASCII.GetBytes(prefix, into);
        Encoding.ASCII.GetBytes(Instance, into[3..]);
        for (var i = ShortLength - 1; i >= ShortLength - NumberDigits; i--, number /= Digits.Length)
            into[i] = (byte)Digits[(int)(number % Digits.Length)];
        for (var group = 0; group < 3; group++)
            into[ShortLength + group] = (byte)Checks[CheckOf(into.Slice(group * 5, 5))];
    }

    public static string Text(string prefix, long number)
    {
        Span<byte> id = stackalloc byte[Length];
        Write(prefix, number, id);
        return Encoding.ASCII.GetString(id);
    }

    /// <summary>The same id with 18 characters; null where the text is no id.</summary>
    public static string? Normalize(string text)
    {
        if (text.Length is not (ShortLength or Length) || !text.All(char.IsAsciiLetterOrDigit))
            return null;
        Span<byte> bytes = stackalloc byte[Length];
        Encoding.ASCII.GetBytes(text.AsSpan(0, ShortLength), bytes);
        for (var group = 0; group < 3; group++)
            bytes[ShortLength + group] = (byte)Checks[CheckOf(bytes.Slice(group * 5, 5))];
        var whole = Encoding.ASCII.GetString(bytes);
        return text.Length == ShortLength || whole.Equals(text, StringComparison.OrdinalIgnoreCase) ? whole : null;
    }

    /// <summary>The record's number within its object; negative where the id is none of this org.</summary>
    public static long Number(ReadOnlySpan<byte> id)
    {
        if (id.Length < ShortLength || id[3] != Instance[0] || id[4] != Instance[1] || id[5] != Instance[2])
            return -1;
        var number = 0L;
        for (var i = ShortLength - NumberDigits; i < ShortLength; i++)
        {
            var digit = id[i] switch
            {
                >= (byte)'0' and <= (byte)'9' => id[i] - '0',
                >= (byte)'A' and <= (byte)'Z' => id[i] - 'A' + 10,
                >= (byte)'a' and <= (byte)'z' => id[i] - 'a' + 36,
                _ => -1,
            };
            if (digit < 0)
                return -1;
            number = number * Digits.Length + digit;
        }
        return number;
    }

    public static long Number(string id)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return id.Length is ShortLength or Length && Encoding.ASCII.GetBytes(id, bytes) == id.Length ? Number(bytes) : -1;
    }

    private static int CheckOf(ReadOnlySpan<byte> five)
    {
        var bits = 0;
        for (var i = 0; i < five.Length; i++)
            if (five[i] is >= (byte)'A' and <= (byte)'Z')
                bits |= 1 << i;
        return bits;
    }
}
