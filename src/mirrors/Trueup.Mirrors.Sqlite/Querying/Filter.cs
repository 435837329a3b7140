using System.Text;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>One part of a filter: a field, an operator and a value.</summary>
/// <param name="Value">Empty for the operators that take none.</param>
internal sealed record Condition(string Field, string Operator, string Value);

/// <summary>Reads a filter: <c>field op value</c> joined by <c> and </c>.</summary>
/// <remarks>Fields and values may be in double quotes, with backslash before a quote or backslash. A value without quotes ends at
/// the next <c> and </c>.</remarks>
internal sealed class Filter
{
    /// <summary>Longer filters are programs gone wrong rather than questions.</summary>
    private const int MostCharacters = 10_000;

    private static readonly string[] Signs = ["!=", "<=", ">=", "=", "<", ">"];
    private static readonly string[] Words = ["contains", "startswith", "is-empty", "is-not-empty"];

    private readonly string text;
    private int position;

    private Filter(string text) => this.text = text;

    public static IReadOnlyList<Condition> Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return [];
        if (text.Length > MostCharacters)
            throw new MirrorQueryException($"The filter has {text.Length} characters, but may have {MostCharacters} at most.");
        return new Filter(text).Conditions();
    }

    private List<Condition> Conditions()
    {
        var conditions = new List<Condition>();
        while (true)
        {
            conditions.Add(Next());
            SkipBlanks();
            if (position == text.Length)
                return conditions;
            if (!Take("and"))
                throw Wrong("expected ' and ' between conditions");
        }
    }

    private Condition Next()
    {
        SkipBlanks();
        var field = At('"') ? Quoted() : Bare();
        if (field.Length == 0)
            throw Wrong("expected the name of a field");
        SkipBlanks();
        var sign = Signs.FirstOrDefault(StartsHere);
        if (sign is not null)
        {
            position += sign.Length;
            return new Condition(field, sign, Value());
        }

        var word = Words.FirstOrDefault(Take) ?? throw Wrong($"expected one of {string.Join(' ', Signs)} {string.Join(' ', Words)}");
        return new Condition(field, word, word.StartsWith("is-", StringComparison.Ordinal) ? "" : Value());
    }

    private string Bare()
    {
        var start = position;
        while (position < text.Length && !char.IsWhiteSpace(text[position]) && text[position] is not ('=' or '!' or '<' or '>' or '"'))
            position++;
        return text[start..position];
    }

    private string Value()
    {
        SkipBlanks();
        if (At('"'))
            return Quoted();
        var end = text.IndexOf(" and ", position, StringComparison.OrdinalIgnoreCase);
        var value = (end < 0 ? text[position..] : text[position..end]).Trim();
        position = end < 0 ? text.Length : end;
        if (value.EndsWith(" and", StringComparison.OrdinalIgnoreCase))
            throw Wrong("expected a condition after ' and '");
        return value.Length > 0 ? value : throw Wrong("expected a value; write \"\" for an empty one");
    }

    private string Quoted()
    {
        var value = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (At('"'))
            {
                position++;
                return value.ToString();
            }

            if (At('\\') && position + 1 < text.Length)
                position++;
            value.Append(text[position]);
        }

        throw Wrong("a quote is not closed");
    }

    private bool At(char letter) => position < text.Length && text[position] == letter;

    private bool StartsHere(string word) => string.CompareOrdinal(text, position, word, 0, word.Length) == 0;

    /// <summary>Takes a whole word.</summary>
    private bool Take(string word)
    {
        var end = position + word.Length;
        if (end > text.Length || !text.AsSpan(position, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
            || (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] != '"'))
            return false;
        position = end;
        return true;
    }

    private void SkipBlanks()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
            position++;
    }

    private MirrorQueryException Wrong(string reason) => new($"The filter is wrong at character {position + 1}: {reason}.");
}
