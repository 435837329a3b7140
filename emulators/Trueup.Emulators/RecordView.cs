namespace Trueup.Emulators;

/// <summary>One lag of a view.</summary>
/// <param name="Delay">Milliseconds for which a write stays invisible.</param>
/// <param name="Share">The part of the writes concerned.</param>
public readonly record struct Lag(long Delay, double Share);

/// <summary>What an endpoint sees of the records: everything as it is, or some writes late.</summary>
/// <param name="seed">The seed of the chances by which some writes are late.</param>
/// <param name="now">The CRM's time, in milliseconds since 1970 UTC.</param>
/// <param name="lags">The lags; none for a view of everything as it is.</param>
public readonly struct RecordView(long seed, long now, Lag[] lags)
{
    /// <summary>Whether everything is seen as it is.</summary>
    public bool IsCurrent => lags is not { Length: > 0 };

    /// <summary>The version that is visible; null for a record that is not visible yet.</summary>
    public RecordVersion? See(Record record)
    {
        if (IsCurrent)
            return record.Now;
        var version = record.Now;
        while (version is not null && IsHidden(record, version))
            version = version.Previous;
        return version;
    }

    private bool IsHidden(Record record, RecordVersion version)
    {
        foreach (var lag in lags)
            if (version.Lags && version.Written + lag.Delay > now
                && (lag.Share >= 1 || Chance.Of(seed, record.Id, version.Written) < lag.Share))
                return true;
        return false;
    }
}
