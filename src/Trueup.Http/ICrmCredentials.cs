namespace Trueup.Http;

/// <summary>Gives requests their authorization.</summary>
/// <remarks>Threads: may be called concurrently. Errors: <see cref="Trueup.Contract.CrmException"/>.</remarks>
public interface ICrmCredentials
{
    /// <summary>What the next request goes out with, refreshed before where it is about to end.</summary>
    ValueTask<CrmAccess> AccessAsync(CancellationToken cancellationToken);

    /// <summary>Finds a better token after the CRM refused one.</summary>
    /// <returns>Whether asking again makes sense.</returns>
    ValueTask<bool> ReplaceAsync(string refusedToken, CancellationToken cancellationToken);
}

/// <summary>What opens the API for a request.</summary>
/// <param name="Token">The bearer token.</param>
/// <param name="ApiUrl">The base URL that the token is for; null: the pipeline's.</param>
public readonly record struct CrmAccess(string Token, Uri? ApiUrl);
