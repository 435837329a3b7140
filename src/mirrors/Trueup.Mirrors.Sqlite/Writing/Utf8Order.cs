namespace Trueup.Mirrors.Sqlite;

/// <summary>The order in which SQLite keeps texts: that of their UTF-8 bytes, which is that of their code points.</summary>
/// <remarks>Comparing UTF-16 units differs only where one is half of a surrogate pair: those stand for the highest code points of all.</remarks>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? left, string? right)
    {
        (left, right) = (left ?? "", right ?? "");
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        var (a, b) = (left[common], right[common]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
