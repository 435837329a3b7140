using Trueup.Contract;

namespace Trueup.Http;

/// <summary>Static tokens, and OAuth tokens that are refreshed before they end, by one caller at a time.</summary>
/// <remarks>Refreshed credentials are saved durably before they are used, so that a crash never leaves us with a token that
/// the vendor has already replaced.</remarks>
/// <param name="source">Where the credentials are kept.</param>
/// <param name="refresh">Asks the vendor for fresh credentials; throws <see cref="CrmUnauthorizedException"/> where it refuses for good.</param>
/// <param name="clock">The time.</param>
public sealed class BearerTokens(
    ICredentialSource source, Func<Credentials, CancellationToken, Task<Credentials>> refresh, TimeProvider clock)
    : ICrmCredentials, IDisposable
{
    // Early enough that a long call does not outlive its token, and a slow token endpoint has time.
    private static readonly TimeSpan RefreshBefore = TimeSpan.FromMinutes(3);

    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private volatile Credentials? current;
    private (string Token, string Reason)? dead;
    private TimeSpan lead = RefreshBefore;

    /// <inheritdoc/>
    public async ValueTask<string> TokenAsync(CancellationToken cancellationToken)
    {
        if (current is { } known && !NeedsRefresh(known))
            return known.AccessToken;

        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            // Another caller, or another process, may have refreshed while we waited.
            var latest = await source.LoadAsync(cancellationToken);
            if (NeedsRefresh(latest))
                latest = await RefreshAsync(latest, cancellationToken);
            current = latest;
            return latest.AccessToken;
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
            if (latest.AccessToken == refusedToken && latest.RefreshToken is not null)
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

    private bool NeedsRefresh(Credentials credentials) =>
        credentials is { RefreshToken: not null, ExpiresAt: { } end } && end - lead <= clock.GetUtcNow();

    private async Task<Credentials> RefreshAsync(Credentials expired, CancellationToken cancellationToken)
    {
        if (dead is { } earlier && earlier.Token == expired.RefreshToken)
            throw new CrmUnauthorizedException(earlier.Reason);
        try
        {
            var fresh = await refresh(expired, cancellationToken);
            await source.SaveAsync(fresh, cancellationToken);
            // A token that lives shorter than the usual lead is not refreshed with every call.
            if (fresh.ExpiresAt is { } end && (end - clock.GetUtcNow()) / 5 is var fifth)
                lead = fifth < RefreshBefore ? fifth : RefreshBefore;
            return fresh;
        }
        catch (CrmUnauthorizedException failure) when (expired.RefreshToken is { } token)
        {
            // Asking again and again with a withdrawn token gets apps blocked.
            dead = (token, failure.Message);
            throw;
        }
    }
}
