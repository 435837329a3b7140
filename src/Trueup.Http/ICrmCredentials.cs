namespace Trueup.Http;

/// <summary>Gives requests their authorization.</summary>
/// <remarks>Threads: may be called concurrently. Errors: <see cref="Trueup.Contract.CrmException"/>.</remarks>
public interface ICrmCredentials
{
    /// <summary>The bearer token for the next request, refreshed before where it is about to end.</summary>
    ValueTask<string> TokenAsync(CancellationToken cancellationToken);

    /// <summary>Finds a better token after the CRM refused one.</summary>
    /// <returns>Whether asking again makes sense.</returns>
    ValueTask<bool> ReplaceAsync(string refusedToken, CancellationToken cancellationToken);
}
