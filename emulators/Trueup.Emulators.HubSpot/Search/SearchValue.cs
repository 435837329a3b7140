using System.Globalization;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Search;

/// <summary>How search compares the values of a property.</summary>
internal enum SearchKind
{
    Text,
    Enumeration,
    Number,
    Instant,
}

/// <summary>Compares property values as search does (facts, section 3.5).</summary>
internal static class SearchValue
{
    private const long FirstMilliseconds = -62_135_596_800_000;
    private const long LastMilliseconds = 253_402_300_799_999;

    public static SearchKind KindOf(PropertyDefinition property) => property.Type switch
    {
        "number" => SearchKind.Number,
        "date" or "datetime" => SearchKind.Instant,
        "enumeration" or "bool" => SearchKind.Enumeration,
        _ => SearchKind.Text,
    };

    public static bool Same(SearchKind kind, string stored, string asked) => kind switch
    {
        SearchKind.Enumeration => stored == asked || stored.Split(';').Contains(asked),
        SearchKind.Text => stored.Equals(asked, StringComparison.OrdinalIgnoreCase),
        _ => Compare(kind, stored, asked) == 0,
    };

    /// <summary>The order of a stored value and one asked for; null when they cannot be compared.</summary>
    public static int? Compare(SearchKind kind, string stored, string asked) => kind switch
    {
        SearchKind.Number => Number(stored) is { } left && Number(asked) is { } right ? left.CompareTo(right) : null,
        SearchKind.Instant => Instant(stored) is { } left && Instant(asked) is { } right ? left.CompareTo(right) : null,
        _ => string.Compare(stored, asked, StringComparison.OrdinalIgnoreCase),
    };

    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Milliseconds since 1970 UTC, from such a number or ISO 8601.</summary>
    public static long? Instant(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            ? milliseconds is >= FirstMilliseconds and <= LastMilliseconds ? milliseconds : null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUnixTimeMilliseconds() : null;
}
