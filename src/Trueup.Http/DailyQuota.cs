using Trueup.Contract;

namespace Trueup.Http;

/// <summary>The calls of the account's day, which all apps of the account may share.</summary>
/// <remarks>Not for concurrent use.</remarks>
/// <param name="share">The part of the quota that scheduled and background calls may use.</param>
/// <param name="rolls">Whether the day is the last 24 hours, so that the quota comes back bit by bit, instead of ending at midnight.</param>
internal sealed class DailyQuota(double share, bool rolls = false)
{
    /// <summary>How long a rolling quota that is used up rests before a call asks how much came back.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromHours(1);

    /// <summary>Onboarding and nightly syncs stop this part of the limit earlier than hourly ones, so that a long load does not end freshness.</summary>
    private const double KeptForScheduled = 0.05;

    // A person who waits may find out whether the quota came back early, but not with every click.
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMinutes(1);

    private TimeZoneInfo zone = TimeZoneInfo.Utc;
    private DateTimeOffset endsAt;
    private long? remaining;
    private readonly RateWindow? rolling = rolls ? new RateWindow(new RateLimit("daily", long.MaxValue, TimeSpan.FromDays(1))) : null;
    private long usedToday;
    private long sinceHeader;
    private bool usedUp;
    private DateTimeOffset nextProbe;

    public long? Limit { get; private set; }

    public void SetZone(TimeZoneInfo accountZone)
    {
        zone = accountZone;
        endsAt = default;
    }

    /// <summary>Why a call of this urgency must not be made today any more; null where it may.</summary>
    public CrmQuotaException? RefusalOf(ApiPriority priority, DateTimeOffset now)
    {
        MoveTo(now);
        if (usedUp)
        {
            if (priority == ApiPriority.Interactive && now >= nextProbe)
            {
                nextProbe = now + ProbeEvery;
                return null;
            }
            return new CrmQuotaException(
                $"The app's daily quota of API calls is used up until {endsAt:u}; syncs go on by themselves then.", "daily", endsAt);
        }
        if (priority < ApiPriority.Scheduled || Limit is not { } limit || Left is not { } left)
            return null;
        var kept = ReserveOf(limit) + (priority == ApiPriority.Background ? (long)(limit * KeptForScheduled) : 0);
        return left > kept ? null : new CrmQuotaException(
            $"Trueup's share of the app's {limit} daily API calls is used up until {endsAt:u}; " +
            $"the other {left} are left for people and other apps.", "daily", endsAt);
    }

    public void Count(DateTimeOffset now)
    {
        MoveTo(now);
        rolling?.Take(now);
        usedToday++;
        sinceHeader++;
    }

    public void Observe(long limit, long left, DateTimeOffset now)
    {
        MoveTo(now);
        Limit = limit;
        remaining = left;
        sinceHeader = 0;
        if (left > 0)
            usedUp = false;
    }

    public DateTimeOffset UseUp(DateTimeOffset now)
    {
        MoveTo(now);
        usedUp = true;
        if (rolls)
            endsAt = now + Rest;
        nextProbe = now + ProbeEvery;
        return endsAt;
    }

    public BudgetBucket Snapshot(DateTimeOffset now)
    {
        MoveTo(now);
        var usedByUs = rolling?.UsedAt(now) ?? usedToday;
        long? others = Limit is { } limit && Left is { } left ? Math.Max(0, limit - left - usedByUs) : null;
        return new BudgetBucket("daily", Limit, TimeSpan.FromDays(1), usedByUs, others, rolls ? null : endsAt, Limit is { } all ? ReserveOf(all) : 0);
    }

    // Calls since the latest header, and those that carry no headers, count as well.
    private long? Left => remaining - sinceHeader;

    private long ReserveOf(long limit) => limit - (long)(limit * share);

    private void MoveTo(DateTimeOffset now)
    {
        if (now < endsAt)
            return;
        if (endsAt != default)
        {
            usedToday = 0;
            sinceHeader = 0;
            remaining = null;
            usedUp = false;
        }
        endsAt = rolls ? now + Rest : NextMidnight(now);
    }

    private DateTimeOffset NextMidnight(DateTimeOffset now)
    {
        var midnight = TimeZoneInfo.ConvertTime(now, zone).Date.AddDays(1);
        // Where the clocks go forward at midnight, the day begins at the first time that exists.
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }
}
