using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Trueup.Catalog;

namespace Trueup.Web.Application;

/// <summary>An API token as people see it; the token itself is shown once, when it is made.</summary>
/// <param name="Beginning">The token's first characters.</param>
public sealed record ApiTokenView(string Id, string Name, string Role, string Beginning, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt);

/// <summary>A token that was just made.</summary>
/// <param name="Token">The token, shown this once.</param>
public sealed record NewApiTokenView(ApiTokenView Details, string Token)
{
    /// <inheritdoc/>
    public override string ToString() => Details.ToString();
}

/// <summary>The owner-level token from the settings; null where there is none.</summary>
public sealed record SettingsToken(string? Token)
{
    /// <inheritdoc/>
    public override string ToString() => "token";
}

/// <summary>The tokens by which programs sign in.</summary>
public sealed class ApiTokens(IDbContextFactory<CatalogContext> catalog, SettingsToken fromSettings, AuditTrail audit, TimeProvider clock)
{
    /// <summary>All tokens, oldest first. Needs admin.</summary>
    public async Task<IReadOnlyList<ApiTokenView>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return [.. (await context.ApiTokens.AsNoTracking().OrderBy(t => t.Id).ToListAsync(cancellationToken)).Select(Show)];
    }

    /// <summary>Makes a token. Needs admin; nobody can make one mightier than themselves.</summary>
    /// <exception cref="ProblemException">422 for a bad name or role.</exception>
    public async Task<NewApiTokenView> CreateAsync(Actor actor, string name, string role, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        if (!Roles.All.Contains(role))
            throw new ProblemException(Problem.Invalid($"{role} is not a role; there are {string.Join(", ", Roles.All)}."));
        actor.Need(role);
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100)
            throw new ProblemException(Problem.Invalid("The token needs a name of 1 to 100 characters."));
        var token = "trueup_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var entry = new ApiTokenEntry
        {
            Id = Ids.New(clock), Name = name.Trim(), Hash = HashOf(token), Beginning = token[..12], Role = role,
            CreatedBy = actor.Name, CreatedAt = clock.GetUtcNow(),
        };
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        context.ApiTokens.Add(entry);
        await context.SaveChangesAsync(cancellationToken);
        await audit.WriteAsync(actor.Name, "token.create", entry.Name, role, cancellationToken);
        return new NewApiTokenView(Show(entry), token);
    }

    /// <summary>Revokes a token, at once. Needs admin.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async Task RevokeAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var entry = await context.ApiTokens.SingleOrDefaultAsync(t => t.Id == id, cancellationToken)
            ?? throw new ProblemException(Problem.NotFound($"There is no token {id}."));
        actor.Need(entry.Role);
        context.ApiTokens.Remove(entry);
        await context.SaveChangesAsync(cancellationToken);
        await audit.WriteAsync(actor.Name, "token.revoke", entry.Name, null, cancellationToken);
    }

    /// <summary>Who a token stands for; null for one that is unknown or revoked.</summary>
    internal async Task<(string Name, string Role)?> RecogniseAsync(string token, CancellationToken cancellationToken)
    {
        if (fromSettings.Token is { } known && CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(known)), SHA256.HashData(Encoding.UTF8.GetBytes(token))))
            return ("token TRUEUP_API_TOKEN", Roles.Owner);

        var hash = HashOf(token);
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        if (await context.ApiTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, cancellationToken) is not { } entry)
            return null;
        var now = clock.GetUtcNow();
        if (entry.UsedAt is not { } used || now - used > TimeSpan.FromHours(1))
            await context.ApiTokens.Where(t => t.Id == entry.Id).ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), cancellationToken);
        return ($"token {entry.Name}", entry.Role);
    }

    // A token has 256 bits of chance in it, so a plain hash cannot be guessed backwards.
    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static ApiTokenView Show(ApiTokenEntry t) => new(t.Id, t.Name, t.Role, t.Beginning, t.CreatedBy, t.CreatedAt, t.UsedAt);
}
