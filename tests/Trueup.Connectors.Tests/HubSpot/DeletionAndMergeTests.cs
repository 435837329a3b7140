using System.Text;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class DeletionAndMergeTests
{
    private static readonly DateTimeOffset Since = new(2026, 9, 9, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_whole_bin_is_walked_and_what_was_archived_since_is_reported()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Query.Contains("after=2", StringComparison.Ordinal)
            ? HubSpotStub.Page([Archived(2, "2026-09-09T16:45:10.003Z"), Archived(3, "2026-01-01T00:00:00Z")])
            : HubSpotStub.Page([Archived(1, "2026-09-01T00:00:00Z")], after: "2"));

        var deletions = await ReadAsync(hubspot);

        Assert.Equal(new GoneRecord(new("2"), GoneCause.Archived, new DateTimeOffset(2026, 9, 9, 16, 45, 10, 3, TimeSpan.Zero)), Assert.Single(deletions));
        Assert.All(hubspot.Requests, request => Assert.Contains("archived=true", request.Query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_kind_of_record_without_a_bin_reports_nothing()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Query.Contains("archived=true", StringComparison.Ordinal)
            ? new StubAnswer(400, """{"message":"archived is not supported"}""")
            : HubSpotStub.Page([]));

        Assert.Empty(await ReadAsync(hubspot));
    }

    [Fact]
    public async Task A_bin_that_may_not_be_read_is_no_empty_bin()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(403, """{"category":"MISSING_SCOPES"}"""));

        await Assert.ThrowsAsync<CrmForbiddenException>(() => ReadAsync(hubspot));
    }

    [Theory]
    [InlineData("""{"hs_object_id":"13","hs_merged_object_ids":"11;12"}""", "11 12")]
    [InlineData("""{"hs_merged_object_ids" : "11" , "hs_object_id":"13"}""", "11")]
    [InlineData("""{"hs_object_id":"13","hs_calculated_merged_vids":"11:1789029602000;12:1789029602001"}""", "11 12")]
    [InlineData("""{"hs_object_id":"13","hs_all_contact_vids":"13;11;12"}""", "11 12")]
    [InlineData("""{"hs_all_contact_vids":"11;12","hs_object_id":"13"}""", "")]
    [InlineData("""{"hs_object_id":"13","hs_all_contact_vids":"13","hs_merged_object_ids":null}""", "")]
    [InlineData("""{"hs_object_id":"13","hs_merged_object_ids":""}""", "")]
    [InlineData("""{"note":"\"hs_merged_object_ids\":\"1;2\"","hs_object_id":"13"}""", "")]
    [InlineData("""{}""", "")]
    public async Task A_survivor_names_those_merged_into_it(string properties, string losers)
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => HubSpotStub.Page([]));

        var found = ((IReportsMerges)hubspot.Connector).LosersIn(HubSpotStub.Contacts, Encoding.UTF8.GetBytes(properties));

        Assert.Equal(losers.Split(' ', StringSplitOptions.RemoveEmptyEntries), found.Select(id => id.Value).Order());
    }

    private static string Archived(long id, string at) =>
        $$"""{"id":"{{id}}","properties":{},"updatedAt":"2026-03-01T09:00:00.500Z","archived":true,"archivedAt":"{{at}}"}""";

    private static async Task<List<GoneRecord>> ReadAsync(HubSpotStub hubspot)
    {
        var deletions = new List<GoneRecord>();
        await foreach (var page in ((IReportsDeletions)hubspot.Connector).ReadDeletionsAsync(HubSpotStub.Contacts, Since, CancellationToken.None))
            deletions.AddRange(page.Deletions);
        return deletions;
    }
}
