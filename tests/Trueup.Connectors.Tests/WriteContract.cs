using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Connectors.Tests;

/// <summary>What the engine relies on of a connector that writes, whichever CRM is behind it.</summary>
public abstract class WriteContract : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoHeaders = [];
    private IEmulatedCrm? crm;
    private IConnectorFactory? factory;
    private IConnector? connector;
    private StreamDescription? stream;

    protected IEmulatedCrm Crm => crm ?? throw new InvalidOperationException("The suite has not started.");

    protected IWrites Writes => (IWrites)(connector ?? throw new InvalidOperationException("The suite has not started."));

    protected StreamDescription Stream => stream ?? throw new InvalidOperationException("The suite has not started.");

    protected QuickClock Clock { get; } = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));

    /// <summary>The stream as the emulator and as Trueup call it, and a free text field of it.</summary>
    protected abstract (string Stream, string Name, string Field) Main { get; }

    /// <summary>The names of the endpoints that write, as controls know them.</summary>
    protected abstract (string Update, string Create, string Delete) Endpoints { get; }

    /// <summary>What a new record needs.</summary>
    protected abstract IReadOnlyDictionary<string, JsonElement> NewRecord { get; }

    /// <summary>A value that the CRM refuses, in a field of the stream.</summary>
    protected abstract (string Field, JsonElement Value) Refused { get; }

    /// <summary>The calls in which so many records are written; 1 where they go together.</summary>
    protected virtual int CallsFor(int records) => 1;

    protected abstract Task<IEmulatedCrm> StartAsync();

    protected abstract IConnectorFactory CreateFactory();

    public async ValueTask InitializeAsync()
    {
        crm = await StartAsync();
        factory = CreateFactory();
        connector = factory.Create(new ConnectorSetup(crm.Url, MemoryCredentials.Static(), 0.8, Clock, NullLogger.Instance));
        stream = (await connector.DiscoverAsync(isThorough: true, CancellationToken.None)).Single(found => found.Name.Value == Main.Name);
    }

    public async ValueTask DisposeAsync()
    {
        if (connector is not null)
            await connector.DisposeAsync();
        (factory as IDisposable)?.Dispose();
        await Crm.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_full_batch_is_written_in_as_few_calls_as_there_can_be_and_every_record_has_its_outcome()
    {
        var ids = Ids(Writes.WritesOf(Stream).RecordsPerBatch);
        Crm.Requests.Clear();

        var outcomes = await WriteAsync(WriteKind.Update, ids.Select(id => Update(id, "written")));

        Assert.Equal(ids, outcomes.Select(outcome => Assert.IsType<WriteOutcome.Written>(outcome).Id.Value));
        Assert.All(ids, id => Assert.Equal("written", ValueOf(id)));
        Assert.Equal(CallsFor(ids.Length), Crm.Requests.Count(Endpoints.Update));
    }

    [Fact]
    public async Task What_an_answer_tells_is_what_the_record_holds()
    {
        var id = Ids(1)[0];

        var outcome = Assert.IsType<WriteOutcome.Written>((await WriteAsync(WriteKind.Update, [Update(id, "ü \"written\"")]))[0]);

        Assert.Equal("ü \"written\"", ValueOf(id));
        if (outcome.Values is { } values)
        {
            Assert.Equal("ü \"written\"", values[Main.Field].GetString());
            Assert.Equal(StampOf(id), outcome.ModifiedMilliseconds);
        }
    }

    [Fact]
    public async Task G160_one_bad_record_is_refused_in_the_vendors_words_and_all_others_are_written_once()
    {
        var ids = Ids(Math.Min(100, Writes.WritesOf(Stream).RecordsPerBatch));
        var bad = ids.Length / 2;
        Crm.Requests.Clear();

        var outcomes = await WriteAsync(WriteKind.Update, ids.Select((id, place) => place == bad
            ? new RecordWrite(new RecordId(id), new Dictionary<string, JsonElement> { [Refused.Field] = Refused.Value }) : Update(id, "written")));

        Assert.NotEmpty(Assert.IsType<WriteOutcome.Rejected>(outcomes[bad]).Reason);
        Assert.Equal(ids.Length - 1, outcomes.Count(outcome => outcome is WriteOutcome.Written));
        Assert.Equal(ids.Length - 1, ids.Count(id => ValueOf(id) == "written"));
        Assert.Equal(ids.Length - 1, Crm.Requests.All.Sum(request => request.Written));
    }

    [Fact]
    public async Task A_value_is_cleared_by_null()
    {
        var id = Ids(1)[0];
        await WriteAsync(WriteKind.Update, [Update(id, "something")]);

        await WriteAsync(WriteKind.Update, [new RecordWrite(new RecordId(id), new Dictionary<string, JsonElement> { [Main.Field] = JsonElement.Parse("null") })]);

        Assert.True(string.IsNullOrEmpty(ValueOf(id)));
    }

    [Fact]
    public async Task New_records_get_the_apps_ids_and_deleted_ones_go()
    {
        var before = Live().Count();

        var made = Assert.IsType<WriteOutcome.Written>((await WriteAsync(WriteKind.Create, [new RecordWrite(default, NewRecord)]))[0]);
        Assert.Equal(before + 1, Live().Count());
        var deleted = await WriteAsync(WriteKind.Delete, [new RecordWrite(made.Id, NoValues)]);

        Assert.IsType<WriteOutcome.Written>(deleted[0]);
        Assert.Equal(before, Live().Count());
    }

    [Theory]
    [InlineData(WriteKind.Update)]
    [InlineData(WriteKind.Create)]
    [InlineData(WriteKind.Delete)]
    public async Task G57_what_was_carried_out_and_not_heard_of_is_unheard_and_never_sent_again(WriteKind kind)
    {
        Crm.Control(new CutControl(0) { Endpoint = EndpointOf(kind), Times = 1 });
        Crm.Requests.Clear();

        var outcomes = await WriteAsync(kind, [Some(kind), Some(kind, 1)]);

        Assert.Equal(2 / CallsFor(2), outcomes.Count(outcome => outcome is WriteOutcome.Unheard));
        Assert.Equal(2 - (2 / CallsFor(2)), outcomes.Count(outcome => outcome is WriteOutcome.Written));
        Assert.Equal(CallsFor(2), Crm.Requests.Count(EndpointOf(kind)));
    }

    [Theory]
    [InlineData(WriteKind.Update)]
    [InlineData(WriteKind.Create)]
    public async Task An_error_of_the_server_tells_nothing_and_a_refused_rate_is_waited_for(WriteKind kind)
    {
        Crm.Control(new FaultControl(500, NoHeaders, null) { Endpoint = EndpointOf(kind), Times = 1, Applied = true });
        Assert.Equal(2 / CallsFor(2), (await WriteAsync(kind, [Some(kind), Some(kind, 1)])).Count(outcome => outcome is WriteOutcome.Unheard));
        Crm.ClearControls();
        Crm.Control(new FaultControl(429, NoHeaders, null) { Endpoint = EndpointOf(kind), Times = 1 });
        Crm.Requests.Clear();

        Assert.All(await WriteAsync(kind, [Some(kind, 2), Some(kind, 3)]), outcome => Assert.IsType<WriteOutcome.Written>(outcome));

        Assert.Equal(CallsFor(2) + 1, Crm.Requests.Count(EndpointOf(kind)));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_tells_nothing()
    {
        Crm.Control(new FaultControl(200, NoHeaders, "<html>Sign in</html>") { Endpoint = Endpoints.Create, Times = 1, Applied = true });

        Assert.IsType<WriteOutcome.Unheard>((await WriteAsync(WriteKind.Create, [new RecordWrite(default, NewRecord)]))[0]);
    }

    private static IReadOnlyDictionary<string, JsonElement> NoValues { get; } = new Dictionary<string, JsonElement>();

    protected Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteKind kind, IEnumerable<RecordWrite> records) =>
        Writes.WriteAsync(new WriteBatch(Stream, kind, [.. records]), CancellationToken.None);

    protected RecordWrite Update(string id, string value) =>
        new(new RecordId(id), new Dictionary<string, JsonElement> { [Main.Field] = JsonSerializer.SerializeToElement(value) });

    protected string[] Ids(int count) => [.. Live().Take(count).Select(record => record.Id)];

    protected string? ValueOf(string id) => State(id).Properties.GetValueOrDefault(Main.Field);

    protected RecordState State(string id) => Crm.State(Main.Stream).Streams[Main.Stream].Single(record => record.Id == id);

    protected long StampOf(string id) => DateTimeOffset.Parse(State(id).ModifiedAt, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private RecordWrite Some(WriteKind kind, int place = 0) => kind switch
    {
        WriteKind.Create => new RecordWrite(default, NewRecord),
        WriteKind.Delete => new RecordWrite(new RecordId(Ids(place + 1)[place]), NoValues),
        _ => Update(Ids(place + 1)[place], "written"),
    };

    private string EndpointOf(WriteKind kind) => kind switch { WriteKind.Create => Endpoints.Create, WriteKind.Delete => Endpoints.Delete, _ => Endpoints.Update };

    private IEnumerable<RecordState> Live() => Crm.State(Main.Stream).Streams[Main.Stream].Where(record => record.Deleted is null);
}
