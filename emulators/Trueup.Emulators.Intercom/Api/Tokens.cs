using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Who may ask: a static token, or OAuth tokens, which do not end until somebody withdraws them (facts, section 1).</summary>
internal sealed class Tokens(IntercomEmulatorOptions options)
{
    private readonly HashSet<string> codes = [];
    private readonly HashSet<string> issued = [];
    private readonly HashSet<string> withdrawn = [];
    private readonly HashSet<string> seen = [];
    private int count;
    private int? left;

    /// <summary>Issues a token as if a person had consented.</summary>
    public string Issue()
    {
        var token = $"tok_{options.Seed:x}_{++count:x8}";
        issued.Add(token);
        return token;
    }

    /// <summary>Whether a token opens the workspace.</summary>
    public bool IsLive(string token) => !withdrawn.Contains(token);

    /// <summary>Ends every token, after some more requests.</summary>
    public void Expire(int after)
    {
        left = after;
        Withdraw();
    }

    public void Relent()
    {
        left = null;
        withdrawn.Clear();
    }

    /// <exception cref="Refusal">401.</exception>
    public void Check(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || authorization.Length < 8)
            throw Refusal.Unauthorized("missing_authorization");
        var token = authorization[7..].Trim();
        if (left is > 0)
            left--;
        Withdraw();
        if (withdrawn.Contains(token))
            throw Refusal.Unauthorized("token_revoked");
        if (!issued.Contains(token) && options.Token is { } only && token != only)
            throw Refusal.Unauthorized();
        seen.Add(token);
    }

    public Answer Authorize(Call call)
    {
        if (options.ClientId is { } id && call["client_id"] != id)
            throw Refusal.Invalid("client_id is not known");
        if (call["redirect_uri"] is not { } redirect)
            throw Refusal.Invalid("redirect_uri is missing", "parameter_missing");
        var code = $"code_{++count:x8}";
        codes.Add(code);
        var address = $"{redirect}{(redirect.Contains('?') ? '&' : '?')}code={code}&state={Uri.EscapeDataString(call["state"] ?? "")}";
        return new Answer(302, default, null) { Headers = [new("Location", address)] };
    }

    /// <summary>Exchanges a code. There is no refresh token, and tokens do not end by time.</summary>
    public Answer Exchange(Call call)
    {
        var sent = call.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true
            ? Body.Parse(call).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "")
            : call.Form.ToDictionary(pair => pair.Key, pair => pair.Value);
        if ((options.ClientId is { } id && sent.GetValueOrDefault("client_id") != id) || (options.ClientSecret is { } secret && sent.GetValueOrDefault("client_secret") != secret))
            throw Refusal.Unauthorized();
        if (!codes.Remove(sent.GetValueOrDefault("code") ?? ""))
            throw new Refusal(401, "unauthorized", "The code is not valid");
        var token = Issue();
        return Reply.Json(new JsonObject { ["token_type"] = "Bearer", ["token"] = token, ["access_token"] = token });
    }

    private void Withdraw()
    {
        if (left != 0)
            return;
        withdrawn.UnionWith(seen);
        withdrawn.UnionWith(issued);
        left = null;
    }
}
