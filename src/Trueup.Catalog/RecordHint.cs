using Trueup.Contract;

namespace Trueup.Catalog;

/// <summary>A record that is to be read, because it may have changed.</summary>
/// <param name="Id">The record.</param>
/// <param name="Links">Whether its links are wanted even if the record itself did not change.</param>
/// <param name="Erased">Whether nothing of it may be kept if it proves to be gone.</param>
public readonly record struct RecordHint(RecordId Id, bool Links, bool Erased)
{
    private const char LinksMark = 'l';
    private const char ErasedMark = 'e';

    /// <summary>What two hints about one record say together.</summary>
    public RecordHint And(RecordHint other) => this with { Links = Links || other.Links, Erased = Erased || other.Erased };

    /// <summary>Writes hints, one per line: the id and, behind a tab, what else is wanted.</summary>
    public static string ToText(IEnumerable<RecordHint> hints) => string.Join('\n', hints.Select(hint =>
        hint is { Links: false, Erased: false } ? hint.Id.Value : $"{hint.Id}\t{(hint.Links ? LinksMark : "")}{(hint.Erased ? ErasedMark : "")}"));

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static IEnumerable<RecordHint> FromText(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var marks = tab < 0 ? "" : line[tab..];
            yield return new RecordHint(
                new RecordId(tab < 0 ? line : line[..tab]), marks.Contains(LinksMark, StringComparison.Ordinal), marks.Contains(ErasedMark, StringComparison.Ordinal));
        }
    }
}
