using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class AccessTests
{
    private const string Limits = "/services/data/v67.0/limits";
    private const string Token = "/services/oauth2/token";
    private const string Client = "client_id=c&client_secret=s";

    [Fact]
    public async Task A_consent_with_a_challenge_and_no_method_opens_to_who_has_the_verifier()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var verifier = "a-verifier-of-at-least-forty-three-characters-0123456789";
        var challenge = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        async Task<string> Consent()
        {
            var answer = await org.GetAsync($"/services/oauth2/authorize?response_type=code&client_id=c&redirect_uri=http%3A%2F%2Flocalhost%2Fback&scope=api%20refresh_token&state=s%201&code_challenge={challenge}");
            Assert.Equal(302, answer.Status);
            var query = HttpUtility.ParseQueryString(new Uri(answer.Headers["Location"]).Query);
            Assert.Equal("s 1", query["state"]);
            return query["code"]!;
        }

        var code = await Consent();
        var tokens = await ExchangeAsync(org, $"grant_type=authorization_code&code={code}&{Client}&redirect_uri=http://localhost/back&code_verifier={verifier}");

        Assert.Equal(200, tokens.Status);
        Assert.Equal(org.Crm.Url.ToString().TrimEnd('/'), tokens.Json.GetProperty("instance_url").GetString());
        Assert.False(tokens.Json.TryGetProperty("expires_in", out _));
        Assert.Matches(@"^00D\w{12}![\w.]+$", Access(tokens));
        Assert.Equal(200, (await org.GetAsync(Limits, Bearer(Access(tokens)))).Status);
        Assert.Equal("invalid_grant", Error(await ExchangeAsync(org, $"grant_type=authorization_code&code={code}&{Client}&redirect_uri=http://localhost/back&code_verifier={verifier}")));
        Assert.Equal("invalid_grant", Error(await ExchangeAsync(org, $"grant_type=authorization_code&code={await Consent()}&{Client}&redirect_uri=http://localhost/back&code_verifier=wrong")));
    }

    [Fact]
    public async Task Who_is_connected_is_told_by_the_identity_that_came_with_the_token()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var tokens = await ExchangeAsync(org, $"grant_type=client_credentials&{Client}");

        var identity = await org.GetAsync($"{new Uri(tokens.Json.GetProperty("id").GetString()!).AbsolutePath}?format=json&oauth_token={Uri.EscapeDataString(Access(tokens))}", ("Authorization", "Bearer"));
        Assert.Equal("user1@example.com", identity.Json.GetProperty("username").GetString());
        var user = await org.GetAsync("/services/oauth2/userinfo", Bearer(Access(tokens)));
        Assert.Equal(identity.Json.GetProperty("user_id").GetString(), user.Json.GetProperty("user_id").GetString());
        Assert.Equal("user1@example.com", (await org.GetAsync($"/sobjects/User/{user.Json.GetProperty("user_id").GetString()}")).Json.GetProperty("Username").GetString());
    }

    [Fact]
    public async Task A_session_lives_two_hours_after_its_last_use_and_a_refresh_begins_the_next()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var tokens = org.Crm.IssueTokens();

        org.Clock.Advance(TimeSpan.FromMinutes(119));
        Assert.Equal(200, (await org.GetAsync(Limits, Bearer(tokens.AccessToken))).Status);
        org.Clock.Advance(TimeSpan.FromMinutes(119));
        Assert.Equal(200, (await org.GetAsync(Limits, Bearer(tokens.AccessToken))).Status);
        org.Clock.Advance(TimeSpan.FromMinutes(121));
        var expired = await org.GetAsync(Limits, Bearer(tokens.AccessToken));
        Assert.Equal((401, "INVALID_SESSION_ID", "Session expired or invalid"), (expired.Status, expired.Code, expired.Message));

        var refreshed = await ExchangeAsync(org, $"grant_type=refresh_token&{Client}&refresh_token={tokens.RefreshToken}");
        Assert.False(refreshed.Json.TryGetProperty("refresh_token", out _));
        Assert.Equal(200, (await org.GetAsync(Limits, Bearer(Access(refreshed)))).Status);
    }

    [Fact]
    public async Task With_rotation_a_refresh_ends_the_session_before_and_a_replay_ends_everything()
    {
        await using var org = await SalesforceCalls.StartAsync(options: new() { RotateRefreshTokens = true });
        var tokens = org.Crm.IssueTokens();

        var refreshed = await ExchangeAsync(org, $"grant_type=refresh_token&{Client}&refresh_token={tokens.RefreshToken}");
        Assert.NotEqual(tokens.RefreshToken, refreshed.Json.GetProperty("refresh_token").GetString());
        Assert.Equal(401, (await org.GetAsync(Limits, Bearer(tokens.AccessToken))).Status);
        var atOnce = await ExchangeAsync(org, $"grant_type=refresh_token&{Client}&refresh_token={tokens.RefreshToken}");
        Assert.Equal("token request is already being processed", atOnce.Json.GetProperty("error_description").GetString());
        Assert.Equal(200, (await org.GetAsync(Limits, Bearer(Access(refreshed)))).Status);

        org.Clock.Advance(TimeSpan.FromSeconds(5));
        var replayed = await ExchangeAsync(org, $"grant_type=refresh_token&{Client}&refresh_token={tokens.RefreshToken}");
        Assert.Equal((400, "expired access/refresh token"), (replayed.Status, replayed.Json.GetProperty("error_description").GetString()));
        Assert.Equal(401, (await org.GetAsync(Limits, Bearer(Access(refreshed)))).Status);
        Assert.Equal(400, (await ExchangeAsync(org, $"grant_type=refresh_token&{Client}&refresh_token={refreshed.Json.GetProperty("refresh_token").GetString()}")).Status);
    }

    [Fact]
    public async Task With_rotation_a_refresh_ends_the_open_queries_too()
    {
        await using var org = await SalesforceCalls.StartAsync(options: new() { RotateRefreshTokens = true, Records = 300 });
        var tokens = org.Crm.IssueTokens();
        var next = (await org.QueryAsync("SELECT Id FROM Contact", Bearer(tokens.AccessToken), ("Sforce-Query-Options", "batchSize=200"))).Next!;

        var refreshed = await ExchangeAsync(org, $"grant_type=refresh_token&{Client}&refresh_token={tokens.RefreshToken}");

        Assert.Equal("INVALID_QUERY_LOCATOR", (await org.GetAsync(next, Bearer(Access(refreshed)))).Code);
    }

    [Fact]
    public async Task Client_credentials_are_for_the_orgs_own_host_alone()
    {
        await using var org = await SalesforceCalls.StartAsync();

        Assert.Equal(200, (await ExchangeAsync(org, $"grant_type=client_credentials&{Client}")).Status);
        var refused = await org.FormAsync(Token, $"grant_type=client_credentials&{Client}", ("Host", "login.salesforce.com"));
        Assert.Equal((400, "request not supported on this domain"), (refused.Status, refused.Json.GetProperty("error_description").GetString()));
    }

    [Theory]
    [InlineData("user1@example.com", 1_789_027_800_000, 200)]
    [InlineData("user1@example.com", 1_789_027_500, 200)]
    [InlineData("user1@example.com", 1_789_020_000, 400)]
    [InlineData("nobody@example.com", 1_789_027_800, 400)]
    public async Task An_assertion_opens_for_a_user_until_it_expires_in_seconds_or_milliseconds(string user, long expires, int status)
    {
        await using var org = await SalesforceCalls.StartAsync();
        var claims = JsonSerializer.Serialize(new { iss = "c", sub = user, aud = org.Crm.Url.ToString(), exp = expires });
        var assertion = $"e30.{Convert.ToBase64String(Encoding.UTF8.GetBytes(claims)).TrimEnd('=').Replace('+', '-').Replace('/', '_')}.c2ln";

        var answer = await ExchangeAsync(org, $"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_revoked_refresh_token_takes_its_sessions_along()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var tokens = org.Crm.IssueTokens();

        Assert.Equal((200, ""), (await org.FormAsync("/services/oauth2/revoke", $"token={tokens.RefreshToken}")) is var done ? (done.Status, done.Text) : default);

        Assert.Equal(401, (await org.GetAsync(Limits, Bearer(tokens.AccessToken))).Status);
        Assert.Equal("invalid_grant", Error(await ExchangeAsync(org, $"grant_type=refresh_token&{Client}&refresh_token={tokens.RefreshToken}")));
    }

    [Fact]
    public async Task Only_the_client_and_the_token_that_were_set_are_accepted()
    {
        await using var org = await SalesforceCalls.StartAsync(options: new() { ClientId = "us", ClientSecret = "secret", Token = "ours" });

        Assert.Equal("invalid_client_id", Error(await ExchangeAsync(org, "grant_type=client_credentials&client_id=them&client_secret=secret")));
        Assert.Equal("invalid_client", Error(await ExchangeAsync(org, "grant_type=client_credentials&client_id=us&client_secret=guess")));
        var basic = ("Authorization", $"Basic {Convert.ToBase64String("us:secret"u8)}");
        Assert.Equal(200, (await org.FormAsync(Token, "grant_type=client_credentials", basic)).Status);
        Assert.Equal(401, (await org.GetAsync(Limits, Bearer("theirs"))).Status);
        Assert.Equal(200, (await org.GetAsync(Limits, Bearer("ours"))).Status);
    }

    private static Task<SalesforceAnswer> ExchangeAsync(SalesforceCalls org, string form) => org.FormAsync(Token, form);

    private static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    private static string Access(SalesforceAnswer answer) => answer.Json.GetProperty("access_token").GetString()!;

    private static string? Error(SalesforceAnswer answer) => answer.Json.GetProperty("error").GetString();
}
