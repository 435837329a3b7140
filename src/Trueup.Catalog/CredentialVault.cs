using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Trueup.Contract;

namespace Trueup.Catalog;

/// <summary>Seals and opens credentials. The keys lie outside the database, so that a copy of the database opens nothing.</summary>
public sealed class CredentialVault(IDataProtectionProvider protection, IDbContextFactory<CatalogContext> catalog)
{
    private readonly IDataProtector protector = protection.CreateProtector("Trueup.Credentials.v1");

    /// <summary>Seals credentials.</summary>
    public string Seal(Credentials credentials) => protector.Protect(JsonSerializer.Serialize(credentials));

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The keys that sealed it are gone.</exception>
    public Credentials Open(string sealedCredentials) =>
        JsonSerializer.Deserialize<Credentials>(protector.Unprotect(sealedCredentials))
        ?? throw new System.Security.Cryptography.CryptographicException("The sealed credentials are empty.");

    /// <summary>The credentials of a connection that is in the catalog.</summary>
    public ICredentialSource SourceFor(string connectionId) => new KeptCredentials(this, catalog, connectionId);

    /// <summary>Credentials on trial, before anything is kept. Refreshed ones are read back with <see cref="ICredentialSource.LoadAsync"/>.</summary>
    public static ICredentialSource OnTrial(Credentials credentials) => new TrialCredentials(credentials);

    private sealed class KeptCredentials(CredentialVault vault, IDbContextFactory<CatalogContext> catalog, string connectionId) : ICredentialSource
    {
        public async ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken)
        {
            await using var context = await catalog.CreateDbContextAsync(cancellationToken);
            var kept = await context.Connections.Where(c => c.Id == connectionId).Select(c => c.SealedCredentials)
                .SingleOrDefaultAsync(cancellationToken);
            if (kept is null)
                throw new CrmUnauthorizedException("The connection was deleted, and its credentials with it.");
            try
            {
                return vault.Open(kept);
            }
            catch (System.Security.Cryptography.CryptographicException failure)
            {
                throw new CrmUnauthorizedException(
                    "The stored credentials cannot be opened, because the keys in the data folder are not the ones that sealed them. Restore the keys, or reconnect the account.", failure);
            }
        }

        public async ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken)
        {
            var renewed = vault.Seal(credentials);
            await using var context = await catalog.CreateDbContextAsync(cancellationToken);
            await context.Connections.Where(c => c.Id == connectionId)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.SealedCredentials, renewed), cancellationToken);
        }
    }

    private sealed class TrialCredentials(Credentials first) : ICredentialSource
    {
        private volatile Credentials current = first;

        public ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken) => new(current);

        public ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken)
        {
            current = credentials;
            return ValueTask.CompletedTask;
        }
    }
}
