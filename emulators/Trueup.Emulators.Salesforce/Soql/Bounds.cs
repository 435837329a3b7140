namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Where rows that meet a condition can lie at all: between two stamps, and between two record numbers.</summary>
/// <param name="TieId">The lowest number that a row with the lowest stamp can have: where a walk by stamp and id begins.</param>
internal readonly record struct Bounds(long StampLow, long StampHigh, long IdLow, long IdHigh, long TieId)
{
    public static readonly Bounds Everything = new(long.MinValue, long.MaxValue, long.MinValue, long.MaxValue, long.MinValue);

    public bool HasStamps => StampLow != long.MinValue || StampHigh != long.MaxValue;

    /// <summary>Where both hold.</summary>
    public static Bounds Both(Bounds left, Bounds right)
    {
        var stampLow = Math.Max(left.StampLow, right.StampLow);
        var stampHigh = Math.Min(left.StampHigh, right.StampHigh);
        var idLow = Math.Max(left.IdLow, right.IdLow);
        var tie = stampLow == stampHigh ? idLow : long.MinValue;
        if (left.StampLow == stampLow)
            tie = Math.Max(tie, left.TieId);
        if (right.StampLow == stampLow)
            tie = Math.Max(tie, right.TieId);
        return new(stampLow, stampHigh, idLow, Math.Min(left.IdHigh, right.IdHigh), tie);
    }

    /// <summary>Where one of them holds.</summary>
    public static Bounds Either(Bounds left, Bounds right)
    {
        var tie = left.StampLow == right.StampLow ? Math.Min(left.TieId, right.TieId) : left.StampLow < right.StampLow ? left.TieId : right.TieId;
        return new(Math.Min(left.StampLow, right.StampLow), Math.Max(left.StampHigh, right.StampHigh),
            Math.Min(left.IdLow, right.IdLow), Math.Max(left.IdHigh, right.IdHigh), tie);
    }
}
