using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class TokenTests
{
    private const string Token = "/services/oauth2/token";

    [Fact]
    public async Task A_session_that_has_ended_is_refreshed_once_for_all_callers_and_the_call_repeated()
    {
        var credentials = OAuth();
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ => Fresh("00D!fresh")), credentials);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => salesforce.Connector.IdentifyAsync(CancellationToken.None)));

        var refresh = Assert.Single(salesforce.Requests, request => request.Path == Token);
        Assert.Null(refresh.Authorization);
        Assert.Equal("grant_type=refresh_token&refresh_token=refresh-1&client_id=c&client_secret=s", refresh.Body);
        Assert.Equal("refresh-1", Assert.Single(credentials.Saved).RefreshToken);
        Assert.Null(credentials.Saved[0].ExpiresAt);
    }

    [Fact]
    public async Task A_refresh_token_that_was_replaced_is_saved_before_its_session_is_used()
    {
        var credentials = OAuth();
        var savedBeforeUse = true;
        await using var salesforce = await SalesforceStub.StartAsync(Script(
            _ => Fresh("00D!fresh", refresh: "refresh-2"), seen: _ => savedBeforeUse &= credentials.Saved is [{ RefreshToken: "refresh-2" }]), credentials);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        Assert.True(savedBeforeUse);
    }

    [Fact]
    public async Task A_refresh_that_another_process_has_begun_is_waited_for_and_its_tokens_are_used()
    {
        var credentials = OAuth();
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ =>
        {
            // Meanwhile the other process has stored what it got.
            credentials.Replace(new Credentials { AccessToken = "00D!fresh", RefreshToken = "refresh-2", ClientId = "c" });
            return new StubAnswer(400, """{"error":"invalid_grant","error_description":"token request is already being processed"}""");
        }), credentials);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Single(salesforce.Requests, request => request.Path == Token);
    }

    [Fact]
    public async Task A_refresh_token_that_another_process_has_used_up_withdraws_nothing()
    {
        var credentials = OAuth();
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ =>
        {
            credentials.Replace(new Credentials { AccessToken = "00D!fresh", RefreshToken = "refresh-2", ClientId = "c" });
            return UsedUp;
        }), credentials);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Single(salesforce.Requests, request => request.Path == Token);
        Assert.Equal("refresh-2", (await credentials.LoadAsync(default)).RefreshToken);
    }

    [Fact]
    public async Task A_newer_refresh_token_is_tried_once_before_the_access_counts_as_withdrawn()
    {
        var credentials = OAuth();
        var stored = 1;
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ =>
        {
            credentials.Replace(new Credentials { AccessToken = "00D!old", RefreshToken = $"refresh-{++stored}", ClientId = "c" });
            return UsedUp;
        }), credentials);

        await Assert.ThrowsAsync<CrmUnauthorizedException>(() => salesforce.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Equal(["refresh-1", "refresh-2"], salesforce.Requests.Where(request => request.Path == Token)
            .Select(request => request.Body.Split('&').Single(pair => pair.StartsWith("refresh_token=", StringComparison.Ordinal))["refresh_token=".Length..]));
    }

    [Fact]
    public async Task An_account_that_is_reconnected_while_its_old_access_is_refreshed_keeps_the_new_one()
    {
        var credentials = OAuth();
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ =>
        {
            credentials.Replace(new Credentials { AccessToken = "00D!fresh", RefreshToken = "of-the-new-consent", ClientId = "c" });
            return Fresh("00D!late", refresh: "of-the-old-consent");
        }), credentials);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Equal("of-the-new-consent", (await credentials.LoadAsync(default)).RefreshToken);
    }

    [Theory]
    [InlineData("invalid_grant", "expired access/refresh token", "Reconnect")]
    [InlineData("invalid_client_id", "client identifier invalid", "consumer key")]
    [InlineData("invalid_grant", "ip restricted", "IP restrictions")]
    [InlineData("inactive_user", "user is inactive", "inactive")]
    public async Task An_access_that_is_dead_stops_with_a_sentence_and_is_not_asked_about_again(string error, string description, string told)
    {
        await using var salesforce = await SalesforceStub.StartAsync(
            Script(_ => new StubAnswer(400, $$"""{"error":"{{error}}","error_description":"{{description}}"}""")), OAuth());

        var failure = await Assert.ThrowsAsync<CrmUnauthorizedException>(() => salesforce.Connector.IdentifyAsync(CancellationToken.None));
        await Assert.ThrowsAsync<CrmUnauthorizedException>(() => salesforce.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("refresh-1", failure.Message, StringComparison.Ordinal);
        Assert.Single(salesforce.Requests, request => request.Path == Token);
    }

    [Theory]
    [InlineData(400, "<html>Bad Request</html>")]
    [InlineData(401, """[{"errorCode":"INVALID_SESSION_ID","message":"no reason"}]""")]
    [InlineData(403, """[{"errorCode":"FORBIDDEN","message":"blocked"}]""")]
    [InlineData(404, """[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]""")]
    [InlineData(503, "")]
    public async Task A_trouble_of_the_token_endpoint_withdraws_nothing_and_says_nothing_of_records(int status, string body)
    {
        var healed = false;
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ => healed ? Fresh("00D!fresh") : new StubAnswer(status, body)), OAuth());

        await Assert.ThrowsAsync<CrmUnavailableException>(() => salesforce.Connector.IdentifyAsync(CancellationToken.None));
        healed = true;

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Client_credentials_alone_open_an_org()
    {
        var credentials = new MemoryCredentials(new Credentials { AccessToken = "", ClientId = "key", ClientSecret = "s&ecret" });
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ => Fresh("00D!fresh")), credentials);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Equal("grant_type=client_credentials&client_id=key&client_secret=s%26ecret", salesforce.Requests[0].Body);
        Assert.Equal("00D!fresh", Assert.Single(credentials.Saved).AccessToken);
    }

    [Fact]
    public async Task An_assertion_is_signed_with_the_private_key_and_lives_for_minutes()
    {
        using var key = RSA.Create(2048);
        var credentials = new MemoryCredentials(new Credentials { AccessToken = "", ClientId = "key", UserName = "ops@acme.example", PrivateKey = key.ExportPkcs8PrivateKeyPem() });
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ => Fresh("00D!fresh")), credentials);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        var form = salesforce.Requests[0].Body.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair[1]));
        Assert.Equal("urn:ietf:params:oauth:grant-type:jwt-bearer", form["grant_type"]);
        var parts = form["assertion"].Split('.');
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        using var claims = JsonDocument.Parse(Base64Url(parts[1]));
        Assert.Equal(("key", "ops@acme.example", salesforce.Server.Url.ToString().TrimEnd('/')),
            (claims.RootElement.GetProperty("iss").GetString(), claims.RootElement.GetProperty("sub").GetString(), claims.RootElement.GetProperty("aud").GetString()));
        Assert.Equal(salesforce.Clock.GetUtcNow().AddMinutes(3).ToUnixTimeSeconds(), claims.RootElement.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task Calls_go_where_the_token_answer_says_the_org_is_and_follow_it_when_it_moves()
    {
        await using var moved = await StubServer.StartAsync(_ => Organization);
        var credentials = OAuth();
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ => Fresh("00D!fresh")), credentials);
        await credentials.SaveAsync((await credentials.LoadAsync(default)) with { AccessToken = "00D!fresh", ApiUrl = moved.Url }, default);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Equal("Bearer 00D!fresh", Assert.Single(moved.Requests).Authorization);
        Assert.Empty(salesforce.Requests);
    }

    [Fact]
    public async Task A_token_answer_that_names_a_foreign_address_is_refused()
    {
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ => StubAnswer.Ok(
            """{"access_token":"00D!fresh","instance_url":"https://acme.my.salesforce.com.evil.example"}""")), OAuth());

        await Assert.ThrowsAnyAsync<CrmException>(() => salesforce.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Single(salesforce.Requests, request => request.Path == Token);
    }

    [Fact]
    public async Task A_session_that_is_refused_after_a_refresh_as_well_is_refused()
    {
        await using var salesforce = await SalesforceStub.StartAsync(
            request => request.Path == Token ? Fresh("00D!fresh") : SalesforceStub.Error(401, "INVALID_SESSION_ID", "Session expired or invalid"), OAuth());

        await Assert.ThrowsAsync<CrmUnauthorizedException>(() => salesforce.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Equal(3, salesforce.Requests.Count);
    }

    [Fact]
    public async Task A_secret_that_is_changed_while_the_access_is_refreshed_is_kept_beside_the_new_tokens()
    {
        var credentials = OAuth();
        await using var salesforce = await SalesforceStub.StartAsync(Script(_ =>
        {
            credentials.Replace(new Credentials { AccessToken = "00D!old", RefreshToken = "refresh-1", ClientId = "c", ClientSecret = "new" });
            return Fresh("00D!fresh", refresh: "refresh-2");
        }), credentials);

        await salesforce.Connector.IdentifyAsync(CancellationToken.None);

        var kept = await credentials.LoadAsync(default);
        Assert.Equal(("00D!fresh", "refresh-2", "new"), (kept.AccessToken, kept.RefreshToken, kept.ClientSecret));
    }

    private static StubAnswer UsedUp => new(400, """{"error":"invalid_grant","error_description":"expired access/refresh token"}""");

    private static readonly StubAnswer Organization = StubAnswer.Ok(
        """{"totalSize":1,"done":true,"records":[{"attributes":{},"Id":"00D5e000000HEcPEAW","Name":"Acme","TimeZoneSidKey":"Europe/Berlin"}]}""");

    private static Func<StubRequest, StubAnswer?> Script(Func<StubRequest, StubAnswer> token, Action<StubRequest>? seen = null) => request =>
    {
        if (request.Path == Token)
            return token(request);
        if (request.Authorization != "Bearer 00D!fresh")
            return SalesforceStub.Error(401, "INVALID_SESSION_ID", "Session expired or invalid");
        seen?.Invoke(request);
        return Organization;
    };

    private static StubAnswer Fresh(string token, string? refresh = null) => StubAnswer.Ok(
        $$"""{"access_token":"{{token}}",{{(refresh is null ? "" : $"\"refresh_token\":\"{refresh}\",")}}"id":"https://login.salesforce.com/id/00D5e000000HEcPEAW/0055e000008VbYtAAK","token_type":"Bearer","issued_at":"1788256800000"}""");

    private static MemoryCredentials OAuth() =>
        new(new Credentials { AccessToken = "00D!old", RefreshToken = "refresh-1", ClientId = "c", ClientSecret = "s" });

    private static byte[] Base64Url(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
