namespace Trueup.Emulators.Salesforce.Soql;

internal enum TokenKind
{
    Name,
    Text,
    /// <summary>A number, a day or an instant.</summary>
    Value,
    Operator,
    Symbol,
    End,
}

/// <summary>A piece of a query. The text of a string is what stands between its quotes.</summary>
internal sealed record Token(TokenKind Kind, string Text, int At);

/// <summary>Cuts a query into pieces.</summary>
internal static class SoqlTokens
{
    public static List<Token> Of(string text)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }
            if (char.IsAsciiLetter(text[i]) || text[i] == '_')
            {
                // A colon belongs to names of spans, such as LAST_N_DAYS:3.
                while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '.' or ':'))
                    i++;
                tokens.Add(new Token(TokenKind.Name, text[start..i], start));
            }
            else if (text[i] == '\'')
            {
                for (i++; i < text.Length && text[i] != '\''; i++)
                    if (text[i] == '\\')
                        i++;
                if (i >= text.Length)
                    throw SoqlError.Malformed(text, start, "unexpected token: '<EOF>'");
                tokens.Add(new Token(TokenKind.Text, text[(start + 1)..i++], start));
            }
            else if (char.IsAsciiDigit(text[i]) || text[i] is '-' or '+' or '.')
            {
                while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '-' or '+' or '.' or ':'))
                    i++;
                tokens.Add(new Token(TokenKind.Value, text[start..i], start));
            }
            else if (text[i] is '=' or '<' or '>' or '!')
            {
                i += i + 1 < text.Length && (text[i] != '=' && text[i + 1] == '=' || text[i] == '<' && text[i + 1] == '>') ? 2 : 1;
                if (text[start..i] == "!")
                    throw SoqlError.Unexpected(text, new Word("!", start));
                tokens.Add(new Token(TokenKind.Operator, text[start..i], start));
            }
            else if (text[i] is '(' or ')' or ',')
                tokens.Add(new Token(TokenKind.Symbol, text[i++].ToString(), start));
            else
                throw SoqlError.Unexpected(text, new Word(text[i].ToString(), i));
        }
        tokens.Add(new Token(TokenKind.End, "", text.Length));
        return tokens;
    }
}
