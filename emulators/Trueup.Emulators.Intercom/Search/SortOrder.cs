using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Search;

/// <summary>What a record is sorted by; nothing is after everything, in both directions.</summary>
internal readonly record struct SortKey(double? Number, string? Text)
{
    public static int Compare(SortKey left, SortKey right, bool descending)
    {
        var (leftUnset, rightUnset) = (left is { Number: null, Text: null }, right is { Number: null, Text: null });
        if (leftUnset || rightUnset)
            return leftUnset.CompareTo(rightUnset);
        var order = left.Number is { } number ? number.CompareTo(right.Number ?? double.MaxValue) : string.CompareOrdinal(left.Text, right.Text);
        return descending ? -order : order;
    }
}

/// <summary>An order of records. Those with equal keys come by their ids, unless a control disturbs it.</summary>
/// <param name="Name">What tells it from others.</param>
internal sealed record SortOrder(string Name, Func<Record, RecordVersion, SortKey> Key, bool Descending)
{
    /// <summary>The order of lists: newest first.</summary>
    public static SortOrder NewestFirst { get; } = new("id", static (record, _) => new SortKey(record.Id, null), Descending: true);

    /// <summary>The order of a search that asks for none: neither of time nor of ids.</summary>
    public static SortOrder Arbitrary { get; } = new("", static (record, _) => new SortKey(Chance.Of(0, record.Id), null), Descending: false);

    public static SortOrder By(SearchField field, bool descending) => new(
        field.Name, field.IsTime || field.Kind == SearchKind.Number ? (record, version) => new SortKey(field.Number(record, version), null) : (record, version) => new SortKey(null, field.Read(record, version)),
        descending);
}
