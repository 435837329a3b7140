using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Trueup.Contract;

namespace Trueup.Catalog;

/// <summary>Everything that is not CRM data: members, connections with their sealed credentials, the sync log, API tokens, mail, the audit trail.</summary>
public sealed class CatalogContext(DbContextOptions<CatalogContext> options) : IdentityDbContext<Member, IdentityRole, string>(options)
{
    /// <summary>Connected accounts.</summary>
    public DbSet<ConnectionEntry> Connections => Set<ConnectionEntry>();

    /// <summary>The sync log.</summary>
    public DbSet<SyncEntry> Syncs => Set<SyncEntry>();

    /// <summary>Edit runs.</summary>
    public DbSet<EditEntry> Edits => Set<EditEntry>();

    /// <summary>The changes of edit runs.</summary>
    public DbSet<EditChangeEntry> EditChanges => Set<EditChangeEntry>();

    /// <summary>API tokens.</summary>
    public DbSet<ApiTokenEntry> ApiTokens => Set<ApiTokenEntry>();

    /// <summary>Mail to send, and sent.</summary>
    public DbSet<MailEntry> Mail => Set<MailEntry>();

    /// <summary>Who did what.</summary>
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite has no type for instants that sorts; whole milliseconds do, and every instant here is one.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMilliseconds>();
        configurationBuilder.Properties<SyncKind>().HaveConversion<string>();
        configurationBuilder.Properties<SyncStatus>().HaveConversion<string>();
        configurationBuilder.Properties<AttentionKind>().HaveConversion<string>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.Entity<ConnectionEntry>(entry =>
        {
            entry.Property(e => e.Name).UseCollation("NOCASE");
            entry.HasIndex(e => e.Name).IsUnique();
            entry.HasIndex(e => new { e.App, e.BaseUrl, e.ExternalId }).IsUnique();
        });
        builder.Entity<SyncEntry>(entry =>
        {
            entry.HasIndex(e => new { e.ConnectionId, e.Id });
            entry.HasIndex(e => new { e.Status, e.Id });
        });
        builder.Entity<EditEntry>(entry =>
        {
            entry.Property(e => e.Rule).HasConversion<string>();
            entry.HasIndex(e => new { e.ConnectionId, e.Id });
        });
        builder.Entity<EditChangeEntry>(entry =>
        {
            entry.HasKey(e => new { e.RunId, e.Position });
            entry.HasIndex(e => e.RecordId);
        });
        builder.Entity<ApiTokenEntry>().HasIndex(e => e.Hash).IsUnique();
        builder.Entity<MailEntry>().HasIndex(e => e.DueAt);
        builder.Entity<AuditEntry>().HasKey(e => e.Id);
    }

    private sealed class UtcMilliseconds() : ValueConverter<DateTimeOffset, long>(
        at => at.ToUnixTimeMilliseconds(), milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
