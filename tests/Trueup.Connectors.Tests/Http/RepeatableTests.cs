using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Tests.Http;

public sealed class RepeatableTests
{
    [Theory]
    [InlineData(503, 1)]
    [InlineData(423, 2)]
    [InlineData(429, 2)]
    public async Task A_write_is_sent_again_only_if_it_was_surely_not_carried_out(int status, int requests)
    {
        await using var server = await StubServer.StartAsync(request => request.Number == 1 ? new StubAnswer(status, "{}") : StubAnswer.Ok("{}"));

        var failure = await Record.ExceptionAsync(() => SendAsync(server));

        Assert.Equal(requests, server.Requests.Count);
        Assert.Equal(requests == 1, failure is CrmUnavailableException);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_not_sent_again()
    {
        await using var server = await StubServer.StartAsync(_ => StubAnswer.Ok("{\"id\":\"1\"}") with { CutAfterBytes = 3 });

        var failure = await Assert.ThrowsAsync<CrmUnavailableException>(() => SendAsync(server));

        Assert.Single(server.Requests);
        Assert.Contains("Whether it was carried out is not known", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<int> SendAsync(StubServer server)
    {
        var clock = new QuickClock(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));
        using var budget = new ApiBudget(new HubSpotLimits().All, 0.8, 4, clock);
        using var invoker = new HttpMessageInvoker(CrmHttpHandlers.Create());
        var http = new CrmHttp(
            new CrmHttpSetup(server.Url, new HubSpotDialect(), Credentials: null, budget, clock, new Random(1), NullLogger.Instance), invoker);
        return await http.SendAsync(
            new CrmRequest(HttpMethod.Post, "/crm/v3/objects/contacts", "create contacts")
            {
                Body = Encoding.UTF8.GetBytes("""{"properties":{}}"""), Repeatable = false, Limits = [HubSpotDialect.Burst],
            },
            answer => answer.Status, CancellationToken.None);
    }
}
