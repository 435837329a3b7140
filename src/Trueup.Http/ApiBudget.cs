using Trueup.Contract;

namespace Trueup.Http;

/// <summary>Decides when a call of one connection may go out: by the vendor's rate limits, the day's quota, the number of
/// calls under way, and how urgent each call is.</summary>
/// <remarks>
/// <para>One budget is shared by all passes of a connection. The most urgent waiting call goes first, then the oldest.</para>
/// <para>Threads: every member may be called concurrently.</para>
/// </remarks>
public sealed class ApiBudget : IDisposable
{
    /// <summary>Longer waits are the engine's business: the call fails with the time to come back at.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    // Timers count whole milliseconds; one that rings early would only be set again.
    private static readonly TimeSpan TimerStep = TimeSpan.FromMilliseconds(1);

    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private readonly Dictionary<string, RateWindow> windows;
    private readonly Concurrency concurrency;
    private readonly DailyQuota daily;
    private readonly List<Waiter> waiting = [];
    private readonly ITimer wakeUp;
    private int running;

    /// <summary>Makes a budget of which nothing is used.</summary>
    /// <param name="limits">The vendor's rate limits.</param>
    /// <param name="dailyShare">The part of the daily quota that scheduled and background calls may use, above 0 and at most 1.</param>
    /// <param name="mostAtOnce">Most calls under way at once; at least 1.</param>
    /// <param name="clock">The time.</param>
    /// <param name="dayRolls">Whether the daily quota is that of the last 24 hours, instead of ending at midnight.</param>
    public ApiBudget(IEnumerable<RateLimit> limits, double dailyShare, int mostAtOnce, TimeProvider clock, bool dayRolls = false)
    {
        this.clock = clock;
        windows = limits.ToDictionary(limit => limit.Name, limit => new RateWindow(limit), StringComparer.Ordinal);
        daily = new DailyQuota(dailyShare, dayRolls);
        concurrency = new Concurrency(mostAtOnce);
        wakeUp = clock.CreateTimer(_ => Serve(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits until a call may go out. Each call that was let in ends with <see cref="Leave"/>.</summary>
    /// <exception cref="CrmQuotaException">The day's quota, or our share of it, is used up.</exception>
    /// <exception cref="CrmUnavailableException">A limit stays closed for longer than <see cref="LongestWait"/>.</exception>
    public ValueTask EnterAsync(IReadOnlyList<string> limits, ApiPriority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (RefusalOf(limits, priority, now) is { } refusal)
                throw refusal;
            if (waiting.Count == 0 && running < concurrency.Limit && NextFree(limits, now) <= now)
            {
                LetIn(limits, now);
                return ValueTask.CompletedTask;
            }
            waiter = new Waiter(limits, priority);
            var place = waiting.FindIndex(other => other.Priority > priority);
            waiting.Insert(place < 0 ? waiting.Count : place, waiter);
            ServeLocked(now);
        }
        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Ends a call that was let in.</summary>
    /// <param name="struggled">Whether the vendor showed signs of overload.</param>
    public void Leave(bool struggled)
    {
        lock (gate)
        {
            running--;
            if (struggled)
                concurrency.Struggled();
            else
                concurrency.Succeeded();
            ServeLocked(clock.GetUtcNow());
        }
    }

    /// <summary>Takes over what the vendor's headers say of a rate limit.</summary>
    public void Observe(string limit, long calls, long? remaining)
    {
        lock (gate)
        {
            if (windows.TryGetValue(limit, out var window))
                window.Observe(calls, remaining, clock.GetUtcNow());
        }
    }

    /// <summary>Takes over what the vendor's headers say of the day's quota.</summary>
    public void ObserveDay(long calls, long remaining)
    {
        lock (gate)
            daily.Observe(calls, remaining, clock.GetUtcNow());
    }

    /// <summary>Tells where the account's day ends.</summary>
    public void SetZone(TimeZoneInfo accountZone)
    {
        lock (gate)
            daily.SetZone(accountZone);
    }

    /// <summary>Lets no call out against a limit for a while. Calls that would wait too long fail.</summary>
    public void Close(string limit, TimeSpan wait)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (windows.TryGetValue(limit, out var window))
                window.CloseUntil(now + wait);
            ServeLocked(now);
        }
    }

    /// <summary>Lets no call out for a while.</summary>
    public void CloseAll(TimeSpan wait)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            foreach (var window in windows.Values)
                window.CloseUntil(now + wait);
            ServeLocked(now);
        }
    }

    /// <summary>Notes that the vendor says the day's quota is used up.</summary>
    /// <returns>When the next day begins.</returns>
    public DateTimeOffset UseUpDay()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var endsAt = daily.UseUp(now);
            ServeLocked(now);
            return endsAt;
        }
    }

    /// <summary>What is known now, per bucket.</summary>
    public IReadOnlyList<BudgetBucket> Snapshot()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            return
            [
                .. windows.Values.Select(window => new BudgetBucket(
                    window.Name, window.Calls, window.Length, window.UsedAt(now), window.ForeignAt(now), null, 0)),
                daily.Snapshot(now),
            ];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => wakeUp.Dispose();

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(_ => GiveUp(waiter, cancellationToken), null))
            await waiter.Served.Task;
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (waiting.Remove(waiter))
                waiter.Served.TrySetCanceled(cancellationToken);
        }
    }

    private void Serve()
    {
        lock (gate)
            ServeLocked(clock.GetUtcNow());
    }

    private void ServeLocked(DateTimeOffset now)
    {
        var wake = DateTimeOffset.MaxValue;
        for (var i = 0; i < waiting.Count && running < concurrency.Limit;)
        {
            var waiter = waiting[i];
            if (RefusalOf(waiter.Limits, waiter.Priority, now) is { } refusal)
            {
                waiting.RemoveAt(i);
                waiter.Served.TrySetException(refusal);
                continue;
            }
            var free = NextFree(waiter.Limits, now);
            if (free > now)
            {
                wake = free < wake ? free : wake;
                i++;
                continue;
            }
            waiting.RemoveAt(i);
            LetIn(waiter.Limits, now);
            waiter.Served.TrySetResult();
        }
        if (wake != DateTimeOffset.MaxValue)
            wakeUp.Change(wake - now + TimerStep, Timeout.InfiniteTimeSpan);
    }

    private void LetIn(IReadOnlyList<string> limits, DateTimeOffset now)
    {
        running++;
        daily.Count(now);
        foreach (var limit in limits)
            windows[limit].Take(now);
    }

    private DateTimeOffset NextFree(IReadOnlyList<string> limits, DateTimeOffset now)
    {
        var free = now;
        foreach (var limit in limits)
        {
            var next = windows[limit].NextFree(now);
            free = next > free ? next : free;
        }
        return free;
    }

    // Null: the call may go out, now or after a wait that is worth it.
    private CrmException? RefusalOf(IReadOnlyList<string> limits, ApiPriority priority, DateTimeOffset now)
    {
        foreach (var limit in limits)
        {
            var closedUntil = windows[limit].ClosedUntil;
            if (closedUntil - now > LongestWait)
            {
                return new CrmUnavailableException(
                    $"The CRM asked for no more calls until {closedUntil:u}; syncs go on by themselves then.", closedUntil - now);
            }
        }
        return daily.RefusalOf(priority, now);
    }

    private sealed class Waiter(IReadOnlyList<string> limits, ApiPriority priority)
    {
        public IReadOnlyList<string> Limits { get; } = limits;

        public ApiPriority Priority { get; } = priority;

        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
