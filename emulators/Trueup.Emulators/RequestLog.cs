namespace Trueup.Emulators;

/// <summary>One answered request.</summary>
/// <param name="Time">When it came, by the CRM's clock.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path as sent.</param>
/// <param name="Query">The query as sent, with its question mark; empty where there is none.</param>
/// <param name="Status">The status answered; 0 where the connection was cut before one.</param>
/// <param name="Bytes">Bytes of the answer's body that were sent.</param>
/// <param name="Endpoint">The stable endpoint name that controls use; empty for an unknown path.</param>
/// <param name="Stream">The stream it was about; null where there is none.</param>
/// <param name="Written">How many records the CRM wrote because of it.</param>
public sealed record LoggedRequest(
    DateTimeOffset Time, string Method, string Path, string Query, int Status, long Bytes, string Endpoint, string? Stream, int Written);

/// <summary>The requests an emulated CRM has answered, oldest first.</summary>
/// <remarks>Holds the newest <see cref="Capacity"/>. Threads: may be used concurrently.</remarks>
public sealed class RequestLog
{
    /// <summary>Requests kept; older ones are dropped. Enough for the full read of some ten million records.</summary>
    public const int Capacity = 200_000;

    private readonly Lock gate = new();
    private readonly Queue<LoggedRequest> requests = new();

    /// <summary>The log as it is now.</summary>
    public IReadOnlyList<LoggedRequest> All
    {
        get
        {
            lock (gate)
                return [.. requests];
        }
    }

    /// <summary>How many requests an endpoint has answered.</summary>
    public int Count(string endpoint)
    {
        lock (gate)
            return requests.Count(request => request.Endpoint == endpoint);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (gate)
            requests.Clear();
    }

    internal void Add(LoggedRequest request)
    {
        lock (gate)
        {
            if (requests.Count == Capacity)
                requests.Dequeue();
            requests.Enqueue(request);
        }
    }
}
