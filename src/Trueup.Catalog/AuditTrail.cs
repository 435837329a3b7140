using Microsoft.EntityFrameworkCore;

namespace Trueup.Catalog;

/// <summary>Who did what, for good.</summary>
public sealed class AuditTrail(IDbContextFactory<CatalogContext> catalog, TimeProvider clock)
{
    /// <summary>Writes one line.</summary>
    public async Task WriteAsync(string actor, string action, string subject, string? detail, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        context.Audit.Add(new AuditEntry
        {
            Id = Ids.New(clock), At = clock.GetUtcNow(), Actor = actor, Action = action, Subject = subject, Detail = detail,
        });
        await context.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The latest lines, newest first.</summary>
    /// <param name="before">An id: only lines before it; null for the newest.</param>
    /// <param name="limit">Most lines, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(string? before, int limit, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        return await context.Audit.AsNoTracking()
            .Where(e => before == null || string.Compare(e.Id, before) < 0)
            .OrderByDescending(e => e.Id).Take(limit).ToListAsync(cancellationToken);
    }
}
