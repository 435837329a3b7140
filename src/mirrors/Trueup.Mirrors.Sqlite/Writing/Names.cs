using System.Globalization;
using System.Text;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Makes names that SQL takes without quotes: a-z, 0-9 and _, not beginning with a digit, at most 63 bytes, unique.</summary>
internal static class Names
{
    /// <summary>PostgreSQL's limit; kept here too, so that a statement works on either mirror.</summary>
    private const int MostBytes = 63;

    public static string Unique(string wanted, Func<string, bool> isTaken)
    {
        var safe = Safe(wanted);
        var name = safe;
        for (var attempt = 2; isTaken(name); attempt++)
        {
            var suffix = "_" + attempt.ToString(CultureInfo.InvariantCulture);
            name = safe[..Math.Min(safe.Length, MostBytes - suffix.Length)] + suffix;
        }

        return name;
    }

    private static string Safe(string wanted)
    {
        var safe = new StringBuilder(wanted.Length + 1);
        foreach (var letter in wanted.ToLowerInvariant())
            safe.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        if (safe.Length == 0 || char.IsAsciiDigit(safe[0]))
            safe.Insert(0, '_');
        return safe.Length > MostBytes ? safe.ToString(0, MostBytes) : safe.ToString();
    }
}
