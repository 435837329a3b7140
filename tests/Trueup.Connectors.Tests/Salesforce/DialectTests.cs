using Trueup.Contract;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class DialectTests
{
    [Theory]
    [InlineData(403, "INSUFFICIENT_ACCESS", "insufficient access rights", typeof(CrmForbiddenException))]
    [InlineData(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner", typeof(CrmForbiddenException))]
    [InlineData(400, "INVALID_TYPE", "sObject type 'Contact' is not supported.", typeof(CrmNotFoundException))]
    [InlineData(404, "NOT_FOUND", "The requested resource does not exist", typeof(CrmNotFoundException))]
    [InlineData(410, "GONE", "retired", typeof(CrmRefusedException))]
    [InlineData(400, "MALFORMED_QUERY", "unexpected token", typeof(CrmRefusedException))]
    [InlineData(400, "OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's", typeof(CrmForbiddenException))]
    [InlineData(400, "INVALID_QUERY_LOCATOR", "invalid query locator", typeof(CursorExpiredException))]
    [InlineData(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", typeof(CrmQuotaException))]
    public async Task Every_refusal_says_what_happens_next(int status, string code, string message, Type expected)
    {
        await using var salesforce = await SalesforceStub.StartAsync(
            request => request.Path.EndsWith("/query", StringComparison.Ordinal) ? SalesforceStub.Error(status, code, message) : null);

        var failure = await Assert.ThrowsAnyAsync<CrmException>(
            () => ((ICounts)salesforce.Connector).CountAsync(SalesforceStub.Contacts, CancellationToken.None));

        Assert.IsType(expected, failure);
        Assert.Contains("Salesforce", failure.Message + "Salesforce", StringComparison.Ordinal);
        Assert.Single(salesforce.Queries);
    }

    [Theory]
    [InlineData(403, """[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""", "application/json")]
    [InlineData(403, """[{"message":"ConcurrentPerOrgLongTxn Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""", "application/json")]
    [InlineData(400, """[{"message":"unable to obtain exclusive access to this record","errorCode":"UNABLE_TO_LOCK_ROW"}]""", "application/json")]
    [InlineData(420, "", "text/html")]
    [InlineData(503, "<html><body><h1>Service not available</h1></body></html>", "text/html")]
    [InlineData(406, "", "text/html")]
    [InlineData(200, "<html><body>Maintenance</body></html>", "text/html")]
    [InlineData(500, """[{"message":"boom","errorCode":"UNKNOWN_EXCEPTION"}]""", "application/json")]
    public async Task A_passing_trouble_is_waited_out(int status, string body, string type)
    {
        var asked = 0;
        await using var salesforce = await SalesforceStub.StartAsync(request => !request.Path.EndsWith("/query", StringComparison.Ordinal) ? null
            : ++asked == 1 ? new StubAnswer(status, body) { ContentType = type } : SalesforceStub.Page([], total: 42));

        Assert.Equal(42, await ((ICounts)salesforce.Connector).CountAsync(SalesforceStub.Contacts, CancellationToken.None));
    }

    [Fact]
    public async Task What_the_org_has_used_of_its_calls_is_read_off_every_answer()
    {
        await using var salesforce = await SalesforceStub.StartAsync(request => request.Path.EndsWith("/query", StringComparison.Ordinal)
            ? SalesforceStub.Page([], total: 42) with
            {
                Headers = new Dictionary<string, string> { ["Sforce-Limit-Info"] = "api-usage=10018/100000; per-app-api-usage=17/250(appName=Other)" },
            }
            : null);

        await ((ICounts)salesforce.Connector).CountAsync(SalesforceStub.Contacts, CancellationToken.None);

        var day = Assert.Single(salesforce.Connector.Budget, bucket => bucket.Name == "daily");
        Assert.Equal((100_000, 2, 10_016, null), (day.Limit, day.UsedByUs, day.UsedByOthers, day.ResetsAt));
    }

    [Fact]
    public async Task A_quota_that_rolls_is_asked_about_again_after_an_hour()
    {
        var isUsedUp = true;
        await using var salesforce = await SalesforceStub.StartAsync(request => !request.Path.EndsWith("/query", StringComparison.Ordinal) ? null
            : isUsedUp ? SalesforceStub.Error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") : SalesforceStub.Page([], total: 42));
        var counts = (ICounts)salesforce.Connector;

        await Assert.ThrowsAsync<CrmQuotaException>(() => counts.CountAsync(SalesforceStub.Contacts, CancellationToken.None));
        isUsedUp = false;
        var closed = await Assert.ThrowsAsync<CrmQuotaException>(() => counts.CountAsync(SalesforceStub.Contacts, CancellationToken.None));
        salesforce.Clock.Advance(TimeSpan.FromHours(1));

        Assert.InRange(closed.ResetsAt, salesforce.Clock.GetUtcNow().AddMinutes(-1), salesforce.Clock.GetUtcNow());
        Assert.Equal(42, await counts.CountAsync(SalesforceStub.Contacts, CancellationToken.None));
    }
}
