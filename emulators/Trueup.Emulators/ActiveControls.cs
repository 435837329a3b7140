namespace Trueup.Emulators;

/// <summary>The controls that are on, what they have struck so far, and the chances they draw.</summary>
/// <remarks>Threads: may be used concurrently.</remarks>
public sealed class ActiveControls(long seed)
{
    private sealed class Active(Control control)
    {
        public Control Control { get; } = control;
        public int Requests;
        public int Strikes;
        public int Passed;
        public bool IsSpent => Control.Times is { } times && Strikes >= times;
    }

    private readonly Lock gate = new();
    private volatile List<Active> active = [];
    private long draws;

    /// <summary>Whether any control is on; false costs nothing to ask.</summary>
    public bool Any => active.Count > 0;

    /// <summary>Turns a control on.</summary>
    public void Add(Control control)
    {
        lock (gate)
            active = [.. active, new Active(control)];
    }

    /// <summary>Turns all off.</summary>
    public void Clear()
    {
        lock (gate)
        {
            active = [];
            draws = 0;
        }
    }

    /// <summary>The controls of a kind that are on for an endpoint and stream, without striking.</summary>
    public IEnumerable<T> On<T>(string endpoint, string? stream) where T : Control
    {
        foreach (var each in active)
            if (each.Control is T control && Concerns(control, endpoint, stream))
                yield return control;
    }

    /// <summary>The first control of a kind that strikes this request, and counts the strike.</summary>
    public T? Strike<T>(string endpoint, string? stream, Func<T, bool>? when = null) where T : Control
    {
        if (active.Count == 0)
            return null;
        lock (gate)
        {
            foreach (var each in active)
            {
                if (each.Control is not T control || each.IsSpent || !Concerns(control, endpoint, stream) || when?.Invoke(control) == false)
                    continue;
                if (control.Share < 1 && Chance.Of(seed, 0x57124E, ++draws) >= control.Share)
                    continue;
                if (each.Passed < control.Skip)
                {
                    each.Passed++;
                    continue;
                }
                each.Strikes++;
                return control;
            }
            return null;
        }
    }

    /// <summary>Counts a request for every control of a kind and returns those with the number of requests seen, this one included.</summary>
    public IReadOnlyList<(T Control, int Request)> Count<T>(string endpoint, string? stream) where T : Control
    {
        if (active.Count == 0)
            return [];
        lock (gate)
            return [.. active.Where(each => each.Control is T && Concerns(each.Control, endpoint, stream))
                .Select(each => ((T)each.Control, ++each.Requests))];
    }

    private static bool Concerns(Control control, string endpoint, string? stream) =>
        (control.Endpoint == "*" || control.Endpoint == endpoint) && (control.Stream is null || control.Stream == stream);
}
