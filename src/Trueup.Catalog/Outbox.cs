using Microsoft.EntityFrameworkCore;

namespace Trueup.Catalog;

/// <summary>Mail on its way out: kept until a mail server has taken it.</summary>
public sealed class Outbox(IDbContextFactory<CatalogContext> catalog, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim arrivals = new(0);

    /// <summary>Puts one mail per recipient into the outbox. It is sent in the background.</summary>
    public async Task PostAsync(IEnumerable<string> recipients, string subject, string body, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        context.Mail.AddRange(recipients.Select(to => new MailEntry
        {
            Id = Ids.New(clock), To = to, Subject = subject, Body = body, CreatedAt = now, DueAt = now,
        }));
        await context.SaveChangesAsync(cancellationToken);
        arrivals.Release();
    }

    /// <summary>Puts one mail to every owner and admin into the outbox.</summary>
    public async Task PostToAdminsAsync(string subject, string body, CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var recipients = await (
            from member in context.Users
            join held in context.UserRoles on member.Id equals held.UserId
            join role in context.Roles on held.RoleId equals role.Id
            where (role.Name == Roles.Owner || role.Name == Roles.Admin) && member.Email != null
            select member.Email!).Distinct().ToListAsync(cancellationToken);
        await PostAsync(recipients, subject, body, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => arrivals.Dispose();

    /// <summary>Waits until a mail arrives, or the time is up.</summary>
    internal Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => arrivals.WaitAsync(atMost, cancellationToken);
}
