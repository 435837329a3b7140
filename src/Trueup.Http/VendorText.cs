using System.Text.RegularExpressions;

namespace Trueup.Http;

/// <summary>Makes a vendor's words fit for our messages and logs.</summary>
public static partial class VendorText
{
    /// <summary>Longest text that is passed on.</summary>
    public const int LongestCharacters = 200;

    /// <summary>Takes out what may be a person's data or a secret (e-mail addresses, phone numbers, tokens, query strings) and
    /// line breaks, and cuts the text.</summary>
    /// <returns>Empty for null.</returns>
    public static string Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "";
        // Enough to fill the result even if most is taken out; a bound for the patterns' work.
        var clean = text.Length > 2000 ? text[..2000] : text;
        clean = Query().Replace(clean, "?…");
        clean = Email().Replace(clean, "(e-mail)");
        clean = Token().Replace(clean, "(token)");
        clean = Phone().Replace(clean, "(number)");
        clean = Blanks().Replace(clean, " ").Trim();
        return clean.Length <= LongestCharacters ? clean : string.Concat(clean.AsSpan(0, LongestCharacters - 1), "…");
    }

    [GeneratedRegex(@"(?<=https?://[^\s?]+)\?\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Query();

    [GeneratedRegex(@"[^\s@""'<>\[\](){}:,;]+@[^\s@""'<>\[\](){}:,;]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Email();

    [GeneratedRegex(@"(?i)bearer\s+\S+|\bpat-[a-z0-9]+-[\w-]+|\b(?=[\w.~+/-]*\d)[A-Za-z0-9_~+/-]{40,}=*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"\+\d[\d\s().-]{6,}\d", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Phone();

    [GeneratedRegex(@"[\s\p{C}]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
