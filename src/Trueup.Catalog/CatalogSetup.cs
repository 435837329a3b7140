using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;

namespace Trueup.Catalog;

/// <summary>Puts the catalog together.</summary>
public static class CatalogSetup
{
    /// <summary>Failed sign-ins in a row after which an account is locked.</summary>
    public const int SignInsBeforeLockout = 5;

    /// <summary>How long it stays locked.</summary>
    public static readonly TimeSpan Lockout = TimeSpan.FromMinutes(15);

    /// <summary>Adds the catalog. The data folder must be taken.</summary>
    public static IServiceCollection AddCatalog(this IServiceCollection services, DataFolder folder, MailOptions mail)
    {
        services.AddSingleton(folder);
        services.AddSingleton(mail);
        services.AddDbContextFactory<CatalogContext>(options => options.UseSqlite($"Data Source={folder.CatalogFile};Default Timeout=30"));
        services.AddDataProtection().SetApplicationName("Trueup").PersistKeysToFileSystem(new DirectoryInfo(folder.Keys));
        services.AddIdentity<Member, IdentityRole>(options =>
            {
                options.User.RequireUniqueEmail = true;
                // Length is what counts (NIST SP 800-63B); composition rules only annoy.
                options.Password.RequiredLength = 12;
                options.Password.RequireDigit = options.Password.RequireLowercase = options.Password.RequireUppercase =
                    options.Password.RequireNonAlphanumeric = false;
                options.Lockout.MaxFailedAccessAttempts = SignInsBeforeLockout;
                options.Lockout.DefaultLockoutTimeSpan = Lockout;
                options.Lockout.AllowedForNewUsers = true;
            })
            .AddEntityFrameworkStores<CatalogContext>()
            .AddDefaultTokenProviders();
        services.AddSingleton<CredentialVault>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<SyncJournal>();
        services.AddSingleton<EditJournal>();
        services.AddSingleton<Outbox>();
        services.AddHostedService<OutboxSender>();
        return services;
    }

    /// <summary>Brings the database to the current schema, and makes the roles.</summary>
    public static async Task PrepareCatalogAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<CatalogContext>();
        await context.Database.MigrateAsync(cancellationToken);
        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancellationToken);

        var folder = scope.ServiceProvider.GetRequiredService<DataFolder>();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.CatalogFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>();
        foreach (var role in Roles.All)
            if (!await roles.RoleExistsAsync(role))
                await roles.CreateAsync(new IdentityRole(role));
    }
}

/// <summary>Lets the migration tool make a context; never used by the product.</summary>
internal sealed class DesignTimeCatalog : IDesignTimeDbContextFactory<CatalogContext>
{
    public CatalogContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<CatalogContext>().UseSqlite("Data Source=design.db").Options);
}
