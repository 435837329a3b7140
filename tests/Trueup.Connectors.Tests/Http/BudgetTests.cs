using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Tests.Http;

public sealed class BudgetTests
{
    private static readonly string[] Search = ["search"];
    private static readonly string[] Burst = ["burst"];
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public void No_more_calls_go_out_in_any_window_than_our_share_of_the_limit() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[50, 2000].Array[50]).Sample((calls, gapsInMilliseconds) =>
        {
            var window = new RateWindow(new RateLimit("any", calls, TimeSpan.FromSeconds(1), 0.8));
            var now = clock.GetUtcNow();
            var sent = new List<DateTimeOffset>();
            foreach (var gap in gapsInMilliseconds)
            {
                now += TimeSpan.FromMilliseconds(gap / (double)calls);
                now = window.NextFree(now) is var free && free > now ? free : now;
                window.Take(now);
                sent.Add(now);
            }
            var share = Math.Max(1, (int)(calls * 0.8));
            return Enumerable.Range(0, Math.Max(0, sent.Count - share)).All(i => sent[i + share] - sent[i] >= TimeSpan.FromSeconds(1));
        });

    [Fact]
    public void Calls_wait_no_longer_than_a_twentieth_of_the_window_more_than_they_must()
    {
        var window = new RateWindow(new RateLimit("search", 5, TimeSpan.FromSeconds(1), 0.8));
        var now = clock.GetUtcNow();
        for (var call = 0; call < 41; call++)
        {
            now = window.NextFree(now);
            window.Take(now);
        }

        Assert.InRange(now - clock.GetUtcNow(), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.5));
    }

    [Fact]
    public async Task The_most_urgent_call_goes_first_however_late_it_comes()
    {
        using var budget = Budget(mostAtOnce: 1);
        await budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None);
        var background = budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None).AsTask();
        var person = budget.EnterAsync(Burst, ApiPriority.Interactive, CancellationToken.None).AsTask();

        budget.Leave(struggled: false);

        await person;
        Assert.False(background.IsCompleted);
    }

    [Fact]
    public void A_closed_search_does_not_hold_up_other_calls()
    {
        using var budget = Budget(mostAtOnce: 4);
        budget.Close("search", TimeSpan.FromSeconds(30));

        Assert.False(budget.EnterAsync(Search, ApiPriority.Interactive, CancellationToken.None).AsTask().IsCompleted);
        Assert.True(budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_wait_of_hours_is_told_instead_of_waited()
    {
        using var budget = Budget(mostAtOnce: 4);
        budget.CloseAll(TimeSpan.FromHours(5));

        var error = await Assert.ThrowsAsync<CrmUnavailableException>(
            async () => await budget.EnterAsync(Burst, ApiPriority.Interactive, CancellationToken.None));

        Assert.Equal(TimeSpan.FromHours(5), error.RetryAfter);
    }

    [Fact]
    public async Task Calls_that_wait_when_the_door_closes_for_hours_do_not_wait_for_hours()
    {
        using var budget = Budget(mostAtOnce: 4);
        budget.Close("search", TimeSpan.FromSeconds(1));
        var search = budget.EnterAsync(Search, ApiPriority.Background, CancellationToken.None).AsTask();
        budget.CloseAll(TimeSpan.FromHours(5));
        await Assert.ThrowsAsync<CrmUnavailableException>(() => search);

        using var other = Budget(mostAtOnce: 4);
        other.Close("search", TimeSpan.FromSeconds(1));
        search = other.EnterAsync(Search, ApiPriority.Background, CancellationToken.None).AsTask();
        other.UseUpDay();
        await Assert.ThrowsAsync<CrmQuotaException>(() => search);
    }

    [Fact]
    public void Calls_of_other_apps_are_left_room_for()
    {
        using var budget = Budget(mostAtOnce: 100);
        budget.Observe("burst", calls: 100, remaining: 5);
        var entered = 0;

        for (; entered < 20 && budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None).AsTask().IsCompleted; entered++)
            budget.Leave(struggled: false);

        Assert.Equal(4, entered);
        Assert.Equal(95, budget.Snapshot().Single(bucket => bucket.Name == "burst").UsedByOthers);
    }

    [Fact]
    public async Task Refusals_halve_the_calls_under_way_and_successes_win_them_back()
    {
        using var budget = Budget(mostAtOnce: 10);
        for (var call = 0; call < 100; call++)
        {
            await budget.EnterAsync([], ApiPriority.Background, CancellationToken.None);
            budget.Leave(struggled: false);
        }
        Assert.Equal(10, AtOnce(budget));

        await budget.EnterAsync([], ApiPriority.Background, CancellationToken.None);
        budget.Leave(struggled: true);

        Assert.Equal(5, AtOnce(budget));
    }

    [Fact]
    public async Task A_cancelled_wait_takes_no_place()
    {
        using var budget = Budget(mostAtOnce: 1);
        using var cancellation = new CancellationTokenSource();
        await budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None);
        var cancelled = budget.EnterAsync(Burst, ApiPriority.Interactive, cancellation.Token).AsTask();
        var next = budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None).AsTask();

        await cancellation.CancelAsync();
        budget.Leave(struggled: false);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await next;
    }

    [Fact]
    public async Task A_new_day_brings_a_new_quota_at_the_accounts_midnight()
    {
        using var budget = Budget(mostAtOnce: 4);
        budget.SetZone(TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"));
        var midnight = budget.UseUpDay();
        Assert.Equal(new DateTimeOffset(2026, 9, 10, 15, 0, 0, TimeSpan.Zero), midnight);
        await Assert.ThrowsAsync<CrmQuotaException>(async () => await budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None));

        clock.SetUtcNow(midnight);

        await budget.EnterAsync(Burst, ApiPriority.Background, CancellationToken.None);
    }

    private ApiBudget Budget(int mostAtOnce) => new(
        [new RateLimit("search", 5, TimeSpan.FromSeconds(1), 0.8), new RateLimit("burst", 100, TimeSpan.FromSeconds(10))], 0.8, mostAtOnce, clock);

    // How many more calls come in at once; they are all let go again.
    private static int AtOnce(ApiBudget budget)
    {
        using var cancellation = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 20).Select(_ => budget.EnterAsync([], ApiPriority.Background, cancellation.Token).AsTask()).ToList();
        var entered = calls.Count(call => call.IsCompleted);
        cancellation.Cancel();
        for (var i = 0; i < entered; i++)
            budget.Leave(struggled: false);
        return entered;
    }
}
