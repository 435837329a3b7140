using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Salesforce;

namespace Trueup.Connectors.Tests.Salesforce;

/// <summary>Very many records, written as jobs of the Bulk API 2.0.</summary>
public sealed class SalesforceBulkWrites : IAsyncLifetime
{
    private const int Count = 600;
    private static readonly Dictionary<string, string> NoHeaders = [];
    private readonly SalesforceConnectorFactory factory = new(seed: 1);
    private EmulatedSalesforce crm = null!;
    private IConnector connector = null!;
    private StreamDescription stream = null!;

    public async ValueTask InitializeAsync()
    {
        crm = await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = Count + 50, Seed = 7 });
        connector = factory.Create(new ConnectorSetup(crm.Url, MemoryCredentials.Static(), 0.8, new QuickClock(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero)), NullLogger.Instance));
        stream = (await connector.DiscoverAsync(isThorough: true, CancellationToken.None)).Single(found => found.Name.Value == "contact");
        crm.Requests.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await connector.DisposeAsync();
        factory.Dispose();
        await crm.DisposeAsync();
    }

    [Fact]
    public void Batches_are_large_only_where_there_are_many_changes()
    {
        var traits = ((IWrites)connector).WritesOf(stream);

        Assert.Equal((200, 2_000, 10_000), (traits.RecordsPerBatch, traits.LargeFrom, traits.RecordsPerLargeBatch));
    }

    [Fact]
    public async Task G160_one_job_writes_them_all_and_each_record_has_its_own_outcome()
    {
        var ids = Ids();

        var outcomes = await WriteAsync(WriteKind.Update, ids.Select((id, place) => Update(id, place % 200 == 7 ? ("Birthdate", "\"yesterday\"") : ("Title", "\"a \\\"bulk\\\",\\nü\""))));

        Assert.Equal(3, outcomes.Count(outcome => outcome is WriteOutcome.Rejected { Reason.Length: > 0 }));
        Assert.All(outcomes.Where((_, place) => place % 200 != 7), outcome => Assert.IsType<WriteOutcome.Written>(outcome));
        Assert.All(ids.Where((_, place) => place % 200 != 7), id => Assert.Equal("a \"bulk\",\nü", Value(id, "Title")));
        Assert.Equal((1, Count - 3), (crm.Requests.Count("ingest-create"), crm.Requests.All.Sum(request => request.Written)));
        Assert.InRange(crm.Requests.All.Count, 8, 14);
        Assert.Equal(0, crm.Requests.Count("collections-update"));
    }

    [Fact]
    public async Task What_a_record_does_not_set_stays_and_what_it_clears_goes()
    {
        var ids = Ids();
        await WriteAsync(WriteKind.Update, ids.Select(id => Update(id, ("Title", "\"before\""), ("Department", "\"before\""))));

        await WriteAsync(WriteKind.Update, ids.Select((id, place) => place % 2 == 0 ? Update(id, ("Title", "null")) : Update(id, ("Department", "\"after\""))));

        Assert.Equal(("", "before"), (Value(ids[0], "Title") ?? "", Value(ids[0], "Department")));
        Assert.Equal(("before", "after"), (Value(ids[1], "Title"), Value(ids[1], "Department")));
    }

    [Fact]
    public async Task New_records_that_are_alike_have_an_id_each()
    {
        var outcomes = await WriteAsync(WriteKind.Create, Enumerable.Range(0, Count).Select(place => new RecordWrite(default, Values(("LastName", "\"New\""), ("Title", place % 2 == 0 ? "\"even\"" : "null")))));

        var ids = outcomes.Select(outcome => Assert.IsType<WriteOutcome.Written>(outcome).Id.Value).ToList();
        Assert.Equal(Count, ids.Distinct().Count());
        Assert.All(ids, (id, place) => Assert.Equal(place % 2 == 0 ? "even" : "", Value(id, "Title") ?? ""));
    }

    [Fact]
    public async Task Records_are_deleted_by_a_job_too()
    {
        var ids = Ids();

        var outcomes = await WriteAsync(WriteKind.Delete, ids.Select(id => new RecordWrite(new RecordId(id), Values())));

        Assert.All(outcomes, outcome => Assert.IsType<WriteOutcome.Written>(outcome));
        Assert.All(ids, id => Assert.NotNull(State(id).Deleted));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task G57_whether_a_job_was_started_is_asked_and_it_runs_once(bool arrived)
    {
        crm.Control(arrived ? new CutControl(0) { Endpoint = "ingest-close", Times = 1 } : new FaultControl(500, NoHeaders, null) { Endpoint = "ingest-close", Times = 1 });

        var outcomes = await WriteAsync(WriteKind.Create, Enumerable.Range(0, Count).Select(_ => new RecordWrite(default, Values(("LastName", "\"Once\"")))));

        Assert.All(outcomes, outcome => Assert.IsType<WriteOutcome.Written>(outcome));
        Assert.Equal(Count, crm.Requests.All.Sum(request => request.Written));
        Assert.Equal(1, crm.Requests.Count("ingest-create"));
    }

    [Fact]
    public async Task A_file_that_did_not_arrive_is_certainly_not_written()
    {
        crm.Control(new CutControl(0) { Endpoint = "ingest-upload", Times = 1 });

        var outcomes = await WriteAsync(WriteKind.Create, Enumerable.Range(0, Count).Select(_ => new RecordWrite(default, Values(("LastName", "\"Never\"")))));

        Assert.All(outcomes, outcome => Assert.IsType<WriteOutcome.Unsent>(outcome));
        Assert.Equal(0, crm.Requests.All.Sum(request => request.Written));
    }

    [Fact]
    public async Task Of_a_job_that_failed_midway_the_rows_that_it_did_not_reach_are_told_apart()
    {
        crm.Control(new JobControl(null, 2, JobEnd.Failed, "InternalServerError : something went wrong") { Endpoint = "ingest-create" });
        var ids = Ids();

        var outcomes = await WriteAsync(WriteKind.Update, ids.Select(id => Update(id, ("Title", "\"half\""))));

        var written = outcomes.Count(outcome => outcome is WriteOutcome.Written);
        Assert.InRange(written, 1, Count - 1);
        Assert.Equal(written, ids.Count(id => Value(id, "Title") == "half"));
        Assert.All(outcomes.OfType<WriteOutcome.Rejected>(), outcome => Assert.Contains("did not work through", outcome.Reason, StringComparison.Ordinal));
        Assert.Equal(Count, written + outcomes.Count(outcome => outcome is WriteOutcome.Rejected));
    }

    [Fact]
    public async Task What_no_job_can_write_goes_in_collections()
    {
        var ids = Ids();

        // In a file this text would clear the field.
        var outcomes = await WriteAsync(WriteKind.Update, ids.Select((id, place) => Update(id, ("Title", place == 3 ? "\"#N/A\"" : "\"plain\""))));

        Assert.All(outcomes, outcome => Assert.IsType<WriteOutcome.Written>(outcome));
        Assert.Equal("#N/A", Value(ids[3], "Title"));
        Assert.Equal((0, 3), (crm.Requests.Count("ingest-create"), crm.Requests.Count("collections-update")));
    }

    private static Dictionary<string, JsonElement> Values(params (string Name, string Json)[] values) => values.ToDictionary(value => value.Name, value => JsonElement.Parse(value.Json));

    private static RecordWrite Update(string id, params (string Name, string Json)[] values) => new(new RecordId(id), Values(values));

    private Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteKind kind, IEnumerable<RecordWrite> records) =>
        ((IWrites)connector).WriteAsync(new WriteBatch(stream, kind, [.. records]), CancellationToken.None);

    private string[] Ids() => [.. crm.State("Contact").Streams["Contact"].Where(record => record.Deleted is null).Take(Count).Select(record => record.Id)];

    private RecordState State(string id) => crm.State("Contact").Streams["Contact"].Single(record => record.Id == id);

    private string? Value(string id, string field) => State(id).Properties.GetValueOrDefault(field);
}
