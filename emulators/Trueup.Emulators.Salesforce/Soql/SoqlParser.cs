using System.Globalization;
using System.Text;
using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Reads the query language as far as connectors and the vendor's own clients use it (facts, section 3.2).</summary>
internal sealed class SoqlParser
{
    /// <summary>The longest query, in characters.</summary>
    public const int MostCharacters = 100_000;

    private const int LongestText = 4_000;

    private static readonly string[] Aggregates = ["COUNT", "COUNT_DISTINCT", "MAX", "MIN", "SUM", "AVG"];

    private readonly string text;
    private readonly List<Token> tokens;
    private int next;

    private SoqlParser(string text)
    {
        this.text = text;
        tokens = SoqlTokens.Of(text);
    }

    /// <exception cref="Refusal">The query is malformed.</exception>
    public static SoqlQuery Parse(string text)
    {
        if (text.Length > MostCharacters)
            throw Refusal.Bad("MALFORMED_QUERY", $"SOQL statements can not be longer than {MostCharacters} characters.");
        var parser = new SoqlParser(text);
        var query = parser.Query();
        return parser.Peek.Kind == TokenKind.End ? query : throw parser.Unexpected();
    }

    private Token Peek => tokens[next];

    private Token Take() => tokens[next++];

    private SoqlQuery Query()
    {
        Expect("SELECT");
        var items = ListOf(Item);
        Expect("FROM");
        var from = Name();
        string? alias = null;
        if (Peek.Kind == TokenKind.Name && !IsAny("WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "WITH", "FOR", "ALL"))
            alias = Take().Text;
        var where = Accept("WHERE") ? Condition() : null;
        IReadOnlyList<Word> groupBy = [];
        if (Accept("GROUP"))
        {
            Expect("BY");
            groupBy = ListOf(Name);
        }
        IReadOnlyList<SoqlOrder> orderBy = [];
        if (Accept("ORDER"))
        {
            Expect("BY");
            orderBy = ListOf(Order);
        }
        var limit = Accept("LIMIT") ? Whole() : (int?)null;
        var offset = Accept("OFFSET") ? Whole() : (int?)null;
        return new SoqlQuery(text, items, from, alias, where, groupBy, orderBy, limit, offset);
    }

    private SelectItem Item()
    {
        if (AcceptSymbol("("))
        {
            var children = Query();
            ExpectSymbol(")");
            return new SelectItem.Children(children);
        }
        var name = Name();
        if (!AcceptSymbol("("))
            return new SelectItem.Field(name);
        if (name.Text.Equals("FIELDS", StringComparison.OrdinalIgnoreCase))
        {
            var which = Name();
            ExpectSymbol(")");
            return new SelectItem.Fields(which);
        }
        if (name.Text.Equals("toLabel", StringComparison.OrdinalIgnoreCase))
        {
            var path = Name();
            ExpectSymbol(")");
            return new SelectItem.Field(path);
        }
        if (!Aggregates.Contains(name.Text, StringComparer.OrdinalIgnoreCase))
            throw SoqlError.Unexpected(text, name);
        var over = Peek.Text == ")" ? (Word?)null : Name();
        ExpectSymbol(")");
        var alias = Peek.Kind == TokenKind.Name && !IsAny("FROM") ? Take().Text : null;
        return new SelectItem.Aggregate(name, over, alias);
    }

    private SoqlOrder Order()
    {
        var path = Name();
        var descending = Accept("DESC");
        if (!descending)
            Accept("ASC");
        var last = false;
        if (Accept("NULLS"))
        {
            last = Accept("LAST");
            if (!last)
                Expect("FIRST");
        }
        return new SoqlOrder(path, descending, last);
    }

    // AND and OR must not be mixed without parentheses.
    private SoqlCondition Condition()
    {
        var conditions = new List<SoqlCondition> { Single() };
        if (IsAny("AND"))
        {
            while (Accept("AND"))
                conditions.Add(Single());
            return IsAny("OR") ? throw Unexpected() : new SoqlCondition.All(conditions);
        }
        while (Accept("OR"))
            conditions.Add(Single());
        if (IsAny("AND"))
            throw Unexpected();
        return conditions.Count == 1 ? conditions[0] : new SoqlCondition.Any(conditions);
    }

    private SoqlCondition Single()
    {
        if (Accept("NOT"))
            return new SoqlCondition.Not(Single());
        if (AcceptSymbol("("))
        {
            var inner = Condition();
            ExpectSymbol(")");
            return inner;
        }
        var path = Name();
        var negated = Accept("NOT");
        if (Accept("IN"))
            return In(path, negated);
        if (negated)
            throw Unexpected();
        if (Accept("INCLUDES"))
            return new SoqlCondition.Includes(path, false, Literals());
        if (Accept("EXCLUDES"))
            return new SoqlCondition.Includes(path, true, Literals());
        if (Accept("LIKE"))
            return new SoqlCondition.Compare(path, "LIKE", Value());
        if (Peek.Kind != TokenKind.Operator)
            throw Unexpected();
        var comparison = Take().Text;
        return new SoqlCondition.Compare(path, comparison == "<>" ? "!=" : comparison, Value());
    }

    private SoqlCondition.In In(Word path, bool negated)
    {
        if (Peek.Text == "(" && tokens[next + 1].Text.Equals("SELECT", StringComparison.OrdinalIgnoreCase))
        {
            ExpectSymbol("(");
            var query = Query();
            ExpectSymbol(")");
            return new SoqlCondition.In(path, negated, [], query);
        }
        return new SoqlCondition.In(path, negated, Literals(), null);
    }

    private IReadOnlyList<Literal> Literals()
    {
        ExpectSymbol("(");
        var values = ListOf(Value);
        ExpectSymbol(")");
        return values;
    }

    private Literal Value()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Text:
                var value = Unescape(token);
                if (value.Length > LongestText)
                    throw SoqlError.Malformed(text, token.At, $"string literals can not be longer than {LongestText} characters");
                return new Literal(LiteralKind.Text, value, token.At);
            case TokenKind.Value when token.Text.Contains('T', StringComparison.Ordinal):
                return StoredValue.ParseInstant(token.Text) is not null ? new Literal(LiteralKind.Instant, token.Text, token.At) : throw Bad(token);
            case TokenKind.Value when StoredValue.ParseDay(token.Text) is not null:
                return new Literal(LiteralKind.Day, token.Text, token.At);
            case TokenKind.Value:
                return double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                    ? new Literal(LiteralKind.Number, token.Text, token.At) : throw Bad(token);
            case TokenKind.Name when token.Text.Equals("null", StringComparison.OrdinalIgnoreCase):
                return new Literal(LiteralKind.Null, token.Text, token.At);
            case TokenKind.Name when token.Text.ToUpperInvariant() is "TRUE" or "FALSE":
                return new Literal(LiteralKind.Boolean, token.Text.ToLowerInvariant(), token.At);
            case TokenKind.Name when DaySpan.Knows(token.Text):
                return new Literal(LiteralKind.Span, token.Text, token.At);
            default:
                next--;
                throw Unexpected();
        }
        Refusal Bad(Token bad) => SoqlError.Unexpected(text, new Word(bad.Text, bad.At));
    }

    private string Unescape(Token token)
    {
        if (!token.Text.Contains('\\', StringComparison.Ordinal))
            return token.Text;
        var plain = new StringBuilder(token.Text.Length);
        for (var i = 0; i < token.Text.Length; i++)
        {
            if (token.Text[i] != '\\')
            {
                plain.Append(token.Text[i]);
                continue;
            }
            plain.Append(token.Text[++i] switch
            {
                'n' or 'N' => "\n",
                'r' or 'R' => "\r",
                't' or 'T' => "\t",
                'b' or 'B' => "\b",
                'f' or 'F' => "\f",
                // LIKE reads these two itself.
                '_' => "\\_",
                '%' => "\\%",
                '\'' => "'",
                '"' => "\"",
                '\\' => "\\",
                _ => throw SoqlError.Malformed(text, token.At, "Illegal string literal"),
            });
        }
        return plain.ToString();
    }

    private IReadOnlyList<T> ListOf<T>(Func<T> one)
    {
        var list = new List<T> { one() };
        while (AcceptSymbol(","))
            list.Add(one());
        return list;
    }

    private int Whole() =>
        Peek.Kind == TokenKind.Value && int.TryParse(Peek.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Take() is not null
            ? number : throw Unexpected();

    private Word Name()
    {
        if (Peek.Kind != TokenKind.Name || IsAny("FROM", "WHERE", "SELECT"))
            throw Unexpected();
        var token = Take();
        return new Word(token.Text, token.At);
    }

    private bool IsAny(params ReadOnlySpan<string> words)
    {
        if (Peek.Kind == TokenKind.Name)
            foreach (var word in words)
                if (Peek.Text.Equals(word, StringComparison.OrdinalIgnoreCase))
                    return true;
        return false;
    }

    private bool Accept(string word)
    {
        if (!IsAny(word))
            return false;
        next++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Accept(word))
            throw Unexpected();
    }

    private bool AcceptSymbol(string symbol)
    {
        if (Peek.Kind != TokenKind.Symbol || Peek.Text != symbol)
            return false;
        next++;
        return true;
    }

    private void ExpectSymbol(string symbol)
    {
        if (!AcceptSymbol(symbol))
            throw Unexpected();
    }

    private Refusal Unexpected() => SoqlError.Unexpected(text, new Word(Peek.Text, Peek.At));
}
