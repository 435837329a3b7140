using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Connectors.Tests;

/// <summary>What the engine relies on, whichever CRM is behind it. Each connector's suite is a short class deriving from this,
/// or from what derives from it where the CRM has the capability: <see cref="AssociationContract"/>, <see cref="MergeContract"/>.</summary>
public abstract class ConnectorContract : IAsyncLifetime
{
    private IEmulatedCrm? crm;
    private IConnectorFactory? factory;
    private IConnector? connector;

    protected IEmulatedCrm Crm => crm ?? throw new InvalidOperationException("The suite has not started.");

    protected IConnector Connector => connector ?? throw new InvalidOperationException("The suite has not started.");

    protected QuickClock Clock { get; } = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));

    /// <summary>A stream with everything the CRM can do, and a free text field of it.</summary>
    protected abstract (string Stream, string Field) Main { get; }

    /// <summary>A stream whose deletions are listed, and what the list says of them.</summary>
    protected virtual (string Stream, GoneCause Cause) Deleted => (Main.Stream, GoneCause.Archived);

    /// <summary>The names of the endpoints, as controls know them.</summary>
    protected abstract (string List, string Modified) Endpoints { get; }

    /// <summary>Starts an emulated CRM of a few hundred records on the suite's clock.</summary>
    protected abstract Task<IEmulatedCrm> StartAsync();

    protected abstract IConnectorFactory CreateFactory();

    /// <summary>The stream that the emulator's control calls know by a name. They may use other names than Trueup does.</summary>
    protected virtual StreamName NameOf(string controlName, IReadOnlyList<StreamDescription> streams) => new(controlName);

    /// <summary>An id that the CRM might have given to a record of the main stream, and never did.</summary>
    protected virtual string UnknownId => "987654321987";

    /// <summary>Whether a value that the CRM holds is mirrored. False for what only repeats other values.</summary>
    protected virtual bool IsMirrored(string field) => true;

    /// <summary>What disturbs the order of records.</summary>
    protected virtual IReadOnlyList<Control> Disorder => [new OrderControl(OrderManner.Shuffle), new TwiceControl()];

    /// <summary>The name of a field that an administrator adds, and the vendor's name of the type for decimal numbers.</summary>
    protected virtual (string Name, string NumberType) Added => ("trueup_new", "number");

    public async ValueTask InitializeAsync()
    {
        crm = await StartAsync();
        factory = CreateFactory();
        connector = factory.Create(new ConnectorSetup(crm.Url, MemoryCredentials.Static(), 0.8, Clock, NullLogger.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        await Connector.DisposeAsync();
        (factory as IDisposable)?.Dispose();
        await Crm.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether what the emulator calls by a name is a stream; some of what a CRM holds is none.</summary>
    protected virtual bool IsStream(string controlName) => true;

    [Fact]
    public async Task Every_live_record_of_every_stream_is_read_with_every_value_as_the_crm_holds_it()
    {
        Crm.Mutate(new DeleteRecords(Main.Stream, Ids(2)));
        var state = Crm.State();
        var streams = await Connector.DiscoverAsync(isThorough: true, CancellationToken.None);

        foreach (var (name, records) in state.Streams.Where(each => IsStream(each.Key)))
        {
            var stream = streams.Single(stream => stream.Name == NameOf(name, streams));
            var fields = await FieldsAsync(stream);
            var read = await ReadAsync(Connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None));
            AssertEqual(records.Where(record => record.Deleted is null), read);
        }
        Assert.True(state.Streams.Count > 1 && state.Streams[Main.Stream].Count > 150, "Too little data to prove anything.");
    }

    [Fact]
    public async Task A_read_goes_on_from_the_token_of_any_page()
    {
        Crm.Control(new PagesControl([100]));
        var stream = await StreamAsync(Main.Stream);
        var fields = await FieldsAsync(stream);
        var first = new Dictionary<string, JsonElement>();
        string? token = null;
        await foreach (var page in Connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None))
        {
            using (page)
            {
                Collect(page, first);
                token = page.Next;
            }
            break;
        }

        var rest = await ReadAsync(Connector.ReadAllAsync(new FullRead(stream, fields, token), CancellationToken.None));

        Assert.NotNull(token);
        AssertEqual(Live(), first.Concat(rest).DistinctBy(record => record.Key).ToDictionary());
    }

    [Fact]
    public async Task Page_sizes_of_the_servers_choice_and_empty_pages_lose_nothing()
    {
        Crm.Control(new PagesControl([1, 0, 7, 100, 2]));

        await AssertFullReadAsync();
    }

    [Fact]
    public async Task A_page_that_comes_in_another_order_or_with_repeated_records_loses_nothing()
    {
        Crm.Control([.. Disorder]);

        await AssertFullReadAsync();
        await AssertModifiedReadAsync();
    }

    [Fact]
    public async Task Passing_faults_of_any_kind_lose_nothing()
    {
        var none = new Dictionary<string, string>();
        Crm.Control(
            new FaultControl(500, none, null) { Share = 0.1, Times = 5 }, new FaultControl(502, none, "<html>Bad gateway</html>") { Share = 0.1, Times = 3 },
            new FaultControl(200, none, "<html>Sign in</html>") { Share = 0.1, Times = 2 }, new CutControl(40) { Share = 0.1, Times = 3 },
            new TruncateControl(200) { Share = 0.1, Times = 2 }, new FaultControl(429, none, null) { Share = 0.1, Times = 3 });

        await AssertFullReadAsync();
        await AssertModifiedReadAsync();
    }

    [Fact]
    public async Task A_page_token_that_repeats_ends_the_read_with_an_error()
    {
        Crm.Control(new PagesControl([10]), new RepeatControl(2));

        await Assert.ThrowsAsync<CrmContractException>(AssertFullReadAsync);

        Assert.True(Crm.Requests.Count(Endpoints.List) < 30, $"{Crm.Requests.Count(Endpoints.List)} requests");
    }

    [Fact]
    public async Task Records_without_an_id_are_set_aside_and_the_others_arrive()
    {
        var stream = await StreamAsync(Main.Stream);
        Crm.Control(new NoIdControl { Share = 0.1 });

        var (read, aside) = (0, 0);
        await foreach (var page in Connector.ReadAllAsync(new FullRead(stream, [Main.Field], null), CancellationToken.None))
        {
            using (page)
            {
                read += page.Records.Count;
                aside += page.SetAside.Count;
            }
        }

        Assert.True(aside > 0);
        Assert.Equal(Live().Count(), read + aside);
    }

    [Fact]
    public async Task A_stream_that_may_not_be_read_says_so_and_the_others_go_on()
    {
        Crm.Control(new ForbidControl { Stream = Main.Stream });

        var streams = await Connector.DiscoverAsync(isThorough: true, CancellationToken.None);

        var refused = Assert.Single(streams, stream => stream.Refusal is not null);
        Assert.Equal(NameOf(Main.Stream, streams), refused.Name);
        await Assert.ThrowsAsync<CrmForbiddenException>(() => ReadAsync(Connector.ReadAllAsync(
            new FullRead(refused, [Main.Field], null), CancellationToken.None)));
    }

    [Fact]
    public async Task What_was_changed_in_a_window_is_read_from_that_window()
    {
        await AssertModifiedReadAsync();
    }

    [Fact]
    public async Task Any_number_of_records_with_one_stamp_lose_nothing()
    {
        Crm.Clock.Advance(TimeSpan.FromHours(1));
        var stamp = Crm.Clock.GetUtcNow();
        string[] ids = [.. Crm.Mutate([.. Enumerable.Range(0, 450).Select(i => new CreateRecord(Main.Stream, Value($"tie {i}"), stamp))]).Select(result => result.Id!)];

        var read = await ReadModifiedAsync(Ms(stamp), Ms(stamp));

        Assert.Empty(ids.Except(read.Keys));
    }

    [Fact]
    public async Task Every_id_is_accounted_for_exactly_once_with_what_became_of_it()
    {
        var stream = await StreamAsync(Main.Stream);
        var fields = await FieldsAsync(stream);
        var ids = Ids(7);
        Crm.Mutate(new DeleteRecords(Main.Stream, [ids[1]]), new PurgeRecords(Main.Stream, [ids[2]]));
        var survivor = Crm.Mutate(new MergeRecords(Main.Stream, ids[3], [ids[4]]))[0].Id!;
        string[] asked = [.. ids, UnknownId];

        using var answer = await ((IReadsByIds)Connector).ReadByIdsAsync(stream, fields, [.. asked.Select(id => new RecordId(id))], CancellationToken.None);

        var live = new Dictionary<string, JsonElement>();
        foreach (var page in answer.Live)
            Collect(page, live);
        var gone = answer.Gone.ToDictionary(record => record.Id.Value);
        Assert.Equal(asked.Order(), live.Keys.Concat(gone.Keys).Order());
        Assert.Equal(GoneCause.Archived, gone[ids[1]].Cause);
        Assert.Equal(GoneCause.Deleted, gone[ids[2]].Cause);
        Assert.Equal(GoneCause.Deleted, gone[UnknownId].Cause);
        Assert.Equal(survivor, gone[ids[4]].MergedInto?.Value);
        AssertEqual(Live().Where(record => live.ContainsKey(record.Id)), live);
    }

    [Fact]
    public async Task Deletions_are_reported_from_the_asked_instant_on()
    {
        var ids = Crm.State(Deleted.Stream).Streams[Deleted.Stream].Where(record => record.Deleted is null).Take(4).Select(record => record.Id).ToList();
        Crm.Mutate(new DeleteRecords(Deleted.Stream, [ids[0], ids[1]]));
        Crm.Clock.Advance(TimeSpan.FromHours(2));
        var since = Crm.Clock.GetUtcNow();
        Crm.Clock.Advance(TimeSpan.FromMinutes(1));
        Crm.Mutate(new DeleteRecords(Deleted.Stream, [ids[2], ids[3]]));

        var deleted = new List<GoneRecord>();
        await foreach (var page in ((IReportsDeletions)Connector).ReadDeletionsAsync(await StreamAsync(Deleted.Stream), since, CancellationToken.None))
            deleted.AddRange(page.Deletions);

        Assert.Superset(new HashSet<string> { ids[2], ids[3] }, deleted.Select(record => record.Id.Value).ToHashSet());
        Assert.All(deleted.Where(record => ids.Contains(record.Id.Value)), record => Assert.Equal(Deleted.Cause, record.Cause));
    }

    [Fact]
    public async Task Counts_are_those_of_the_live_records()
    {
        Crm.Mutate(new DeleteRecords(Main.Stream, Ids(3)));

        Assert.Equal(Live().Count(), await ((ICounts)Connector).CountAsync(await StreamAsync(Main.Stream), CancellationToken.None));
    }

    [Fact]
    public async Task A_new_field_is_described_and_read()
    {
        Crm.Mutate(new AddField(Main.Stream, new EmulatedField(Added.Name, "New", Added.NumberType)));
        var id = Crm.Mutate(new CreateRecord(Main.Stream, new Dictionary<string, string?> { [Added.Name] = "12.50" }))[0].Id!;
        var stream = await StreamAsync(Main.Stream);

        var field = (await Connector.DescribeAsync(stream, CancellationToken.None)).Fields.Single(field => field.Name == Added.Name);
        using var read = await ((IReadsByIds)Connector).ReadByIdsAsync(stream, [field.Name], [new(id)], CancellationToken.None);

        Assert.Equal((FieldType.Number, "New"), (field.Type, field.Label));
        var record = new Dictionary<string, JsonElement>();
        Collect(Assert.Single(read.Live), record);
        Assert.Equal("12.50", TextOf(record[id].GetProperty(field.Name)));
    }

    [Fact]
    public async Task Records_changed_while_they_are_listed_are_neither_lost_nor_an_error()
    {
        var (ids, stream) = (Ids(60), await StreamAsync(Main.Stream));
        var fields = await FieldsAsync(stream);
        Crm.Control(
            new PagesControl([20]) { Endpoint = Endpoints.List },
            new HookControl(2, [new DeleteRecords(Main.Stream, [ids[1], ids[30]]), new EditRecords(Main.Stream, [ids[2], ids[50]], Value("meanwhile")),
                new CreateRecord(Main.Stream, Value("late"))]) { Endpoint = Endpoints.List });

        var read = await ReadAsync(Connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None));

        var untouched = Live().Select(record => record.Id);
        Assert.Empty(untouched.Except(read.Keys));
    }

    [Fact]
    public async Task The_crms_time_is_told_by_its_own_clock()
    {
        Crm.Clock.Advance(TimeSpan.FromHours(-5));

        await Connector.IdentifyAsync(CancellationToken.None);

        Assert.Equal(Crm.Clock.GetUtcNow(), Connector.Now, TimeSpan.FromMinutes(1));
        Assert.True(Connector.Now <= Crm.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Calls_are_counted_as_the_crm_counts_them()
    {
        Crm.Requests.Clear();
        Crm.Control(new FaultControl(500, new Dictionary<string, string>(), null) { Times = 2 });

        using var scope = ApiScope.Begin();
        await AssertFullReadAsync();

        Assert.Equal(Crm.Requests.All.Count, scope.Calls);
        Assert.Equal(2, scope.Retries);
    }

    protected async Task<StreamDescription> StreamAsync(string name)
    {
        var streams = await Connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        return streams.Single(stream => stream.Name == NameOf(name, streams));
    }

    protected async Task<IReadOnlyList<string>> FieldsAsync(StreamDescription stream) =>
        [.. (await Connector.DescribeAsync(stream, CancellationToken.None)).Fields.Select(field => field.Name)];

    protected IEnumerable<RecordState> Live() => Crm.State(Main.Stream).Streams[Main.Stream].Where(record => record.Deleted is null);

    protected string[] Ids(int count) => [.. Live().Take(count).Select(record => record.Id)];

    protected Dictionary<string, string?> Value(string value) => new() { [Main.Field] = value };

    protected async Task<Dictionary<string, JsonElement>> ReadModifiedAsync(DateTimeOffset since, DateTimeOffset until)
    {
        var stream = await StreamAsync(Main.Stream);
        return await ReadAsync(((IReadsModified)Connector).ReadModifiedAsync(
            new ModifiedRead(stream, await FieldsAsync(stream), since, until, null), CancellationToken.None));
    }

    protected static async Task<Dictionary<string, JsonElement>> ReadAsync(IAsyncEnumerable<RecordPage> pages)
    {
        var records = new Dictionary<string, JsonElement>();
        await foreach (var page in pages)
        {
            using (page)
                Collect(page, records);
        }
        return records;
    }

    protected static DateTimeOffset Ms(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());

    private async Task AssertFullReadAsync()
    {
        var stream = await StreamAsync(Main.Stream);
        var fields = await FieldsAsync(stream);
        AssertEqual(Live(), await ReadAsync(Connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None)));
    }

    private async Task AssertModifiedReadAsync()
    {
        Crm.Clock.Advance(TimeSpan.FromHours(1));
        var since = Ms(Crm.Clock.GetUtcNow());
        var ids = Ids(130);
        Crm.Mutate(new EditRecords(Main.Stream, ids, Value("edited")));
        var until = Ms(Crm.Clock.GetUtcNow()).AddMilliseconds(1);

        var read = await ReadModifiedAsync(since, until);

        Assert.Equal(ids.Order(), read.Keys.Order());
        AssertEqual(Live().Where(record => read.ContainsKey(record.Id)), read);
    }

    private static void Collect(RecordPage page, Dictionary<string, JsonElement> into)
    {
        foreach (var record in page.Records)
        {
            using var properties = JsonDocument.Parse(page.PropertiesOf(record));
            into[page.RecordIdOf(record).Value] = properties.RootElement.Clone();
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private void AssertEqual(IEnumerable<RecordState> expected, IReadOnlyDictionary<string, JsonElement> read)
    {
        var records = expected.ToList();
        Assert.Equal(records.Select(record => record.Id).Order(), read.Keys.Order());
        foreach (var record in records)
        {
            var properties = read[record.Id].EnumerateObject().ToDictionary(property => property.Name, property => TextOf(property.Value));
            foreach (var (name, value) in record.Properties.Where(property => IsMirrored(property.Key)))
            {
                Assert.True(properties.TryGetValue(name, out var found), $"{record.Id} came without {name}.");
                Assert.True(value == found, $"{record.Id} came with another {name}: '{found}' instead of '{value}'.");
            }
        }
    }
}
