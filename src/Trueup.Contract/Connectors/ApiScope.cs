namespace Trueup.Contract;

/// <summary>How urgent API calls are. Lower values go first when a budget is short.</summary>
public enum ApiPriority
{
    /// <summary>A person waits: edits, single records.</summary>
    Interactive = 0,
    /// <summary>A sync started by hand or at login.</summary>
    Manual = 1,
    /// <summary>The hourly sync.</summary>
    Scheduled = 2,
    /// <summary>Nightly syncs and onboarding.</summary>
    Background = 3,
}

/// <summary>The calls made on behalf of one piece of work: how urgent they are, and what they cost.</summary>
/// <remarks>Flows with the asynchronous call, so that a connector need not pass it on. A scope begun inside another adds to both.</remarks>
public sealed class ApiScope : IDisposable
{
    private static readonly AsyncLocal<ApiScope?> Ambient = new();
    private readonly ApiScope? outer;
    private long calls;
    private long retries;
    private long bytes;

    private ApiScope(ApiPriority priority, ApiScope? outer)
    {
        Priority = priority;
        this.outer = outer;
    }

    /// <summary>The scope of the running code; null outside of any.</summary>
    public static ApiScope? Current => Ambient.Value;

    /// <summary>How urgent the calls are.</summary>
    public ApiPriority Priority { get; }

    /// <summary>Requests sent, retries included.</summary>
    public long Calls => Interlocked.Read(ref calls);

    /// <summary>Requests sent again after a failure.</summary>
    public long Retries => Interlocked.Read(ref retries);

    /// <summary>Bytes of answers received.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Begins a scope, which lasts until it is disposed of.</summary>
    /// <param name="priority">Null: as the scope around it, or <see cref="ApiPriority.Background"/>.</param>
    public static ApiScope Begin(ApiPriority? priority = null)
    {
        var outer = Ambient.Value;
        var scope = new ApiScope(priority ?? outer?.Priority ?? ApiPriority.Background, outer);
        Ambient.Value = scope;
        return scope;
    }

    /// <summary>Counts a request that is about to be sent.</summary>
    public void CountCall(bool isRetry)
    {
        Interlocked.Increment(ref calls);
        if (isRetry)
            Interlocked.Increment(ref retries);
        outer?.CountCall(isRetry);
    }

    /// <summary>Counts received bytes.</summary>
    public void CountBytes(long received)
    {
        Interlocked.Add(ref bytes, received);
        outer?.CountBytes(received);
    }

    /// <summary>Ends the scope; the one around it becomes current again.</summary>
    public void Dispose()
    {
        if (Ambient.Value == this)
            Ambient.Value = outer;
    }
}

/// <summary>One vendor budget as it stands.</summary>
/// <param name="Name">Such as <c>burst</c>, <c>search</c>, <c>daily</c>.</param>
/// <param name="Limit">Calls allowed per window; null where unknown.</param>
/// <param name="Window">Length of the window.</param>
/// <param name="UsedByUs">Calls we made in the window.</param>
/// <param name="UsedByOthers">Calls other apps made in the window, by the CRM's headers; null where unknown.</param>
/// <param name="ResetsAt">When the window ends; null for a rolling one.</param>
/// <param name="Reserve">Calls that background work leaves for others.</param>
public sealed record BudgetBucket(
    string Name, long? Limit, TimeSpan Window, long UsedByUs, long? UsedByOthers, DateTimeOffset? ResetsAt, long Reserve);
