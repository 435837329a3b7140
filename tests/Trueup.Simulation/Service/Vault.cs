using Trueup.Contract;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.Service;

/// <summary>What the catalog keeps to open one account: outlives every process.</summary>
/// <param name="crm">The account's CRM.</param>
/// <param name="token">The account's static token.</param>
/// <param name="usesOAuth">Whether the account is opened by OAuth tokens, which end, instead.</param>
public sealed class Vault(SimulatedCrm crm, string token, bool usesOAuth)
{
    private Credentials current = Issue(crm, token, usesOAuth);

    /// <summary>All tokens that ever opened the account.</summary>
    public HashSet<string> Known { get; } = [];

    /// <summary>The refresh token; null for a static token.</summary>
    public string? RefreshToken => current.RefreshToken;

    /// <summary>A person connects the account anew, which gives OAuth accounts other tokens.</summary>
    public void ConnectAnew() => current = Issue(crm, token, usesOAuth);

    /// <summary>The vault as a process sees it, which may die or freeze before and after it has looked or saved.</summary>
    public ICredentialSource For(Machine machine) => new View(this, machine, usesOAuth);

    private static Credentials Issue(SimulatedCrm crm, string token, bool usesOAuth)
    {
        if (!usesOAuth)
            return new Credentials { AccessToken = token };
        return crm.IssueTokens() with { ClientId = "simulation", ClientSecret = token };
    }

    private sealed class View(Vault vault, Machine machine, bool mayDie) : ICredentialSource
    {
        public async ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken)
        {
            if (mayDie)
                await machine.PassAsync(FatePoint.BeforeRead);
            vault.Known.Add(vault.current.AccessToken);
            return vault.current;
        }

        public async ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken)
        {
            await machine.PassAsync(FatePoint.BeforeCommit);
            vault.current = credentials;
            vault.Known.Add(credentials.AccessToken);
            await machine.PassAsync(FatePoint.AfterCommit);
        }
    }
}
