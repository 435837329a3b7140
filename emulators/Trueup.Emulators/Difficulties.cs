namespace Trueup.Emulators;

/// <summary>What the active controls do to one read.</summary>
/// <remarks>Threads: used under the vendor's own lock.</remarks>
public sealed class Difficulties(ActiveControls controls, long seed)
{
    private long shuffles;
    private long linkAnswers;

    /// <summary>Whether any control is on; false costs nothing to ask.</summary>
    public bool Any => controls.Any;

    /// <summary>How many records the page may have.</summary>
    public int PageSize(string endpoint, string stream, int asked)
    {
        var pages = controls.Count<PagesControl>(endpoint, stream);
        return pages.Count == 0 ? asked : Math.Min(asked, pages[0].Control.Sizes[(pages[0].Request - 1) % pages[0].Control.Sizes.Count]);
    }

    /// <summary>Whether the page leads back to itself.</summary>
    public bool Repeats(string endpoint, string stream)
    {
        var repeats = controls.Count<RepeatControl>(endpoint, stream);
        return repeats.Any(each => each.Request >= each.Control.Page);
    }

    /// <summary>The result ceiling; null for none.</summary>
    public CapControl? Cap(string endpoint, string stream) => controls.On<CapControl>(endpoint, stream).FirstOrDefault();

    /// <summary>How a background job goes that is created now; null for one that nothing disturbs.</summary>
    public JobControl? Job(string endpoint, string stream) => controls.Strike<JobControl>(endpoint, stream);

    /// <summary>How the file of an answer is written; null for the vendor's usual way.</summary>
    public CsvControl? Csv(string endpoint, string stream) => controls.Strike<CsvControl>(endpoint, stream);

    /// <summary>Whether the last record of the page before comes again.</summary>
    public bool Twice(string endpoint, string stream) => controls.Strike<TwiceControl>(endpoint, stream) is not null;

    /// <summary>Whether one item of a batch fails, this time.</summary>
    public bool Fails(string endpoint, string stream) => controls.Strike<PartialControl>(endpoint, stream) is not null;

    /// <summary>Whether a record comes without its id, always the same ones.</summary>
    public bool WithoutId(string endpoint, string stream, long id)
    {
        foreach (var control in controls.On<NoIdControl>(endpoint, stream))
            if (Chance.Of(seed, 0x401D, id) < control.Share)
                return true;
        return false;
    }

    /// <summary>Whether this answer leaves out whose links the first of its results tells.</summary>
    public bool WithoutSource(string endpoint, string stream)
    {
        foreach (var control in controls.On<NoIdControl>(endpoint, stream))
            if (Chance.Of(seed, 0x401F, ++linkAnswers) < control.Share)
                return true;
        return false;
    }

    /// <summary>Whether the order of a read is disturbed at all.</summary>
    public bool DisturbsOrder(string endpoint, string stream) => controls.On<OrderControl>(endpoint, stream).Any();

    /// <summary>How the order of this read is disturbed; null for not at all.</summary>
    public OrderManner? Disturbs(string endpoint, string stream) => controls.Strike<OrderControl>(endpoint, stream)?.Manner;

    /// <summary>Disturbs the order of records that were sorted by a key.</summary>
    public void Disturb<T>(string endpoint, string stream, List<T> records, Comparison<T>? byKey)
    {
        if (controls.Strike<OrderControl>(endpoint, stream) is not { } order)
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
    /// <param name="now">The CRM's time, in milliseconds since 1970 UTC.</param>
    public RecordView View(string endpoint, string stream, long now) =>
        new(seed, now, [.. controls.On<LagControl>(endpoint, stream)
            .Select(each => new Lag((long)each.Delay.TotalMilliseconds, each.Share))]);
}
