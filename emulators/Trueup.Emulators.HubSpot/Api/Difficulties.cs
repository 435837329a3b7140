using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>What the active controls do to one read.</summary>
internal sealed class Difficulties(ActiveControls controls, long seed)
{
    private long shuffles;

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

    public bool WithoutId(string endpoint, ObjectTable table, Record record)
    {
        foreach (var control in controls.On<NoIdControl>(endpoint, table.Stream))
            if (Chance.Of(seed, 0x401D, record.Id) < control.Share)
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
