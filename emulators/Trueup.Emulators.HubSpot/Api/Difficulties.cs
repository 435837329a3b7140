using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>What the active controls do to one read.</summary>
internal sealed class Difficulties(ActiveControls controls, long seed)
{
    private long shuffles;
    private long linkAnswers;

    public bool Any => controls.Any;

    /// <summary>How many records the page may have.</summary>
    public int PageSize(string endpoint, ObjectTable table, int asked)
    {
        var pages = controls.Count<PagesControl>(endpoint, table.Stream);
        return pages.Count == 0 ? asked : Math.Min(asked, pages[0].Control.Sizes[(pages[0].Request - 1) % pages[0].Control.Sizes.Count]);
    }

    public bool Repeats(string endpoint, string stream)
    {
        var repeats = controls.Count<RepeatControl>(endpoint, stream);
        return repeats.Any(each => each.Request >= each.Control.Page);
    }

    public CapControl? Cap(string endpoint, ObjectTable table) =>
        controls.On<CapControl>(endpoint, table.Stream).FirstOrDefault();

    public bool Twice(string endpoint, ObjectTable table) => controls.Strike<TwiceControl>(endpoint, table.Stream) is not null;

    /// <summary>Whether one item of a batch fails, this time.</summary>
    public bool Fails(string endpoint, ObjectTable table) => controls.Strike<PartialControl>(endpoint, table.Stream) is not null;

    /// <summary>Whether a record comes without its id, always the same ones.</summary>
    public bool WithoutId(string endpoint, ObjectTable table, long id)
    {
        foreach (var control in controls.On<NoIdControl>(endpoint, table.Stream))
            if (Chance.Of(seed, 0x401D, id) < control.Share)
                return true;
        return false;
    }

    /// <summary>Whether this answer leaves out whose links the first of its results tells.</summary>
    public bool WithoutSource(string endpoint, ObjectTable table)
    {
        foreach (var control in controls.On<NoIdControl>(endpoint, table.Stream))
            if (Chance.Of(seed, 0x401F, ++linkAnswers) < control.Share)
                return true;
        return false;
    }

    /// <summary>Disturbs the order of records that were sorted by a key.</summary>
    public void Disturb<T>(string endpoint, ObjectTable table, List<T> records, Comparison<T>? byKey)
    {
        if (controls.Strike<OrderControl>(endpoint, table.Stream) is not { } order)
            return;
        shuffles++;
        for (var i = records.Count - 1; i > 0; i--)
        {
            var other = (int)(Chance.Of(seed, shuffles, i) * (i + 1));
            (records[i], records[other]) = (records[other], records[i]);
        }
        if (order.Manner == OrderManner.Ties && byKey is not null)
        {
            var stable = records.Order(Comparer<T>.Create(byKey)).ToList();
            records.Clear();
            records.AddRange(stable);
        }
    }

    /// <summary>What an endpoint sees of the records now.</summary>
    public RecordView View(string endpoint, ObjectTable table, long now) =>
        new(seed, now, [.. controls.On<LagControl>(endpoint, table.Stream)
            .Select(each => new Lag((long)each.Delay.TotalMilliseconds, each.Share))]);
}

/// <summary>One lag of a view.</summary>
/// <param name="Delay">Milliseconds for which a write stays invisible.</param>
/// <param name="Share">The part of the writes concerned.</param>
internal readonly record struct Lag(long Delay, double Share);

/// <summary>What an endpoint sees of the records: everything as it is, or some writes late.</summary>
internal readonly struct RecordView(long seed, long now, Lag[] lags)
{
    /// <summary>Whether everything is seen as it is.</summary>
    public bool IsCurrent => lags.Length == 0;

    /// <summary>The version that is visible; null for a record that is not visible yet.</summary>
    public RecordVersion? See(Record record)
    {
        if (lags.Length == 0)
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
