using Microsoft.Extensions.Logging;
using Trueup.Contract;

namespace Trueup.Http;

/// <summary>Counts the tries of one request and decides whether and when the next one comes.</summary>
internal sealed class Tries(CrmHttpSetup setup, CrmRequest request)
{
    // Five tries with doubling waits span about 8 s: a deployment or a lost connection. Longer troubles are the engine's.
    private const int MostTransient = 5;

    // A throttled request was not carried out and waits for the window, so it may try more often.
    private const int MostThrottled = 8;

    // What comes broken three times will come broken a fourth time.
    private const int MostBroken = 3;

    private const string Unknown = " Whether it was carried out is not known.";

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private int transient;
    private int throttled;
    private int broken;
    private bool replacedToken;

    public bool IsRetry { get; private set; }

    public bool MayReplaceToken()
    {
        IsRetry = true;
        return !replacedToken && (replacedToken = true);
    }

    /// <summary>Waits for the next try, or throws when there is none.</summary>
    public async ValueTask BeforeNextAsync(Verdict failure, CancellationToken cancellationToken)
    {
        IsRetry = true;
        switch (failure)
        {
            case Verdict.DayUsedUp day:
                throw new CrmQuotaException(day.Why, "daily", setup.Budget.UseUpDay());
            case Verdict.Throttled limit:
                // The wait itself happens at the budget's door, together with everyone else's.
                setup.Budget.Close(limit.Limit, limit.Wait + Jitter(TimeSpan.FromMilliseconds(250)));
                if (++throttled >= MostThrottled)
                    throw new CrmUnavailableException(limit.Why, limit.Wait);
                break;
            case Verdict.TryAgain again:
                await BeforeTransientAsync(again, cancellationToken);
                break;
            case Verdict.Broken answer:
                if (!request.Repeatable)
                    throw new CrmUnavailableException(answer.Error.Message + Unknown, inner: answer.Error, mayBeDone: true);
                if (++broken >= MostBroken)
                    throw answer.Error;
                await WaitAsync(Backoff(broken), cancellationToken);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{failure.GetType().Name} is no reason to try again.");
        }
    }

    private async ValueTask BeforeTransientAsync(Verdict.TryAgain again, CancellationToken cancellationToken)
    {
        if (again.After is { } asked && asked > ApiBudget.LongestWait)
        {
            setup.Budget.CloseAll(asked);
            throw new CrmUnavailableException(again.Why, asked, mayBeDone: !request.Repeatable && !again.NotCarriedOut);
        }
        if (!request.Repeatable && !again.NotCarriedOut)
            throw new CrmUnavailableException(again.Why + Unknown, again.After, mayBeDone: true);
        if (++transient >= MostTransient)
            throw new CrmUnavailableException(again.Why, again.After);

        var backoff = Backoff(transient);
        var wait = again.After is { } told && told > backoff ? told : backoff;
        if (setup.Log.IsEnabled(LogLevel.Debug))
            setup.Log.LogDebug("Trying {Endpoint} again in {Wait}: {Why}", request.Endpoint, wait, again.Why);
        await WaitAsync(wait, cancellationToken);
    }

    private static TimeSpan Backoff(int failures) => FirstWait * (1 << (failures - 1));

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        Task.Delay(wait + Jitter(wait), setup.Clock, cancellationToken);

    private TimeSpan Jitter(TimeSpan most)
    {
        lock (setup.Chance)
            return most * setup.Chance.NextDouble();
    }
}
