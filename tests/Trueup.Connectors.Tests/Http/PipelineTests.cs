using Trueup.Connectors.Tests.HubSpot;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.Http;

public sealed class PipelineTests
{
    private static readonly StubAnswer Counted = StubAnswer.Ok("""{"total":7,"results":[]}""");

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(423)]
    [InlineData(477)]
    [InlineData(524)]
    public async Task A_passing_trouble_passes_unnoticed(int status)
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Number < 3
            ? new StubAnswer(status, "<html>down</html>") { ContentType = "text/html", Headers = new Dictionary<string, string> { ["Retry-After"] = "2" } }
            : Counted);
        using var scope = ApiScope.Begin();

        Assert.Equal(7, await CountAsync(hubspot));

        Assert.Equal(3, scope.Calls);
        Assert.Equal(2, scope.Retries);
        Assert.True(scope.Bytes > 0);
        Assert.Equal(2, hubspot.Clock.Waits.Count(wait => wait >= TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_lasting_trouble_ends_after_five_tries()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(503, ""));

        var error = await Assert.ThrowsAsync<CrmUnavailableException>(() => CountAsync(hubspot));

        Assert.Equal(5, hubspot.Requests.Count);
        Assert.Contains("search contacts", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><body>Sign in</body></html>", "text/html")]
    [InlineData("", "application/json")]
    [InlineData("""{"total":7,"results":[{"id":"1","prop""", "application/json")]
    [InlineData("""{"message":"hello"}""", "application/json")]
    [InlineData("""[]""", "application/json")]
    public async Task An_answer_that_is_no_answer_is_tried_three_times_and_then_named(string body, string type)
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => StubAnswer.Ok(body) with
        {
            ContentType = type,
            Headers = new Dictionary<string, string> { ["X-HubSpot-Correlation-Id"] = "0c7d6a1e-6c0f-4b52-8a57-3a6f3d0f5f11" },
        });

        var error = await Assert.ThrowsAsync<CrmContractException>(() => CountAsync(hubspot));

        Assert.Equal(3, hubspot.Requests.Count);
        Assert.Contains("0c7d6a1e-6c0f-4b52-8a57-3a6f3d0f5f11", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_cut_off_on_its_way_is_asked_for_again()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Number == 1
            ? Counted with { CutAfterBytes = 9 }
            : Counted);

        Assert.Equal(7, await CountAsync(hubspot));
    }

    [Fact]
    public async Task A_burst_limit_closes_the_door_for_its_window()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Number == 1
            ? new StubAnswer(429, """{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}""")
            : StubAnswer.Ok("""{"portalId":1,"timeZone":"Europe/Zurich"}"""));

        await hubspot.Connector.IdentifyAsync(CancellationToken.None);

        Assert.Equal(2, hubspot.Requests.Count);
        Assert.Contains(hubspot.Clock.Waits, wait => wait >= TimeSpan.FromSeconds(9.9));
    }

    [Fact]
    public async Task A_search_limit_closes_searches_for_a_second_only()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Number == 1
            ? new StubAnswer(429, """{"status":"error","message":"You have reached your secondly limit.","category":"RATE_LIMITS"}""")
            : Counted);

        await CountAsync(hubspot);

        var waited = hubspot.Clock.GetUtcNow() - new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero);
        Assert.InRange(waited, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_used_up_day_stops_at_once_and_names_the_portals_midnight()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Path.StartsWith("/account-info", StringComparison.Ordinal)
            ? StubAnswer.Ok("""{"portalId":1,"timeZone":"America/New_York"}""")
            : new StubAnswer(429, """{"message":"You have reached your daily limit.","policyName":"DAILY"}"""));
        await hubspot.Connector.IdentifyAsync(CancellationToken.None);

        var error = await Assert.ThrowsAsync<CrmQuotaException>(() => CountAsync(hubspot));
        await Assert.ThrowsAsync<CrmQuotaException>(() => CountAsync(hubspot));

        Assert.Equal(new DateTimeOffset(2026, 9, 11, 4, 0, 0, TimeSpan.Zero), error.ResetsAt);
        Assert.Equal(2, hubspot.Requests.Count);
    }

    [Fact]
    public async Task Background_work_leaves_the_reserve_of_the_day_to_others()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => StubAnswer.Ok("""{"portalId":1,"timeZone":"UTC"}""") with
        {
            Headers = new Dictionary<string, string> { ["X-HubSpot-RateLimit-Daily"] = "1000", ["X-HubSpot-RateLimit-Daily-Remaining"] = "200" },
        });
        await hubspot.Connector.IdentifyAsync(CancellationToken.None);

        await Assert.ThrowsAsync<CrmQuotaException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));
        using (ApiScope.Begin(ApiPriority.Interactive))
            await hubspot.Connector.IdentifyAsync(CancellationToken.None);

        var daily = hubspot.Connector.Budget.Single(bucket => bucket.Name == "daily");
        Assert.Equal((1000, 200), (daily.Limit, daily.Reserve));
        Assert.Equal(2, hubspot.Requests.Count);
    }

    [Fact]
    public async Task Onboarding_stops_before_hourly_syncs_do()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => StubAnswer.Ok("""{"portalId":1,"timeZone":"UTC"}""") with
        {
            Headers = new Dictionary<string, string> { ["X-HubSpot-RateLimit-Daily"] = "1000", ["X-HubSpot-RateLimit-Daily-Remaining"] = "230" },
        });
        await hubspot.Connector.IdentifyAsync(CancellationToken.None);

        await Assert.ThrowsAsync<CrmQuotaException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));
        using (ApiScope.Begin(ApiPriority.Scheduled))
            await hubspot.Connector.IdentifyAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await StubServer.StartAsync(_ => Counted);
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(302, "")
        {
            Headers = new Dictionary<string, string> { ["Location"] = elsewhere.Url.ToString() },
        });

        await Assert.ThrowsAsync<CrmContractException>(() => CountAsync(hubspot));

        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Messages_hold_no_persons_data_and_no_tokens()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(400,
            """{"message":"Contact ada@example.com (+41 44 123 45 67) with pat-na1-0c7d6a1e-6c0f is wrong, see https://x.example/y?email=ada%40example.com"}"""));

        var error = await Assert.ThrowsAsync<CrmRefusedException>(() => CountAsync(hubspot));

        Assert.Contains("is wrong", error.Message, StringComparison.Ordinal);
        Assert.All(["ada", "123 45", "pat-na1", "%40"], secret => Assert.DoesNotContain(secret, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_scope_is_named()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(403,
            """{"status":"error","message":"This app hasn't been granted all required scopes to make this call.","category":"MISSING_SCOPES","errors":[{"message":"One or more of the following scopes are required.","context":{"requiredGranularScopes":["crm.objects.deals.read"]}}]}"""));

        var error = await Assert.ThrowsAsync<CrmForbiddenException>(() => CountAsync(hubspot));

        Assert.Equal(["crm.objects.deals.read"], error.MissingScopes);
        Assert.Single(hubspot.Requests);
    }

    [Fact]
    public async Task An_address_where_nothing_listens_is_named()
    {
        var hubspot = await HubSpotStub.StartAsync(_ => Counted);
        await hubspot.Server.DisposeAsync();

        var error = await Assert.ThrowsAsync<CrmUnavailableException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
        await hubspot.Connector.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_socket_that_falls_silent_is_given_up_and_asked_again(bool beforeHeaders)
    {
        var arrived = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        await using var hubspot = await HubSpotStub.StartAsync(request =>
        {
            if (request.Number > 1)
                return Counted;
            arrived.TrySetResult();
            return Counted with { BeforeHeaders = beforeHeaders ? never.Task : Task.CompletedTask, BeforeBody = never.Task };
        });

        var counting = CountAsync(hubspot);
        await arrived.Task;
        Assert.False(counting.IsCompleted);
        hubspot.Clock.ReachLimits();

        Assert.Equal(7, await counting);
        Assert.Equal(2, hubspot.Requests.Count);
        never.SetResult();
    }

    [Fact]
    public async Task Cancellation_leaves_as_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        var never = new TaskCompletionSource();
        await using var hubspot = await HubSpotStub.StartAsync(_ =>
        {
            cancellation.Cancel();
            return Counted with { BeforeBody = never.Task };
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ((ICounts)hubspot.Connector).CountAsync(HubSpotStub.Contacts, cancellation.Token));
        never.SetResult();
    }

    [Fact]
    public async Task The_crms_own_time_is_what_its_latest_answer_said()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => Counted with
        {
            Headers = new Dictionary<string, string> { ["Date"] = "Thu, 10 Sep 2026 07:59:30 GMT" },
        });
        Assert.Equal(hubspot.Clock.GetUtcNow(), hubspot.Connector.Now);

        await CountAsync(hubspot);
        hubspot.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(new DateTimeOffset(2026, 9, 10, 7, 59, 30, TimeSpan.Zero), hubspot.Connector.Now);
    }

    private static Task<long> CountAsync(HubSpotStub hubspot) =>
        ((ICounts)hubspot.Connector).CountAsync(HubSpotStub.Contacts, CancellationToken.None);
}
