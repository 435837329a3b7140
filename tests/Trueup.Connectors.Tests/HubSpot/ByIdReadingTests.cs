using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class ByIdReadingTests
{
    [Fact]
    public async Task Every_id_is_accounted_for_once_with_its_cause()
    {
        await using var hubspot = await HubSpotStub.StartAsync(Portal);
        RecordId[] ids = [new("1"), new("2"), new("11"), new("404"), new("403"), new("1")];

        using var answer = await ((IReadsByIds)hubspot.Connector).ReadByIdsAsync(HubSpotStub.Contacts, ["email"], ids, CancellationToken.None);

        Assert.Equal(["1"], answer.Live.SelectMany(page => page.Records.Select(record => page.RecordIdOf(record).Value)));
        Assert.Equivalent(
            new[]
            {
                new GoneRecord(new("2"), GoneCause.Archived, new DateTimeOffset(2026, 9, 9, 16, 45, 10, 3, TimeSpan.Zero)),
                new GoneRecord(new("11"), GoneCause.Merged, MergedInto: new RecordId("13")),
                new GoneRecord(new("404"), GoneCause.Deleted),
                new GoneRecord(new("403"), GoneCause.Forbidden),
            },
            answer.Gone, strict: true);
    }

    [Fact]
    public async Task A_survivor_that_answers_for_a_merged_id_is_not_taken_for_it()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Method: "POST", Query: "?archived=false" } => HubSpotStub.Page([HubSpotStub.Record(13)]),
            { Method: "POST" } => HubSpotStub.Page([]),
            _ => StubAnswer.Ok(HubSpotStub.Record(13)),
        });

        using var answer = await ((IReadsByIds)hubspot.Connector).ReadByIdsAsync(HubSpotStub.Contacts, ["email"], [new("11")], CancellationToken.None);

        Assert.All(answer.Live, page => Assert.Empty(page.Records));
        Assert.Equal(new GoneRecord(new("11"), GoneCause.Merged, MergedInto: new RecordId("13")), Assert.Single(answer.Gone));
    }

    [Fact]
    public async Task Ids_are_read_a_hundred_at_a_time()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => HubSpotStub.Page(
            JsonDocument.Parse(request.Body).RootElement.GetProperty("inputs").EnumerateArray()
                .Select(input => HubSpotStub.Record(long.Parse(input.GetProperty("id").GetString()!)))));
        RecordId[] ids = [.. Enumerable.Range(1, 250).Select(id => new RecordId($"{id}"))];

        using var answer = await ((IReadsByIds)hubspot.Connector).ReadByIdsAsync(HubSpotStub.Contacts, ["email"], ids, CancellationToken.None);

        Assert.Equal(250, answer.Live.Sum(page => page.Records.Count));
        Assert.Equal(3, hubspot.Requests.Count);
    }

    [Fact]
    public async Task A_record_that_failed_for_a_moment_is_read_again_and_never_taken_for_gone()
    {
        var reads = 0;
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Method: "POST", Query: "?archived=false" } => reads++ == 0 ? Failing("1") : HubSpotStub.Page([HubSpotStub.Record(1)]),
            { Method: "POST" } => HubSpotStub.Page([]),
            _ => StubAnswer.Ok(HubSpotStub.Record(1)),
        });

        using var answer = await ((IReadsByIds)hubspot.Connector).ReadByIdsAsync(HubSpotStub.Contacts, ["email"], [new("1")], CancellationToken.None);

        Assert.Empty(answer.Gone);
        Assert.Equal(["1"], answer.Live.SelectMany(page => page.Records.Select(record => page.RecordIdOf(record).Value)));
        Assert.All(answer.Live, page => Assert.Empty(page.SetAside));
    }

    [Fact]
    public async Task A_record_that_goes_on_failing_is_not_there_for_now_and_neither_gone_nor_flawed()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Method: "POST" } => Failing("1"),
            _ => StubAnswer.Ok(HubSpotStub.Record(1)),
        });

        await Assert.ThrowsAsync<CrmUnavailableException>(
            () => ((IReadsByIds)hubspot.Connector).ReadByIdsAsync(HubSpotStub.Contacts, ["email"], [new("1")], CancellationToken.None));
    }

    [Fact]
    public async Task An_archived_record_that_failed_is_not_said_to_have_been_deleted_for_good()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request switch
        {
            { Method: "POST", Query: "?archived=false" } => HubSpotStub.Page([]),
            { Method: "POST" } => Failing("2"),
            _ => new StubAnswer(404, """{"status":"error","message":"resource not found"}"""),
        });

        await Assert.ThrowsAsync<CrmUnavailableException>(
            () => ((IReadsByIds)hubspot.Connector).ReadByIdsAsync(HubSpotStub.Contacts, ["email"], [new("2")], CancellationToken.None));
    }

    [Fact]
    public async Task Owners_are_found_by_id_in_both_of_their_lists()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Query.Contains("archived=true", StringComparison.Ordinal)
            ? HubSpotStub.Page(["""{"id":"2","updatedAt":"2026-01-02T00:00:00Z","archived":true}"""])
            : HubSpotStub.Page(["""{"id":"1","updatedAt":"2026-01-01T00:00:00Z","archived":false}"""]));

        using var answer = await ((IReadsByIds)hubspot.Connector).ReadByIdsAsync(HubSpotStub.Owners, [], [new("2"), new("3")], CancellationToken.None);

        Assert.Equal(["2"], answer.Live.SelectMany(page => page.Records.Select(record => page.RecordIdOf(record).Value)));
        Assert.Equal(new GoneRecord(new("3"), GoneCause.Deleted), Assert.Single(answer.Gone));
    }

    private static StubAnswer Failing(string id) => new(207,
        $$$"""{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"INTERNAL_ERROR","message":"boom","context":{"ids":["{{{id}}}"]}}]}""");

    private static StubAnswer Portal(StubRequest request) => request switch
    {
        { Method: "POST", Query: "?archived=false" } => HubSpotStub.Page([HubSpotStub.Record(1)]) with { Status = 207 },
        { Method: "POST" } => HubSpotStub.Page(
            ["""{"id":"2","properties":{},"updatedAt":"2026-03-01T09:00:00.500Z","archived":true,"archivedAt":"2026-09-09T16:45:10.003Z"}"""]) with { Status = 207 },
        { Path: var path } when path.EndsWith("/11", StringComparison.Ordinal) => StubAnswer.Ok(HubSpotStub.Record(13)),
        { Path: var path } when path.EndsWith("/403", StringComparison.Ordinal) => new StubAnswer(403, """{"message":"no"}"""),
        _ => new StubAnswer(404, """{"status":"error","message":"resource not found"}"""),
    };
}
