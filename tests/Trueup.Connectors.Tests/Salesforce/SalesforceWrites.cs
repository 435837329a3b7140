using System.Text.Json;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Salesforce;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class SalesforceWrites : WriteContract
{
    protected override (string Stream, string Name, string Field) Main => ("Contact", "contact", "Title");

    protected override (string Update, string Create, string Delete) Endpoints => ("collections-update", "collections-create", "collections-delete");

    protected override IReadOnlyDictionary<string, JsonElement> NewRecord => new Dictionary<string, JsonElement> { ["LastName"] = JsonElement.Parse("\"New\""), ["Title"] = JsonElement.Parse("\"Dr\"") };

    protected override (string Field, JsonElement Value) Refused => ("Birthdate", JsonElement.Parse("\"yesterday\""));

    protected override async Task<IEmulatedCrm> StartAsync() => await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = 260, Seed = 7 });

    protected override IConnectorFactory CreateFactory() => new SalesforceConnectorFactory(seed: 1);

    [Fact]
    public async Task A_single_record_that_was_modified_since_it_was_read_is_stale_and_not_written()
    {
        var id = Ids(1)[0];
        var read = StampOf(id);
        Crm.Clock.Advance(TimeSpan.FromMinutes(1));
        Crm.Mutate(new EditRecords("Contact", [id], new Dictionary<string, string?> { ["Title"] = "theirs" }));

        var stale = await WriteAsync(WriteKind.Update, [Update(id, "mine") with { ModifiedMilliseconds = read }]);
        var fresh = await WriteAsync(WriteKind.Update, [Update(id, "mine") with { ModifiedMilliseconds = StampOf(id) }]);

        Assert.IsType<WriteOutcome.Stale>(stale[0]);
        Assert.IsType<WriteOutcome.Written>(fresh[0]);
        Assert.Equal("mine", ValueOf(id));
    }

    [Fact]
    public void G159_children_of_one_parent_stand_side_by_side_whether_it_is_read_or_wanted()
    {
        static RecordWrite Child(string id, string? held, string? wanted = null) => new(
            new RecordId(id), wanted is null ? new Dictionary<string, JsonElement>() : new Dictionary<string, JsonElement> { ["AccountId"] = JsonSerializer.SerializeToElement(wanted) },
            JsonSerializer.SerializeToUtf8Bytes(new { AccountId = held, ReportsToId = "x" }));

        var places = Siblings.SideBySide([Child("1", "b"), Child("2", "a"), Child("3", "b"), Child("4", "b", wanted: "a"), Child("5", null), Child("6", "a")], ["AccountId", "ReportsToId"]);

        Assert.Equal([1, 3, 5, 0, 2, 4], places);
    }

    [Fact]
    public async Task G159_records_that_are_locked_for_a_moment_are_tried_again_alone_and_written_once()
    {
        var ids = Ids(200);
        Crm.Control(new PartialControl { Endpoint = "collections-update", Share = 0.3 });
        Crm.Requests.Clear();

        var outcomes = await WriteAsync(WriteKind.Update, ids.Select(id => Update(id, "written")));

        var written = outcomes.Count(outcome => outcome is WriteOutcome.Written);
        Assert.True(written >= 195, $"{written} of 200 were written.");
        Assert.All(outcomes.OfType<WriteOutcome.Rejected>(), refused => Assert.Contains("UNABLE_TO_LOCK_ROW", refused.Reason, StringComparison.Ordinal));
        Assert.Equal(written, Crm.Requests.All.Sum(request => request.Written));
        Assert.InRange(Crm.Requests.Count("collections-update"), 2, 5);
    }
}
