using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>An access and a refresh token that the emulated Salesforce has issued.</summary>
/// <param name="AccessToken">The bearer token. Nothing says how long it lives; each use extends it.</param>
/// <param name="RefreshToken">Fetches the next access token; replaced by each use if rotation is on. Null where the grant has none.</param>
public sealed record IssuedTokens(string AccessToken, string? RefreshToken);

/// <summary>Sessions and refresh tokens, and what they open (facts, section 1). Used under the org's lock; they outlive a reset of its data.</summary>
/// <param name="present">The org as it is now.</param>
internal sealed class Tokens(Func<SalesforceOrg> present, SalesforceEmulatorOptions options, Func<string> url)
{
    private static readonly long SessionLife = (long)TimeSpan.FromHours(2).TotalMilliseconds;
    private static readonly long CodeLife = (long)TimeSpan.FromMinutes(15).TotalMilliseconds;

    // A token that was used within this time counts as still being processed: the emulator itself answers one request at a time.
    private static readonly long InFlight = (long)TimeSpan.FromSeconds(1).TotalMilliseconds;

    private SalesforceOrg Org => present();

    private const string Scope = "refresh_token api id";
    // Later than any second, earlier than any millisecond, that a token could end in.
    private const long FirstMilliseconds = 100_000_000_000;

    private sealed record Code(string Client, string Redirect, string? Challenge, long At);

    // One consent: its newest refresh token, those before it, and its sessions.
    private sealed class Grant
    {
        public bool Ended { get; set; }
        public string? Newest { get; set; }
        public long RotatedAt { get; set; }
        public HashSet<string> Sessions { get; } = [];
    }

    private readonly Dictionary<string, Code> codes = [];
    private readonly Dictionary<string, Grant> grants = [];
    private readonly Dictionary<string, long> sessions = [];
    private readonly HashSet<string> staticTokens = [];
    private readonly HashSet<string> ended = [];
    private ExpireControl? pending;
    private int requestsLeft;
    private long issued;

    /// <summary>Issues tokens as if a person had consented.</summary>
    public IssuedTokens Issue()
    {
        var grant = new Grant { Newest = NewRefreshToken() };
        grants[grant.Newest] = grant;
        return new IssuedTokens(Session(grant), grant.Newest);
    }

    /// <summary>Refuses a request whose bearer token opens nothing; a session that is used lives on.</summary>
    /// <returns>The session.</returns>
    public string Check(string? authorization)
    {
        var token = Bearer(authorization);
        if (token.Length == 0)
            throw Unauthorized();
        if (pending is { } control && --requestsLeft < 0)
        {
            pending = null;
            Expire(control with { After = 0 });
        }
        if (sessions.TryGetValue(token, out var expires))
        {
            if (expires <= Org.Clock.Milliseconds)
                throw Unauthorized();
            sessions[token] = Org.Clock.Milliseconds + SessionLife;
            return token;
        }
        if (options.Token is { } only && token != only || ended.Contains(token))
            throw Unauthorized();
        staticTokens.Add(token);
        return token;
    }

    /// <summary>Whether a refresh token still fetches access tokens.</summary>
    public bool IsLive(string refreshToken) =>
        grants.TryGetValue(refreshToken, out var grant) && !grant.Ended && (!options.RotateRefreshTokens || grant.Newest == refreshToken);

    /// <summary>Ends tokens at once, or after some more requests.</summary>
    public void Expire(ExpireControl control)
    {
        if (control.After > 0)
        {
            (pending, requestsLeft) = (control, control.After);
            return;
        }
        if (control.What is "token" or "revoke")
        {
            foreach (var session in sessions.Keys.ToList())
                sessions[session] = 0;
            ended.UnionWith(staticTokens);
        }
        if (control.What is "refresh" or "revoke")
            foreach (var grant in grants.Values)
                grant.Ended = true;
    }

    /// <summary>Accepts again the static tokens that a control has ended.</summary>
    public void Relent()
    {
        ended.Clear();
        pending = null;
    }

    /// <summary>The consent page, which consents at once.</summary>
    public Answer Authorize(Call call)
    {
        if (call["redirect_uri"] is not { Length: > 0 } redirect || !Uri.TryCreate(redirect, UriKind.Absolute, out _))
            return Reply.Html(400, "error=redirect_uri_missing&amp;error_description=missing%20redirect_uri%20parameter");
        if (call["response_type"] != "code" || call["client_id"] is not { Length: > 0 } client || options.ClientId is { } id && client != id)
            return Redirect(redirect, call["client_id"] is { Length: > 0 }
                ? "error=unsupported_response_type&error_description=response%20type%20must%20be%20code" : "error=invalid_client_id&error_description=client%20identifier%20invalid", call["state"]);
        var code = "aPrx" + Chances(0xC0DE, 40);
        codes[code] = new Code(client, redirect, call["code_challenge"], Org.Clock.Milliseconds);
        return Redirect(redirect, $"code={code}", call["state"]);
    }

    private static Answer Redirect(string redirect, string what, string? state) => new(302, ReadOnlyMemory<byte>.Empty, null)
    {
        Headers = [new("Location", $"{redirect}{(redirect.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{what}"
            + (state is null ? "" : $"&state={Uri.EscapeDataString(state)}"))],
    };

    /// <summary>The token endpoint.</summary>
    public Answer Exchange(Call call)
    {
        var form = call.Form.DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value);
        if (Basic(call.Authorization) is var (client, secret))
            (form["client_id"], form["client_secret"]) = (client, secret);
        return form.GetValueOrDefault("grant_type") switch
        {
            "authorization_code" => FromClient(form) ?? FromCode(form),
            "refresh_token" => FromClient(form) ?? FromRefreshToken(form),
            "client_credentials" => ForClient(call, form),
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => FromAssertion(form),
            _ => Bad("unsupported_grant_type", "grant type not supported"),
        };
    }

    // Null where the client is who it says it is.
    private Answer? FromClient(Dictionary<string, string> form, bool secretRequired = false)
    {
        if (form.GetValueOrDefault("client_id") is not { Length: > 0 } client || options.ClientId is { } known && client != known)
            return Bad("invalid_client_id", "client identifier invalid");
        var secret = form.GetValueOrDefault("client_secret");
        return secretRequired && string.IsNullOrEmpty(secret) || options.ClientSecret is { } right && secret != right
            ? Bad("invalid_client", "invalid client credentials") : null;
    }

    private Answer FromCode(Dictionary<string, string> form)
    {
        if (!codes.Remove(form.GetValueOrDefault("code") ?? "", out var code) || code.At + CodeLife <= Org.Clock.Milliseconds)
            return Bad("invalid_grant", "expired authorization code");
        if (code.Client != form["client_id"] || code.Redirect != form.GetValueOrDefault("redirect_uri"))
            return Bad("redirect_uri_mismatch", "redirect_uri must match configuration");
        // The vendor's own clients name no method: it is S256 then.
        if (code.Challenge is { Length: > 0 } challenge && ChallengeOf(form.GetValueOrDefault("code_verifier") ?? "") != challenge.TrimEnd('='))
            return Bad("invalid_grant", "invalid code verifier");
        var tokens = Issue();
        return Issued(tokens.AccessToken, tokens.RefreshToken);
    }

    private Answer FromRefreshToken(Dictionary<string, string> form)
    {
        var token = form.GetValueOrDefault("refresh_token") ?? "";
        if (!grants.TryGetValue(token, out var grant) || grant.Ended)
            return Bad("invalid_grant", "expired access/refresh token");
        if (!options.RotateRefreshTokens)
            return Issued(Session(grant), null);
        if (grant.Newest != token)
        {
            if (grant.RotatedAt + InFlight > Org.Clock.Milliseconds)
                return Bad("invalid_grant", "token request is already being processed");
            End(grant);
            return Bad("invalid_grant", "expired access/refresh token");
        }
        foreach (var session in grant.Sessions)
            sessions[session] = 0;
        (grant.Newest, grant.RotatedAt) = (NewRefreshToken(), Org.Clock.Milliseconds);
        grants[grant.Newest] = grant;
        return Issued(Session(grant), grant.Newest);
    }

    private Answer ForClient(Call call, Dictionary<string, string> form)
    {
        // Only on the host of the org itself, which is every host but the two that all orgs share.
        if (call.Headers.GetValueOrDefault("Host") is "login.salesforce.com" or "test.salesforce.com")
            return Bad("invalid_grant", "request not supported on this domain");
        return FromClient(form, secretRequired: true) ?? Issued(Session(new Grant()), null);
    }

    private Answer FromAssertion(Dictionary<string, string> form)
    {
        if (Claims(form.GetValueOrDefault("assertion") ?? "") is not { } claims)
            return Bad("invalid_grant", "invalid assertion");
        if (options.ClientId is { } known && claims["iss"]?.ToString() != known)
            return Bad("invalid_client_id", "client identifier invalid");
        var users = Org["User"];
        var username = users.Fields.Find("Username")!;
        if (!users.Records.Any(user => FieldValue.Text(Org, users, user, user.Now, username) == claims["sub"]?.ToString()))
            return Bad("invalid_grant", "user hasn't approved this consumer");
        // The vendor's command line sends milliseconds where seconds are meant.
        var expires = long.TryParse(claims["exp"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var exp) ? exp : 0;
        if (expires < FirstMilliseconds)
            expires *= 1000;
        return expires <= Org.Clock.Milliseconds ? Bad("invalid_grant", "expired assertion") : Issued(Session(new Grant()), null);
    }

    /// <summary>Ends a session, or a refresh token with all its sessions.</summary>
    public Answer Revoke(Call call)
    {
        var token = call["token"] ?? call.Form.FirstOrDefault(pair => pair.Key == "token").Value ?? "";
        if (grants.TryGetValue(token, out var grant))
            End(grant);
        else if (sessions.ContainsKey(token))
            sessions[token] = 0;
        else if (staticTokens.Contains(token))
            ended.Add(token);
        else
            return Bad("unsupported_token_type", "this token type is not supported");
        return new Answer(200, ReadOnlyMemory<byte>.Empty, null);
    }

    public Answer UserInfo(Call call)
    {
        Check(call.Authorization);
        var user = ConnectedUser();
        return Reply.Json(200, new JsonObject
        {
            ["sub"] = IdentityUrl, ["user_id"] = SalesforceOrg.UserId, ["organization_id"] = SalesforceOrg.OrganizationId,
            ["preferred_username"] = user("Username"), ["nickname"] = user("Alias"), ["name"] = user("Name"), ["email"] = user("Email"),
            ["email_verified"] = true, ["given_name"] = user("FirstName"), ["family_name"] = user("LastName"), ["zoneinfo"] = "Europe/Zurich",
            ["urls"] = Urls(), ["active"] = true, ["user_type"] = "STANDARD", ["language"] = "en_US", ["locale"] = "en_US", ["utcOffset"] = 3600000,
        });
    }

    public Answer Identity(Call call)
    {
        Check(call["oauth_token"] is { Length: > 0 } token ? $"Bearer {token}" : call.Authorization);
        var user = ConnectedUser();
        return Reply.Json(200, new JsonObject
        {
            ["id"] = IdentityUrl, ["asserted_user"] = true, ["user_id"] = SalesforceOrg.UserId, ["organization_id"] = SalesforceOrg.OrganizationId,
            ["username"] = user("Username"), ["nick_name"] = user("Alias"), ["display_name"] = user("Name"), ["email"] = user("Email"),
            ["first_name"] = user("FirstName"), ["last_name"] = user("LastName"), ["timezone"] = "Europe/Zurich", ["urls"] = Urls(),
            ["active"] = true, ["user_type"] = "STANDARD", ["language"] = "en_US", ["locale"] = "en_US", ["utcOffset"] = 3600000,
        });
    }

    /// <summary>The vendor's refusal of a session that is over.</summary>
    public static Refusal Unauthorized() => Refusal.Of(401, "INVALID_SESSION_ID", "Session expired or invalid");

    private string IdentityUrl => $"{url()}/id/{SalesforceOrg.OrganizationId}/{SalesforceOrg.UserId}";

    private JsonObject Urls() => new()
    {
        ["rest"] = $"{url()}/services/data/v{{version}}/",
        ["sobjects"] = $"{url()}/services/data/v{{version}}/sobjects/",
        ["query"] = $"{url()}/services/data/v{{version}}/query/",
    };

    private Func<string, string?> ConnectedUser()
    {
        var (table, user) = Org.Resolve(SalesforceOrg.UserId)!.Value;
        return name => FieldValue.Text(Org, table, user, user.Now, table.Fields.Find(name)!);
    }

    private Answer Issued(string session, string? refreshToken)
    {
        var json = new JsonObject
        {
            ["access_token"] = session,
            ["signature"] = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(session))),
            ["scope"] = Scope,
            ["instance_url"] = url(),
            ["id"] = IdentityUrl,
            ["token_type"] = "Bearer",
            ["issued_at"] = Org.Clock.Milliseconds.ToString(CultureInfo.InvariantCulture),
        };
        if (refreshToken is not null)
            json["refresh_token"] = refreshToken;
        return Reply.Json(200, json);
    }

    private string Session(Grant grant)
    {
        var token = $"{SalesforceOrg.OrganizationId[..15]}!AQ{Chances(0x5E55, 60)}";
        sessions[token] = Org.Clock.Milliseconds + SessionLife;
        grant.Sessions.Add(token);
        return token;
    }

    private void End(Grant grant)
    {
        grant.Ended = true;
        foreach (var session in grant.Sessions)
            sessions[session] = 0;
    }

    private string NewRefreshToken() => "5Aep861" + Chances(0x5EF, 60);

    // Letters, digits, dots and underscores, from the seed.
    private string Chances(long purpose, int characters)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
        issued++;
        return string.Create(characters, (Seed: options.Seed ^ purpose, Number: issued), static (text, from) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = Alphabet[(int)(Chance.Of(from.Seed, from.Number, i) * Alphabet.Length)];
        });
    }

    private static string Bearer(string? authorization)
    {
        foreach (var scheme in new[] { "Bearer ", "OAuth " })
            if (authorization?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true)
                return authorization[scheme.Length..].Trim();
        return "";
    }

    private static (string Client, string Secret)? Basic(string? authorization)
    {
        if (authorization?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var length))
            return null;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : null;
    }

    private static string ChallengeOf(string verifier) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    // The signature is not checked: the emulator knows no certificate.
    private static JsonNode? Claims(string assertion)
    {
        if (assertion.Split('.') is not [_, var payload, _])
            return null;
        try
        {
            var base64 = payload.Replace('-', '+').Replace('_', '/');
            return JsonNode.Parse(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
        }
        catch (FormatException)
        {
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Answer Bad(string error, string description) =>
        Reply.Json(400, new JsonObject { ["error"] = error, ["error_description"] = description });
}
