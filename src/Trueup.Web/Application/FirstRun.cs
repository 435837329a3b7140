using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Trueup.Catalog;

namespace Trueup.Web.Application;

/// <summary>Makes the first owner, from settings or on the first-run page. The page is guarded by a code that only the server's log shows.</summary>
public sealed class FirstRun(IServiceScopeFactory scopes, AuditTrail audit, ILogger<FirstRun> log)
{
    private volatile string? code;

    /// <summary>Whether the first-run page has to be filled in before anybody can sign in.</summary>
    public bool IsNeeded => code is not null;

    /// <summary>At start: makes the owner from settings, or a code for the first-run page. Does nothing where members exist.</summary>
    /// <param name="email">The owner's address; null where the settings name none.</param>
    /// <param name="password">The owner's password.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ProblemException">The address or the password will not do.</exception>
    public async Task PrepareAsync(string? email, string? password, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var members = scope.ServiceProvider.GetRequiredService<Members>();
        if (!await members.IsEmptyAsync(cancellationToken))
            return;
        if (email is not null && password is not null)
        {
            await members.CreateAsync(email, password, Roles.Owner);
            await audit.WriteAsync("settings", "member.add", email, Roles.Owner, cancellationToken);
            return;
        }
        code = RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 12);
        log.LogWarning("Nobody can sign in yet. Open the server's address and make the owner with this code: {FirstRunCode}", code);
    }

    /// <summary>Makes the owner.</summary>
    /// <exception cref="ProblemException">403 for a wrong code, 409 where there is an owner already, 422 for a bad address or password.</exception>
    public async Task CreateOwnerAsync(string given, string email, string password, CancellationToken cancellationToken)
    {
        if (code is not { } expected)
            throw new ProblemException(Problem.Conflict("already-set-up", "This server has an owner already; sign in."));
        if (!CryptographicOperations.FixedTimeEquals(Hash(given.Trim().ToUpperInvariant()), Hash(expected)))
            throw new ProblemException(new Problem("wrong-code", 403, "Wrong code", "That is not the code in the server's log."));
        await using var scope = scopes.CreateAsyncScope();
        var members = scope.ServiceProvider.GetRequiredService<Members>();
        if (!await members.IsEmptyAsync(cancellationToken))
            throw new ProblemException(Problem.Conflict("already-set-up", "This server has an owner already; sign in."));
        await members.CreateAsync(email, password, Roles.Owner);
        code = null;
        await audit.WriteAsync(email, "member.add", email, "first owner", cancellationToken);
    }

    private static byte[] Hash(string text) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));
}
