using System.Globalization;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>An access and a refresh token that the emulated HubSpot has issued.</summary>
/// <param name="AccessToken">The bearer token.</param>
/// <param name="RefreshToken">Fetches the next access token; stays the same.</param>
/// <param name="ExpiresAt">When the access token ends, by the CRM's clock.</param>
public sealed record IssuedTokens(string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt);

/// <summary>Access and refresh tokens, and what they open (facts, section 1). Threads: may be used concurrently.</summary>
internal sealed class Tokens(VirtualClock clock, long seed, long portalId, HubSpotEmulatorOptions options)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    public static readonly string[] Scopes =
    [
        "oauth", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.companies.read", "crm.objects.companies.write",
        "crm.objects.deals.read", "crm.objects.deals.write", "crm.objects.custom.read", "crm.objects.custom.write", "crm.objects.owners.read",
        "crm.schemas.custom.read", "tickets", "e-commerce",
    ];

    private readonly Lock gate = new();
    private readonly Dictionary<string, (string Refresh, long ExpiresAt)> access = [];
    private readonly Dictionary<string, bool> refresh = [];
    private readonly HashSet<string> codes = [];
    private readonly HashSet<string> staticTokens = [];
    private readonly HashSet<string> ended = [];
    private ExpireControl? pending;
    private int requestsLeft;
    private long issued;

    public IssuedTokens Issue() => Access(NewRefreshToken());

    private string NewRefreshToken()
    {
        lock (gate)
        {
            var token = new Guid(Bytes(0x5EF)).ToString();
            refresh[token] = true;
            return token;
        }
    }

    private IssuedTokens Access(string refreshToken)
    {
        lock (gate)
        {
            var token = "C" + Convert.ToBase64String([.. Bytes(0xACC), .. Bytes(0xACD)]).TrimEnd('=').Replace('/', '_').Replace('+', '-');
            var expires = clock.Milliseconds + (long)Life.TotalMilliseconds;
            access[token] = (refreshToken, expires);
            return new IssuedTokens(token, refreshToken, DateTimeOffset.FromUnixTimeMilliseconds(expires));
        }
    }

    /// <summary>Ends tokens at once, or after some more requests.</summary>
    public void Expire(ExpireControl control)
    {
        lock (gate)
        {
            if (control.After > 0)
            {
                (pending, requestsLeft) = (control, control.After);
                return;
            }
            if (control.What is "token" or "revoke")
            {
                foreach (var token in access.Keys.ToList())
                    access[token] = (access[token].Refresh, clock.Milliseconds - 12_000);
                ended.UnionWith(staticTokens);
            }
            if (control.What is "refresh" or "revoke")
                foreach (var token in refresh.Keys.ToList())
                    refresh[token] = false;
        }
    }

    /// <summary>Accepts again the static tokens that a control has ended.</summary>
    public void Relent()
    {
        lock (gate)
        {
            ended.Clear();
            pending = null;
        }
    }

    /// <summary>Refuses a request whose bearer token opens nothing.</summary>
    /// <returns>Whether the token came from OAuth.</returns>
    public bool Check(string? authorization)
    {
        var token = authorization is { Length: > 7 } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : "";
        if (token.Length == 0)
            throw Unauthorized();
        lock (gate)
        {
            if (pending is { } control && --requestsLeft < 0)
            {
                pending = null;
                Expire(control with { After = 0 });
            }
            if (access.TryGetValue(token, out var known))
                return known.ExpiresAt > clock.Milliseconds ? true : throw Expired(known.ExpiresAt);
            if (options.Token is { } only && token != only)
                throw Unauthorized();
            staticTokens.Add(token);
            return ended.Contains(token) ? throw Unauthorized() : false;
        }
    }

    private Refusal Expired(long at)
    {
        var body = Refusal.Envelope(
            $"The OAuth token used to make this call expired {Math.Max(0, (clock.Milliseconds - at) / 1000)} second(s) ago.", "EXPIRED_AUTHENTICATION");
        body["context"] = new JsonObject { ["expire time"] = new JsonArray(JsonBytes.StampText(at)) };
        return new Refusal(401, body);
    }

    private static Refusal Unauthorized() => Refusal.Of(401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "INVALID_AUTHENTICATION");

    public bool IsLive(string refreshToken)
    {
        lock (gate)
            return refresh.GetValueOrDefault(refreshToken);
    }

    /// <summary>The consent page, which consents.</summary>
    public Answer Authorize(Call call)
    {
        if (call["redirect_uri"] is not { Length: > 0 } redirect || !Uri.TryCreate(redirect, UriKind.Absolute, out _))
            return Reply.Html(400, "The redirect_uri is missing or no absolute address.");
        string code;
        lock (gate)
        {
            code = new Guid(Bytes(0xC0DE)).ToString();
            codes.Add(code);
        }
        var state = call["state"] is { } given ? $"&state={Uri.EscapeDataString(given)}" : "";
        var location = $"{redirect}{(redirect.Contains('?', StringComparison.Ordinal) ? '&' : '?')}code={code}{state}";
        return new Answer(302, ReadOnlyMemory<byte>.Empty, null) { Headers = [new("Location", location)] };
    }

    /// <summary>The token endpoint.</summary>
    public Answer Exchange(Call call, string version)
    {
        var form = call.Form.DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value);
        if (form.GetValueOrDefault("client_id") is not { Length: > 0 } client || options.ClientId is { } id && client != id)
            throw Bad("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id");
        if (form.GetValueOrDefault("client_secret") is not { Length: > 0 } secret || options.ClientSecret is { } known && secret != known)
            throw Bad("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret");
        lock (gate)
        {
            IssuedTokens tokens;
            switch (form.GetValueOrDefault("grant_type"))
            {
                case "authorization_code":
                    if (!codes.Remove(form.GetValueOrDefault("code") ?? ""))
                        throw Bad("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code");
                    tokens = Issue();
                    break;
                case "refresh_token":
                    var token = form.GetValueOrDefault("refresh_token") ?? "";
                    if (!refresh.GetValueOrDefault(token))
                        throw Bad("invalid_grant", "BAD_REFRESH_TOKEN", "refresh token is invalid, expired or revoked");
                    tokens = Access(token);
                    break;
                case "client_credentials":
                    tokens = Issue();
                    break;
                default:
                    throw Bad("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unsupported grant type");
            }
            var answer = new JsonObject
            {
                ["token_type"] = "bearer",
                ["access_token"] = tokens.AccessToken,
                ["refresh_token"] = tokens.RefreshToken,
                ["expires_in"] = (int)Life.TotalSeconds,
            };
            if (version != "v1")
                (answer["hub_id"], answer["scopes"], answer["user_id"]) = (portalId, ScopeList(), 71003321);
            return Reply.Json(200, answer);
        }
    }

    public Answer DescribeAccess(string token)
    {
        lock (gate)
        {
            if (!access.TryGetValue(token, out var known) || known.ExpiresAt <= clock.Milliseconds)
                throw Refusal.Of(404, "access token not found", "OBJECT_NOT_FOUND");
            return Reply.Json(200, new JsonObject
            {
                ["token"] = token,
                ["user"] = "mara@example.com",
                ["hub_domain"] = "example.com",
                ["scopes"] = ScopeList(),
                ["hub_id"] = portalId,
                ["app_id"] = 1160452,
                ["expires_in"] = (known.ExpiresAt - clock.Milliseconds) / 1000,
                ["user_id"] = 71003321,
                ["token_type"] = "access",
                ["is_private_distribution"] = false,
            });
        }
    }

    public Answer DescribeRefresh(string token)
    {
        lock (gate)
        {
            if (!refresh.GetValueOrDefault(token))
                throw Refusal.Of(404, "refresh token not found", "OBJECT_NOT_FOUND");
            return Reply.Json(200, new JsonObject
            {
                ["token"] = token,
                ["user"] = "mara@example.com",
                ["hub_domain"] = "example.com",
                ["scopes"] = ScopeList(),
                ["hub_id"] = portalId,
                ["client_id"] = options.ClientId ?? "emulated-client",
                ["user_id"] = 71003321,
                ["token_type"] = "refresh",
            });
        }
    }

    public Answer RevokeRefresh(string token)
    {
        lock (gate)
            refresh[token] = false;
        return Reply.NoContent;
    }

    public Answer Introspect(Call call)
    {
        var form = call.Form.DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value);
        var token = form.GetValueOrDefault("token") ?? "";
        lock (gate)
        {
            var active = refresh.GetValueOrDefault(token) || access.TryGetValue(token, out var known) && known.ExpiresAt > clock.Milliseconds;
            return Reply.Json(200, active
                ? new JsonObject
                {
                    ["active"] = true, ["hub_id"] = portalId, ["user_id"] = 71003321, ["app_id"] = 1160452,
                    ["client_id"] = form.GetValueOrDefault("client_id"), ["scopes"] = ScopeList(),
                }
                : new JsonObject { ["active"] = false });
        }
    }

    public Answer Revoke(Call call)
    {
        var token = call.Form.FirstOrDefault(pair => pair.Key == "token").Value ?? "";
        lock (gate)
        {
            if (refresh.ContainsKey(token))
                refresh[token] = false;
            if (access.TryGetValue(token, out var known))
                access[token] = (known.Refresh, clock.Milliseconds);
        }
        return Reply.NoContent with { Status = 200 };
    }

    private byte[] Bytes(long purpose)
    {
        issued++;
        return [.. BitConverter.GetBytes(Chance.Mix(seed ^ purpose) ^ (ulong)issued),
            .. BitConverter.GetBytes(Chance.Mix(issued ^ purpose << 20))];
    }

    private static JsonArray ScopeList() => new([.. Scopes.Select(scope => JsonValue.Create(scope))]);

    private static Refusal Bad(string error, string status, string description) => new(400, new JsonObject
    {
        ["error"] = error, ["error_description"] = description, ["status"] = status, ["message"] = description,
        ["correlationId"] = "",
    });
}
