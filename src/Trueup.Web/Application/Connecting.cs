using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Orleans;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>Connects accounts. Nothing is kept before the CRM has said who we are connected to.</summary>
public sealed class Connecting(
    IDbContextFactory<CatalogContext> catalog, Apps apps, CredentialVault vault, AuditTrail audit, ConnectionBoard board, IGrainFactory grains,
    TimeProvider clock, ILoggerFactory logs)
{
    /// <summary>How long a CRM may take to say who we are connected to.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>The apps that can be connected.</summary>
    public IReadOnlyList<AppView> Apps => [.. apps.All.Select(a =>
        new AppView(a.App, a.Label, a.OAuth is not null && apps.Options.OAuthClients.ContainsKey(a.App), apps.Options.AllowCustomBaseUrl,
            a.SignIns, a.ClientWords, a.OwnAddressExample, a is IReceivesWebhooks))];

    /// <summary>Connects an account; its onboarding starts by itself. Answers its id. Needs admin.</summary>
    /// <exception cref="ProblemException">422 with the vendor's reason, 409 where the account or the name is taken.</exception>
    public async Task<string> ConnectAsync(Actor actor, NewConnection wanted, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        var factory = FindApp(wanted.App);
        var name = CheckName(wanted.Name);
        var baseUrl = CheckBaseUrl(factory, wanted.BaseUrl);
        CheckTimeZone(wanted.TimeZone);
        var (identity, credentials) = await IdentifyAsync(factory, baseUrl, Read(factory, baseUrl, wanted.Credentials), cancellationToken);

        var entry = new ConnectionEntry
        {
            Id = Ids.New(clock), App = factory.App, Name = name, ExternalId = identity.ExternalId, TimeZone = wanted.TimeZone ?? identity.TimeZone,
            BaseUrl = baseUrl.ToString().TrimEnd('/'), Streams = wanted.Streams is { Count: > 0 } streams ? string.Join(',', streams) : null,
            SealedCredentials = vault.Seal(credentials), CreatedAt = clock.GetUtcNow(),
        };
        await using (var context = await catalog.CreateDbContextAsync(cancellationToken))
        {
            await RefuseTwinsAsync(context, entry, cancellationToken);
            context.Connections.Add(entry);
            await context.SaveChangesAsync(cancellationToken);
        }
        await audit.WriteAsync(actor.Name, "connection.create", entry.Name, $"{factory.Label}, {entry.ExternalId}", cancellationToken);
        await grains.GetGrain<IConnectionGrain>(entry.Id).WakeAsync();
        board.Announce();
        return entry.Id;
    }

    /// <summary>Checks and keeps a change of a connection.</summary>
    internal async Task ApplyAsync(ConnectionEntry entry, ConnectionPatch patch, CancellationToken cancellationToken)
    {
        if (patch.Mirror is not null and not "rebuild")
            throw new ProblemException(Problem.Invalid($"mirror can only be rebuild, not {patch.Mirror}."));
        var name = patch.Name is null ? entry.Name : CheckName(patch.Name);
        CheckTimeZone(patch.TimeZone);
        var factory = FindApp(entry.App);
        var baseUrl = patch.BaseUrl is null ? new Uri(entry.BaseUrl) : CheckBaseUrl(factory, patch.BaseUrl);
        var sealedCredentials = entry.SealedCredentials;
        if (patch.Credentials is not null || patch.BaseUrl is not null)
        {
            var given = patch.Credentials switch
            {
                null => vault.Open(entry.SealedCredentials),

                // The secret that webhooks are signed with, beside a token that stays as it is.
                { AccessToken: null, ClientId: null, ClientSecret: { Length: > 0 } secret } => vault.Open(entry.SealedCredentials) with { ClientSecret = secret },
                _ => Read(factory, baseUrl, patch.Credentials) is var read && read.ClientSecret is null ? read with { ClientSecret = SecretOf(entry) } : read,
            };
            var (identity, credentials) = await IdentifyAsync(factory, baseUrl, given, cancellationToken);
            if (identity.ExternalId != entry.ExternalId)
                throw new ProblemException(new Problem("another-account", 409, "That is another account",
                    $"These credentials open {identity.ExternalId}, but {entry.Name} mirrors {entry.ExternalId}. Connect {identity.ExternalId} as an account of its own."));
            sealedCredentials = vault.Seal(credentials);
        }

        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        if (await context.Connections.AnyAsync(c => c.Name == name && c.Id != entry.Id, cancellationToken))
            throw new ProblemException(NameTaken(name));
        var kept = await context.Connections.SingleAsync(c => c.Id == entry.Id, cancellationToken);
        kept.Name = name;
        kept.TimeZone = patch.TimeZone ?? kept.TimeZone;
        kept.BaseUrl = baseUrl.ToString().TrimEnd('/');
        kept.SealedCredentials = sealedCredentials;
        if (patch.Paused is { } paused)
            kept.PausedAt = paused ? kept.PausedAt ?? clock.GetUtcNow() : null;
        if (patch.Credentials is not null && kept.AttentionKind is AttentionKind.Reconnect or AttentionKind.Failing)
            (kept.Attention, kept.AttentionKind) = (null, AttentionKind.None);
        await context.SaveChangesAsync(cancellationToken);
    }

    // A new token is of the same app, so the secret that its webhooks are signed with stays.
    private string? SecretOf(ConnectionEntry entry)
    {
        try
        {
            return vault.Open(entry.SealedCredentials).ClientSecret;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // The keys that sealed it are lost, which is why the account is reconnected.
            return null;
        }
    }

    internal IConnectorFactory FindApp(string? app) =>
        apps.TryFind(app ?? "", out var factory) ? factory
            : throw new ProblemException(Problem.Invalid($"There is no app {app}; this server knows {string.Join(", ", apps.All.Select(a => a.App))}."));

    private static string CheckName(string? name) =>
        name?.Trim() is { Length: > 0 and <= 100 } good ? good
            : throw new ProblemException(Problem.Invalid("The account needs a name of 1 to 100 characters."));

    private static void CheckTimeZone(string? zone)
    {
        if (zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            throw new ProblemException(Problem.Invalid($"{zone} is not an IANA time zone such as Europe/Berlin."));
    }

    /// <summary>The client that opens a connection, where its own administrator registered one; null otherwise.</summary>
    internal OAuthClient? ClientOf(ConnectionEntry entry)
    {
        try
        {
            return vault.Open(entry.SealedCredentials) is { ClientId: { } id } kept ? new OAuthClient(id, kept.ClientSecret ?? "") : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // The keys that sealed it are lost; the person is asked for the client instead.
            return null;
        }
    }

    internal Uri CheckBaseUrl(IConnectorFactory factory, string? wanted)
    {
        var usual = apps.BaseUrlOf(factory);
        if (wanted is null || wanted.TrimEnd('/') == usual.ToString().TrimEnd('/'))
            return usual;
        if (Uri.TryCreate(wanted, UriKind.Absolute, out var own) && factory.IsVendorAddress(own))
            return new Uri(own.GetLeftPart(UriPartial.Authority));
        if (!apps.Options.AllowCustomBaseUrl)
            throw new ProblemException(new Problem("base-url-not-allowed", 422, "Base URL not allowed",
                "A connection may not name its own base URL on this server; its operator can allow it with TRUEUP_APPS__ALLOWCUSTOMBASEURL=true."));
        if (!Uri.TryCreate(wanted, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            throw new ProblemException(Problem.Invalid($"{wanted} is not a base URL such as https://api.example.com."));
        // Cloud machines hand out their own keys at link-local addresses; no CRM lives there.
        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
            && (address.IsIPv6LinkLocal || (address.MapToIPv4().GetAddressBytes() is [169, 254, _, _])))
            throw new ProblemException(Problem.Invalid($"{url.Host} is a link-local address, where no CRM can be."));
        return url;
    }

    private static Credentials Read(IConnectorFactory factory, Uri baseUrl, CredentialsInput? input)
    {
        if (input is null || (string.IsNullOrWhiteSpace(input.AccessToken) && !CanAskForToken(factory, input)))
            throw new ProblemException(Problem.Invalid(factory.SignIns is [SignIn.AccessToken] ? "credentials.accessToken is missing."
                : "credentials need an accessToken, or a clientId with a clientSecret, or a clientId with a privateKey and a userName."));
        if (new[] { input.AccessToken, input.ClientId, input.ClientSecret }.Any(text => text?.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c > 126) == true))
            throw new ProblemException(Problem.Invalid("The access token, or the client's id or secret, contains characters that none has; copy it again."));
        if (input.ApiUrl is { } told && !factory.IsVendorAddress(told) && told.GetLeftPart(UriPartial.Authority) != baseUrl.GetLeftPart(UriPartial.Authority))
            throw new ProblemException(Problem.Invalid($"credentials.apiUrl is not one of {factory.Label}'s addresses."));
        return new Credentials
        {
            AccessToken = input.AccessToken ?? "", RefreshToken = input.RefreshToken, ClientId = input.ClientId, ClientSecret = input.ClientSecret,
            ExpiresAt = input.ExpiresAt, PrivateKey = input.PrivateKey, UserName = input.UserName,
            ApiUrl = input.ApiUrl is { } url ? new Uri(url.GetLeftPart(UriPartial.Authority)) : null,
        };
    }

    private static bool CanAskForToken(IConnectorFactory factory, CredentialsInput input) => input is { ClientId.Length: > 0 } && (
        (factory.SignIns.Contains(SignIn.ClientCredentials) && input is { ClientSecret.Length: > 0, PrivateKey: null })
        || (factory.SignIns.Contains(SignIn.SignedAssertion) && input is { PrivateKey.Length: > 0, UserName.Length: > 0 }));

    private async Task<(AccountIdentity Identity, Credentials Credentials)> IdentifyAsync(
        IConnectorFactory factory, Uri baseUrl, Credentials credentials, CancellationToken cancellationToken)
    {
        var source = CredentialVault.OnTrial(credentials);
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var scope = ApiScope.Begin(ApiPriority.Interactive);
        await using var connector = factory.Create(new ConnectorSetup(
            new Uri(baseUrl.ToString().TrimEnd('/')), source, apps.Options.BudgetShare, clock, logs.CreateLogger("Trueup.Connecting")));
        try
        {
            var identity = await connector.IdentifyAsync(either.Token);
            return (identity, await source.LoadAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProblemException(Unreachable(factory, $"{baseUrl.Host} did not answer within {Patience.TotalSeconds:0} seconds."));
        }
        catch (CrmUnauthorizedException failure)
        {
            throw new ProblemException(new Problem("wrong-credentials", 422, "The credentials were refused", failure.Message));
        }
        catch (CrmForbiddenException failure)
        {
            throw new ProblemException(new Problem("missing-scopes", 422, "The credentials do not allow enough", failure.Message));
        }
        catch (Exception failure) when (failure is CrmUnavailableException or CrmQuotaException)
        {
            throw new ProblemException(Unreachable(factory, failure.Message));
        }
        catch (CrmException failure)
        {
            throw new ProblemException(new Problem("not-this-app", 422, $"That is not {factory.Label}", failure.Message));
        }
    }

    private static Problem Unreachable(IConnectorFactory factory, string reason) =>
        new("app-unreachable", 422, $"{factory.Label} cannot be reached", reason);

    private async Task RefuseTwinsAsync(CatalogContext context, ConnectionEntry entry, CancellationToken cancellationToken)
    {
        var candidates = await context.Connections.Where(c => c.DeletingAt == null && c.App == entry.App && c.ExternalId == entry.ExternalId)
            .Select(c => new { c.Name, c.BaseUrl }).ToListAsync(cancellationToken);
        // An account may be reached at several of the vendor's addresses, and is one account all the same.
        bool IsVendors(string url) => FindApp(entry.App).IsVendorAddress(new Uri(url));
        if (candidates.Find(c => c.BaseUrl == entry.BaseUrl || (IsVendors(c.BaseUrl) && IsVendors(entry.BaseUrl))) is { } twin)
            throw new ProblemException(Problem.Conflict("already-connected", $"{entry.ExternalId} is connected already, as {twin.Name}."));
        if (await context.Connections.AnyAsync(c => c.Name == entry.Name, cancellationToken))
            throw new ProblemException(NameTaken(entry.Name));
    }

    private static Problem NameTaken(string name) => Problem.Conflict("name-taken", $"Another account is called {name} already; choose another name.");
}
