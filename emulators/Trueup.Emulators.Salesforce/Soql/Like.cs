namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Patterns of LIKE: <c>%</c> for any text, <c>_</c> for one character, regardless of case.</summary>
internal static class Like
{
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] == '%')
            {
                for (var skipped = 0; skipped <= text.Length; skipped++)
                    if (Matches(text[skipped..], pattern[1..]))
                        return true;
                return false;
            }
            if (text.IsEmpty)
                return false;
            var escaped = pattern[0] == '\\' && pattern.Length > 1 && pattern[1] is '_' or '%';
            if (escaped)
                pattern = pattern[1..];
            if ((escaped || pattern[0] != '_') && char.ToUpperInvariant(text[0]) != char.ToUpperInvariant(pattern[0]))
                return false;
            text = text[1..];
            pattern = pattern[1..];
        }
        return text.IsEmpty;
    }
}
