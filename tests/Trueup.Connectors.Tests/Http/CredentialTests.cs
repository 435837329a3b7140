using System.Globalization;
using System.Net;
using Trueup.Connectors.Tests.HubSpot;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.Http;

public sealed class CredentialTests
{
    private static readonly DateTimeOffset Start = new(2026, 9, 10, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Many_callers_refresh_an_ended_token_once_and_save_it_before_they_use_it()
    {
        var credentials = OAuth(Start.AddMinutes(-1));
        var savedBeforeUse = true;
        await using var hubspot = await HubSpotStub.StartAsync(request =>
        {
            if (request.Path == "/oauth/v1/token")
                return Fresh("fresh");
            savedBeforeUse &= credentials.Saved.Count == 1;
            return Account;
        }, credentials);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => hubspot.Connector.IdentifyAsync(CancellationToken.None)));

        var refresh = Assert.Single(hubspot.Requests, request => request.Path == "/oauth/v1/token");
        Assert.Null(refresh.Authorization);
        Assert.Contains("grant_type=refresh_token", refresh.Body, StringComparison.Ordinal);
        Assert.All(hubspot.Requests.Where(request => request.Path != "/oauth/v1/token"), request => Assert.Equal("Bearer fresh", request.Authorization));
        Assert.True(savedBeforeUse);
        Assert.Equal(hubspot.Clock.GetUtcNow().AddMinutes(30), Assert.Single(credentials.Saved).ExpiresAt!.Value, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_token_is_refreshed_before_it_ends()
    {
        var credentials = OAuth(Start.AddMinutes(2));
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Path == "/oauth/v1/token" ? Fresh("fresh") : Account, credentials);

        await hubspot.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Single(credentials.Saved);
    }

    [Fact]
    public async Task A_token_that_ends_in_mid_walk_is_replaced_and_the_walk_goes_on()
    {
        var credentials = OAuth(Start.AddHours(1));
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Path: "/oauth/v1/token" } => Fresh("fresh"),
            { Authorization: "Bearer fresh" } => HubSpotStub.Page([HubSpotStub.Record(2)]),
            { Query: var query } when query.Contains("after=", StringComparison.Ordinal) => new StubAnswer(401, """{"category":"EXPIRED_AUTHENTICATION","message":"expired 12 second(s) ago"}"""),
            _ => HubSpotStub.Page([HubSpotStub.Record(1)], after: "2"),
        }, credentials);

        var records = await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], null));

        Assert.Equal(["1", "2"], records.Select(record => record.Id));
    }

    [Fact]
    public async Task A_withdrawn_consent_stops_at_once_and_is_not_asked_about_again()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Path == "/oauth/v1/token"
            ? new StubAnswer(400, """{"error":"invalid_grant","status":"BAD_REFRESH_TOKEN","message":"refresh token is invalid, expired or revoked"}""")
            : Account, OAuth(Start.AddMinutes(-1)));

        var error = await Assert.ThrowsAsync<CrmUnauthorizedException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));
        await Assert.ThrowsAsync<CrmUnauthorizedException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Single(hubspot.Requests);
        Assert.Contains("Reconnect", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "<html>Bad Request</html>")]
    [InlineData(401, """{"status":"error","message":"no reason","category":"INVALID_AUTHENTICATION"}""")]
    [InlineData(403, """{"status":"error","message":"blocked"}""")]
    [InlineData(404, """{"status":"error","message":"resource not found"}""")]
    [InlineData(503, "")]
    public async Task A_trouble_of_the_token_endpoint_withdraws_nothing_and_says_nothing_of_records(int status, string body)
    {
        var healed = false;
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Path: "/oauth/v1/token" } => healed ? Fresh("fresh") : new StubAnswer(status, body),
            _ => HubSpotStub.Page([HubSpotStub.Record(1)]),
        }, OAuth(Start.AddMinutes(-1)));

        await Assert.ThrowsAsync<CrmUnavailableException>(() => hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], null)));
        healed = true;

        Assert.Single(await hubspot.ReadAllAsync(new FullRead(HubSpotStub.Contacts, ["a"], null)));
    }

    [Fact]
    public async Task A_busy_token_endpoint_is_waited_for()
    {
        var credentials = OAuth(Start.AddMinutes(-1));
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Number: 1 } => new StubAnswer(429, """{"message":"You have reached your rate limit."}""") { Headers = new Dictionary<string, string> { ["Retry-After"] = "7" } },
            { Path: "/oauth/v1/token" } => Fresh("fresh"),
            _ => Account,
        }, credentials);

        await hubspot.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Contains(hubspot.Clock.Waits, wait => wait >= TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_wrong_static_token_is_refused_with_hubspots_reason()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(401,
            """{"status":"error","message":"Authentication credentials not found.","category":"INVALID_AUTHENTICATION"}"""));

        var error = await Assert.ThrowsAsync<CrmUnauthorizedException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Contains("Authentication credentials not found", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pat-test", error.Message, StringComparison.Ordinal);
        Assert.True(hubspot.Requests.Count <= 2);
    }

    [Fact]
    public async Task Credentials_replaced_by_a_person_are_used_without_a_restart()
    {
        var credentials = MemoryCredentials.Static("old");
        await using var hubspot = await HubSpotStub.StartAsync(
            request => request.Authorization == "Bearer new" ? Account : new StubAnswer(401, "{}"), credentials);
        await Assert.ThrowsAsync<CrmUnauthorizedException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));

        await credentials.SaveAsync(new Credentials { AccessToken = "new" }, CancellationToken.None);

        Assert.Equal("portal 1", (await hubspot.Connector.IdentifyAsync(CancellationToken.None)).ExternalId);
    }

    private static StubAnswer Account => StubAnswer.Ok("""{"portalId":1,"timeZone":"UTC"}""");

    private static StubAnswer Fresh(string token) => StubAnswer.Ok(
        string.Create(CultureInfo.InvariantCulture, $$"""{"token_type":"bearer","access_token":"{{token}}","refresh_token":"r","expires_in":1800}"""));

    private static MemoryCredentials OAuth(DateTimeOffset end) => new(new Credentials
    {
        AccessToken = "first", RefreshToken = "r", ClientId = "client", ClientSecret = "secret", ExpiresAt = end,
    });
}
