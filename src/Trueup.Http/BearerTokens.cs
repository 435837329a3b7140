using Trueup.Contract;

namespace Trueup.Http;

/// <summary>Static tokens, and OAuth tokens that are refreshed before they end, by one caller at a time.</summary>
/// <remarks>Refreshed credentials are saved durably before they are used, so that a crash never leaves us with a token that
/// the vendor has already replaced. Two processes may share the credentials, such as one that was cut off without noticing and the one that took over:
/// what the other one has stored is looked at before each refresh, and again before a refusal is believed.</remarks>
/// <param name="source">Where the credentials are kept.</param>
/// <param name="refresh">Asks the vendor for fresh credentials; throws <see cref="CrmUnauthorizedException"/> where it refuses for good,
/// and <see cref="RefreshUnderWayException"/> where another refresh of the same credentials is under way.</param>
/// <param name="clock">The time.</param>
/// <param name="isRefreshable">Whether credentials can be refreshed; null: those with a refresh token.</param>
public sealed class BearerTokens(
    ICredentialSource source, Func<Credentials, CancellationToken, Task<Credentials>> refresh, TimeProvider clock,
    Func<Credentials, bool>? isRefreshable = null)
    : ICrmCredentials, IDisposable
{
    // Early enough that a long call does not outlive its token, and a slow token endpoint has time.
    private static readonly TimeSpan RefreshBefore = TimeSpan.FromMinutes(3);

    // Another process that refreshes the same tokens is done within a moment; five waits of two seconds are a trouble of another kind.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);
    private const int MostTurns = 5;

    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private volatile Credentials? current;
    private (Credentials Credentials, string Reason)? dead;
    private TimeSpan lead = RefreshBefore;

    /// <inheritdoc/>
    public async ValueTask<CrmAccess> AccessAsync(CancellationToken cancellationToken)
    {
        if (current is { } known && !NeedsRefresh(known))
            return new CrmAccess(known.AccessToken, known.ApiUrl);

        await TurnAsync(cancellationToken);
        try
        {
            // Another caller, or another process, may have refreshed while we waited.
            var latest = await source.LoadAsync(cancellationToken);
            if (NeedsRefresh(latest))
                latest = await RefreshAsync(latest, cancellationToken);
            current = latest;
            return new CrmAccess(latest.AccessToken, latest.ApiUrl);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReplaceAsync(string refusedToken, CancellationToken cancellationToken)
    {
        await TurnAsync(cancellationToken);
        try
        {
            var latest = await source.LoadAsync(cancellationToken);
            if (latest.AccessToken == refusedToken && IsRefreshable(latest))
                latest = await RefreshAsync(latest, cancellationToken);
            current = latest;
            return latest.AccessToken != refusedToken;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => oneAtATime.Dispose();

    /// <remarks>Whoever has it is done within moments, and a wait that can be cancelled is gone on with by a thread of the pool, whose timing no simulation can repeat.</remarks>
    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await oneAtATime.WaitAsync(CancellationToken.None);
    }

    private bool IsRefreshable(Credentials credentials) => isRefreshable?.Invoke(credentials) ?? credentials.RefreshToken is not null;

    private bool NeedsRefresh(Credentials credentials) =>
        IsRefreshable(credentials) && (credentials.AccessToken.Length == 0 || (credentials.ExpiresAt is { } end && end - lead <= clock.GetUtcNow()));

    private async Task<Credentials> RefreshAsync(Credentials expired, CancellationToken cancellationToken)
    {
        if (dead is { } earlier && earlier.Credentials == expired)
            throw new CrmUnauthorizedException(earlier.Reason);
        var isSecondTry = false;
        for (var turn = 1; ; turn++)
        {
            try
            {
                return await KeepAsync(await refresh(expired, cancellationToken), expired);
            }
            catch (CrmUnauthorizedException failure)
            {
                // A vendor that replaces refresh tokens takes each once: another process may have sent this one before us, and stores what it got.
                var latest = expired.RefreshToken is null || isSecondTry ? expired : await LaterAsync(cancellationToken);
                if (latest == expired)
                {
                    // Asking again and again with a withdrawn token gets apps blocked.
                    dead = (expired, failure.Message);
                    throw;
                }
                if (IsReplaced(latest, expired))
                    return latest;
                (expired, isSecondTry) = (latest, true);
            }
            catch (RefreshUnderWayException busy)
            {
                if (turn >= MostTurns)
                    throw new CrmUnavailableException(busy.Message, inner: busy);
                // A refresh token that was replaced meanwhile must not be sent again: some vendors then withdraw its successor as well.
                var latest = await LaterAsync(cancellationToken);
                if (IsReplaced(latest, expired))
                    return latest;
                expired = latest;
            }
        }
    }

    private bool IsReplaced(Credentials latest, Credentials expired) => latest.AccessToken != expired.AccessToken && !NeedsRefresh(latest);

    /// <summary>What is stored once another process has had its turn.</summary>
    private async Task<Credentials> LaterAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Turn, clock, cancellationToken);
        return await source.LoadAsync(cancellationToken);
    }

    /// <remarks>Not to be cancelled: the vendor may have replaced the refresh token, and nothing else knows the new one.</remarks>
    private async Task<Credentials> KeepAsync(Credentials fresh, Credentials expired)
    {
        // Whoever reconnected the account meanwhile knows better.
        var stored = await source.LoadAsync(CancellationToken.None);
        if (IsReplaced(stored, expired))
            return stored;
        // Of what else they may have changed, such as the client's secret, nothing is taken back.
        var kept = stored with { AccessToken = fresh.AccessToken, RefreshToken = fresh.RefreshToken, ApiUrl = fresh.ApiUrl, ExpiresAt = fresh.ExpiresAt };
        await source.SaveAsync(kept, CancellationToken.None);
        // A token that lives shorter than the usual lead is not refreshed with every call.
        if (fresh.ExpiresAt is { } end && (end - clock.GetUtcNow()) / 5 is var fifth)
            lead = fifth < RefreshBefore ? fifth : RefreshBefore;
        return kept;
    }
}

/// <summary>Another process is refreshing the same credentials. Theirs are to be used, or asked for again in a moment.</summary>
public sealed class RefreshUnderWayException(string message) : CrmException(message);
