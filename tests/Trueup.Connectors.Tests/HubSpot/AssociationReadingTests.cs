using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class AssociationReadingTests
{
    private static readonly StreamDescription Companies = new(new StreamName("companies"), "Companies", "0-2", new StreamTraits());

    [Fact]
    public async Task All_links_of_a_record_arrive_however_often_hubspot_splits_them()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("inputs")[0] is var input
            && input.TryGetProperty("after", out var after)
                ? after.GetString() == "500" ? Links("""{"from":{"id":"1"},"to":[{"toObjectId":"8","associationTypes":[{"category":"USER_DEFINED","typeId":44,"label":"Reseller"}]}]}""") : StubAnswer.Ok("{}")
                : Links("""
                    {"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341,"label":null},{"category":"HUBSPOT_DEFINED","typeId":5,"label":"Primary"}]}],"paging":{"next":{"after":"500"}}},
                    {"from":{"id":"2"},"to":[]}
                    """));

        var answer = await ReadAsync(hubspot, "1", "2");

        Assert.Equal(
            [
                new Association(new("7"), "HUBSPOT_DEFINED", "341", null), new Association(new("7"), "HUBSPOT_DEFINED", "5", "Primary"),
                new Association(new("8"), "USER_DEFINED", "44", "Reseller"),
            ],
            answer.Single(links => links.Source.Value == "1").Links);
        Assert.Empty(answer.Single(links => links.Source.Value == "2").Links);
    }

    [Fact]
    public async Task A_record_without_links_comes_with_an_empty_list()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(207,
            """{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"OBJECT_NOT_FOUND","subCategory":"crm.associations.NO_ASSOCIATIONS_FOUND","message":"No company is associated with deal 9.","context":{"fromObjectId":["9"]}}]}"""));

        Assert.Empty(Assert.Single(await ReadAsync(hubspot, "9")).Links);
    }

    [Fact]
    public async Task A_source_that_is_gone_does_not_keep_the_others_from_being_read()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(207,
            """{"results":[{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}]}],"errors":[{"category":"OBJECT_NOT_FOUND","message":"gone","context":{"fromObjectId":["2"]}}]}"""));

        var answer = await ReadAsync(hubspot, "1", "2");

        Assert.Single(answer[0].Links);
        Assert.Empty(answer[1].Links);
    }

    [Fact]
    public async Task A_source_that_failed_is_never_taken_for_one_without_links()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(207,
            """{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"INTERNAL_ERROR","message":"boom","context":{"fromObjectId":["9"]}}]}"""));

        await Assert.ThrowsAsync<CrmUnavailableException>(() => ReadAsync(hubspot, "9"));
    }

    [Fact]
    public async Task A_source_that_is_not_mentioned_is_never_taken_for_one_without_links()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => Links("""{"from":{"id":"1"},"to":[]}"""));

        await Assert.ThrowsAsync<CrmContractException>(() => ReadAsync(hubspot, "1", "2"));
    }

    [Theory]
    [InlineData("""{"from":{"id":"1"},"to":[{"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[{"toObjectId":null,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[{"toObjectId":7}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[]}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[341]}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED"}]}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"typeId":341}]}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[7]}""")]
    [InlineData("""{"from":{"id":"1"},"to":null}""")]
    [InlineData("""{"from":{"id":"1"}}""")]
    [InlineData("""{"from":{},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}]}""")]
    [InlineData("""{"from":{"id":"1"},"to":[]},{"from":{},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}]}""")]
    public async Task A_link_that_cannot_be_read_is_never_taken_for_none(string results)
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => Links(results));

        await Assert.ThrowsAsync<CrmContractException>(() => ReadAsync(hubspot, "1"));
    }

    [Fact]
    public async Task A_source_that_is_told_twice_in_one_answer_has_each_of_its_links_once()
    {
        const string First = """{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}],"paging":{"next":{"after":"8"}}}""";
        await using var hubspot = await HubSpotStub.StartAsync(request => Links(request.Body.Contains("after", StringComparison.Ordinal)
            ? """{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]},{"toObjectId":8,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}]}"""
            : $"{First},{First}"));

        var answer = Assert.Single(await ReadAsync(hubspot, "1"));

        Assert.Equal(["7", "8"], answer.Links.Select(link => link.Target.Value));
        Assert.Equal(2, hubspot.Requests.Count);
    }

    [Fact]
    public async Task An_empty_page_in_the_middle_does_not_end_the_links_of_a_source()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => Links(request.Body.Contains("after", StringComparison.Ordinal)
            ? """{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}]}"""
            : """{"from":{"id":"1"},"to":[],"paging":{"next":{"after":"7"}}}"""));

        Assert.Single(Assert.Single(await ReadAsync(hubspot, "1")).Links);
    }

    [Fact]
    public async Task A_source_whose_page_token_repeats_ends_with_an_error()
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => Links(
            """{"from":{"id":"1"},"to":[{"toObjectId":7,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341}]}],"paging":{"next":{"after":"500"}}}"""));

        await Assert.ThrowsAsync<CrmContractException>(() => ReadAsync(hubspot, "1"));
    }

    [Fact]
    public async Task A_thousand_sources_are_asked_for_at_once()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => Links(string.Join(',',
            JsonDocument.Parse(request.Body).RootElement.GetProperty("inputs").EnumerateArray().Select(input => $$"""{"from":{"id":"{{input.GetProperty("id").GetString()}}"},"to":[]}"""))));

        var answer = await ReadAsync(hubspot, [.. Enumerable.Range(1, 2001).Select(id => $"{id}")]);

        Assert.Equal(2001, answer.Count);
        Assert.Equal(3, hubspot.Requests.Count);
    }

    private static StubAnswer Links(string results) => StubAnswer.Ok($$"""{"status":"COMPLETE","results":[{{results}}]}""");

    private static async Task<List<RecordAssociations>> ReadAsync(HubSpotStub hubspot, params string[] ids)
    {
        var all = new List<RecordAssociations>();
        await foreach (var batch in ((IReadsAssociations)hubspot.Connector).ReadAssociationsAsync(
            HubSpotStub.Deals, Companies, [.. ids.Select(id => new RecordId(id))], CancellationToken.None))
        {
            all.AddRange(batch);
        }
        return all;
    }
}
