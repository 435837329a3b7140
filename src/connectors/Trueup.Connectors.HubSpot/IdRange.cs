using System.Globalization;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Ids above <paramref name="Above"/> and up to <paramref name="UpTo"/>, of which a search has skipped <paramref name="Skipped"/> rows.</summary>
internal readonly record struct IdRange(long Above, long? UpTo, int Skipped)
{
    /// <summary>Every id.</summary>
    public static IdRange All => default;

    /// <summary>The ids up to and including one, and those above it.</summary>
    public IReadOnlyList<IdRange> SplitAt(long id) => [new IdRange(Above, id, 0), new IdRange(id, UpTo, 0)];

    /// <summary>The ids below and those above one, without it.</summary>
    public IReadOnlyList<IdRange> SplitAround(long id) =>
        [.. new[] { new IdRange(Above, id - 1, 0), new IdRange(id, UpTo, 0) }.Where(range => range.UpTo is not { } last || last > range.Above)];

    /// <summary>Writes the ranges that are still to be searched as a cursor; null for none.</summary>
    public static string? ToCursor(IReadOnlyList<IdRange> ranges) => ranges.Count == 0 ? null : string.Join(';', ranges.Select(range =>
        string.Create(CultureInfo.InvariantCulture, $"{range.Above}-{range.UpTo}+{range.Skipped}")));

    /// <summary>Reads what <see cref="ToCursor"/> wrote; null means everything.</summary>
    /// <exception cref="CursorExpiredException">Something else wrote it.</exception>
    public static List<IdRange> FromCursor(string? cursor)
    {
        if (cursor is null)
            return [All];
        var ranges = new List<IdRange>();
        foreach (var text in cursor.Split(';'))
        {
            var dash = text.IndexOf('-', StringComparison.Ordinal);
            var plus = text.IndexOf('+', StringComparison.Ordinal);
            if (dash < 1 || plus < dash
                || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var above)
                || !int.TryParse(text.AsSpan(plus + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var skipped))
            {
                throw new CursorExpiredException("The cursor of a read by modification time is not one of HubSpot's connector; the read starts again.");
            }
            long? upTo = long.TryParse(text.AsSpan(dash + 1, plus - dash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : null;
            ranges.Add(new IdRange(above, upTo, skipped));
        }
        return ranges;
    }
}
