using Trueup.Contract;

namespace Trueup.Http;

/// <summary>Static tokens, and OAuth tokens that are refreshed before they end, by one caller at a time.</summary>
/// <remarks>Refreshed credentials are saved durably before they are used, so that a crash never leaves us with a token that
/// the vendor has already replaced.</remarks>
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

        await oneAtATime.WaitAsync(cancellationToken);
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
        await oneAtATime.WaitAsync(cancellationToken);
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

    private bool IsRefreshable(Credentials credentials) => isRefreshable?.Invoke(credentials) ?? credentials.RefreshToken is not null;

    private bool NeedsRefresh(Credentials credentials) =>
        IsRefreshable(credentials) && (credentials.AccessToken.Length == 0 || (credentials.ExpiresAt is { } end && end - lead <= clock.GetUtcNow()));

    private async Task<Credentials> RefreshAsync(Credentials expired, CancellationToken cancellationToken)
    {
        if (dead is { } earlier && earlier.Credentials == expired)
            throw new CrmUnauthorizedException(earlier.Reason);
        for (var turn = 1; ; turn++)
        {
            try
            {
                var fresh = await refresh(expired, cancellationToken);
                await source.SaveAsync(fresh, cancellationToken);
                // A token that lives shorter than the usual lead is not refreshed with every call.
                if (fresh.ExpiresAt is { } end && (end - clock.GetUtcNow()) / 5 is var fifth)
                    lead = fifth < RefreshBefore ? fifth : RefreshBefore;
                return fresh;
            }
            catch (CrmUnauthorizedException failure)
            {
                // Asking again and again with a withdrawn token gets apps blocked.
                dead = (expired, failure.Message);
                throw;
            }
            catch (RefreshUnderWayException busy)
            {
                if (turn == MostTurns)
                    throw new CrmUnavailableException(busy.Message, inner: busy);
                await Task.Delay(Turn, clock, cancellationToken);
                // A refresh token that was replaced meanwhile must not be sent again: some vendors then withdraw its successor as well.
                var latest = await source.LoadAsync(cancellationToken);
                if (latest.AccessToken != expired.AccessToken)
                    return latest;
                expired = latest;
            }
        }
    }
}

/// <summary>Another process is refreshing the same credentials. Theirs are to be used, or asked for again in a moment.</summary>
public sealed class RefreshUnderWayException(string message) : CrmException(message);
