using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Bearer tokens and what they open (facts, section 1). OAuth tokens live until they are withdrawn; there are no refresh tokens.</summary>
internal sealed class Tokens(VirtualClock clock, IntercomEmulatorOptions options)
{
    private const long CodeLife = 600_000;

    private static readonly string[] Regions = ["US", "EU", "AU"];

    private readonly Dictionary<string, (string Client, long At)> codes = [];
    private readonly Dictionary<string, bool> issued = [];
    private readonly HashSet<string> staticTokens = [];
    private readonly HashSet<string> ended = [];
    private ExpireControl? pending;
    private int requestsLeft;
    private long drawn;

    /// <summary>Issues a token as if a person had consented.</summary>
    public string Issue()
    {
        var token = "dG9r" + Draw(0x70CE, 40);
        issued[token] = true;
        return token;
    }

    /// <summary>Whether an issued token still opens the workspace.</summary>
    public bool IsLive(string token) => issued.GetValueOrDefault(token);

    /// <summary>Refuses a request whose bearer token opens nothing.</summary>
    public void Check(string? authorization)
    {
        const string Scheme = "Bearer ";
        var token = authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? authorization[Scheme.Length..].Trim() : "";
        if (token.Length == 0)
            throw Refusal.Unauthorized();
        if (pending is { } control && --requestsLeft < 0)
        {
            pending = null;
            Expire(control with { After = 0 });
        }
        if (issued.TryGetValue(token, out var live))
        {
            if (!live)
                throw new Refusal(401, "token_revoked", "Access Token has been revoked");
            return;
        }
        if (options.Token is { } only && token != only || ended.Contains(token) || IsOfAnotherRegion(token))
            throw Refusal.Unauthorized();
        staticTokens.Add(token);
    }

    /// <summary>Withdraws tokens at once, or after some more requests.</summary>
    public void Expire(ExpireControl control)
    {
        if (control.After > 0)
        {
            (pending, requestsLeft) = (control, control.After);
            return;
        }
        foreach (var token in issued.Keys.ToList())
            issued[token] = false;
        ended.UnionWith(staticTokens);
    }

    /// <summary>Accepts again the static tokens that a control has ended.</summary>
    public void Relent()
    {
        ended.Clear();
        pending = null;
    }

    /// <summary>The consent page, which consents at once. Scopes are those of the app, not asked for.</summary>
    public Answer Authorize(Call call)
    {
        if (call["client_id"] is not { Length: > 0 } client || options.ClientId is { } known && client != known)
            return Reply.Html(400, "Invalid client_id");
        if (call["redirect_uri"] is not { Length: > 0 } redirect || !Uri.TryCreate(redirect, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
            return Reply.Html(400, "Invalid redirect_uri");
        var code = Draw(0xC0DE, 32);
        codes[code] = (client, clock.Milliseconds);
        return new Answer(302, ReadOnlyMemory<byte>.Empty, null)
        {
            Headers = [new("Location", $"{redirect}{(address.Query.Length > 0 ? '&' : '?')}code={code}" + (call["state"] is { } state ? $"&state={Uri.EscapeDataString(state)}" : ""))],
        };
    }

    /// <summary>Gives a token for a code, which can be used once.</summary>
    public Answer Exchange(Call call)
    {
        var body = call.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true ? Body.Parse(call) : default;
        string? Read(string name) => body.Text(name) ?? call.Form.FirstOrDefault(pair => pair.Key == name).Value ?? call[name];
        if (Read("client_id") is not { Length: > 0 } client || options.ClientId is { } known && client != known || options.ClientSecret is { } secret && Read("client_secret") != secret)
            throw Refusal.Unauthorized();
        if (!codes.Remove(Read("code") ?? "", out var code) || code.Client != client || code.At + CodeLife <= clock.Milliseconds)
            throw Refusal.NotFound("Code not found or expired", "token_not_found");
        var token = Issue();
        return Reply.Json(200, new JsonObject { ["token_type"] = "Bearer", ["token"] = token, ["access_token"] = token });
    }

    private bool IsOfAnotherRegion(string token) =>
        Regions.Any(region => region != options.Region && token.StartsWith(region + ":", StringComparison.OrdinalIgnoreCase));

    // Letters and digits, from the seed.
    private string Draw(long purpose, int characters)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        drawn++;
        return string.Create(characters, (Seed: options.Seed ^ purpose, Number: drawn), static (text, from) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = Alphabet[(int)(Chance.Of(from.Seed, from.Number, i) * Alphabet.Length)];
        });
    }
}
