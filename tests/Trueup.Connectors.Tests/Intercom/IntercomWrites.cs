using System.Text;
using System.Text.Json;
using Trueup.Connectors.Intercom;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Intercom;

namespace Trueup.Connectors.Tests.Intercom;

public sealed class IntercomWrites : WriteContract
{
    private static readonly Dictionary<string, JsonElement> NoValues = [];

    protected override (string Stream, string Name, string Field) Main => ("contacts", "contacts", "name");

    protected override (string Update, string Create, string Delete) Endpoints => ("update", "create", "archive");

    protected override int CallsFor(int records) => records;

    // Two people with the same address are one to Intercom; leads may share theirs.
    protected override IReadOnlyDictionary<string, JsonElement> NewRecord => Values(("role", "lead"), ("name", "New"));

    protected override (string Field, JsonElement Value) Refused => ("custom_attributes.never_defined", JsonElement.Parse("\"x\""));

    protected override async Task<IEmulatedCrm> StartAsync() => await EmulatedIntercom.StartAsync(new IntercomEmulatorOptions { Records = 260, Seed = 7, Clock = Clock });

    protected override IConnectorFactory CreateFactory() => new IntercomConnectorFactory(seed: 1);

    [Fact]
    public async Task An_answer_is_what_the_next_read_shows_byte_for_byte()
    {
        var id = new RecordId(Ids(1)[0]);
        var fields = await FieldsAsync(Stream);
        var read = await ReadAsync(Stream, fields, id);
        Clock.Advance(TimeSpan.FromMinutes(1));

        var written = Assert.IsType<WriteOutcome.Written>((await WriteAsync(WriteKind.Update, [new RecordWrite(id, Values(("name", "Ünal \"the\" First")), Encoding.UTF8.GetBytes(read.Json), read.Stamp)]))[0]);

        var after = await ReadAsync(Stream, fields, id);
        Assert.Equal(after.Stamp, written.ModifiedMilliseconds);
        using var shown = JsonDocument.Parse(after.Json);
        Assert.All(shown.RootElement.EnumerateObject().Where(field => field.Name != "merge_history"), field => Assert.Equal(field.Value.GetRawText(), written.Values![field.Name].GetRawText()));
    }

    [Fact]
    public async Task Whoever_is_there_already_is_told_as_intercom_tells_it_and_not_made_again()
    {
        var before = Crm.State("contacts").Streams["contacts"].Count;
        await WriteAsync(WriteKind.Create, [new RecordWrite(default, Values(("role", "user"), ("external_id", "only-one")))]);

        var again = await WriteAsync(WriteKind.Create, [new RecordWrite(default, Values(("role", "user"), ("external_id", "only-one")))]);

        Assert.Contains("already exists with id=", Assert.IsType<WriteOutcome.Rejected>(again[0]).Reason, StringComparison.Ordinal);
        Assert.Equal(before + 1, Crm.State("contacts").Streams["contacts"].Count);
        Assert.Single(await ((IFindsByUniqueValue)Writes).FindAsync(Stream, "external_id", ["only-one", "nobody"], CancellationToken.None));
    }

    [Fact]
    public async Task A_company_that_is_there_already_is_not_changed_by_making_it()
    {
        var companies = await StreamAsync("companies");
        var known = Crm.State("companies").Streams["companies"].First(record => record.Deleted is null);

        var outcomes = await Writes.WriteAsync(
            new WriteBatch(companies, WriteKind.Create, [new RecordWrite(default, Values(("company_id", known.Properties["company_id"]!), ("name", "Taken over"))), new RecordWrite(default, Values(("company_id", "new-1"), ("name", "New")))]),
            CancellationToken.None);

        Assert.Contains($"id={known.Id}", Assert.IsType<WriteOutcome.Rejected>(outcomes[0]).Reason, StringComparison.Ordinal);
        Assert.IsType<WriteOutcome.Written>(outcomes[1]);
        Assert.DoesNotContain(Crm.State("companies").Streams["companies"], record => record.Properties.GetValueOrDefault("name") == "Taken over");
    }

    [Fact]
    public async Task An_archived_contact_is_gone_at_once_though_the_searches_still_show_it_and_comes_back_by_its_id()
    {
        var id = new RecordId(Ids(1)[0]);
        Crm.Control(new LagControl(TimeSpan.FromMinutes(5)) { Endpoint = "search" });
        Clock.Advance(TimeSpan.FromHours(1));

        await WriteAsync(WriteKind.Delete, [new RecordWrite(id, NoValues)]);
        Assert.Equal(GoneCause.Archived, await CauseAsync(id));
        await WriteAsync(WriteKind.Restore, [new RecordWrite(id, NoValues)]);
        Assert.Null(await CauseAsync(id));
        Clock.Advance(TimeSpan.FromHours(1));

        Assert.Null(await CauseAsync(id));
    }

    [Fact]
    public async Task Nobody_says_whether_a_contact_is_archived_that_intercom_did_not_answer_for_until_the_searches_know()
    {
        var id = new RecordId(Ids(1)[0]);
        Crm.Control(new LagControl(TimeSpan.FromMinutes(5)) { Endpoint = "search" });
        Crm.Control(new CutControl(10) { Endpoint = "archive", Times = 1 });

        Assert.IsType<WriteOutcome.Unheard>((await WriteAsync(WriteKind.Delete, [new RecordWrite(id, NoValues)]))[0]);

        using (var read = await ((IReadsByIds)Writes).ReadByIdsAsync(Stream, [], [id], CancellationToken.None))
        {
            Assert.Empty(read.Gone);
            Assert.Empty(read.Live[0].Records);
            Assert.Contains("do not show yet", Assert.Single(read.Live[0].SetAside).Reason, StringComparison.Ordinal);
        }

        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(GoneCause.Archived, await CauseAsync(id));
    }

    [Theory]
    [InlineData("conversations", "title")]
    [InlineData("companies", "name")]
    public async Task Other_records_are_changed_and_deleted_too(string name, string field)
    {
        var stream = await StreamAsync(name);
        var id = Crm.State(name).Streams[name].First(record => record.Deleted is null).Id;

        await Writes.WriteAsync(new WriteBatch(stream, WriteKind.Update, [new RecordWrite(new RecordId(id), Values((field, "Changed")))]), CancellationToken.None);
        Assert.Equal("Changed", Crm.State(name).Streams[name].Single(record => record.Id == id).Properties[field]);
        await Writes.WriteAsync(new WriteBatch(stream, WriteKind.Delete, [new RecordWrite(new RecordId(id), NoValues)]), CancellationToken.None);

        using var read = await ((IReadsByIds)Writes).ReadByIdsAsync(stream, [], [new RecordId(id)], CancellationToken.None);
        Assert.Single(read.Gone);
    }

    [Theory]
    [InlineData("company_id")]
    [InlineData("remote_created_at")]
    public async Task What_a_company_keeps_for_good_is_refused_without_a_call(string field)
    {
        var companies = await StreamAsync("companies");
        var id = new RecordId(Crm.State("companies").Streams["companies"].First(record => record.Deleted is null).Id);
        Crm.Requests.Clear();

        var outcomes = await Writes.WriteAsync(new WriteBatch(companies, WriteKind.Update, [new RecordWrite(id, Values((field, "1")))]), CancellationToken.None);

        Assert.Contains(field, Assert.IsType<WriteOutcome.Rejected>(outcomes[0]).Reason, StringComparison.Ordinal);
        Assert.Empty(Crm.Requests.All);
    }

    [Fact]
    public async Task A_ticket_is_opened_and_closed_and_its_attributes_set()
    {
        var stream = await StreamAsync("tickets");
        var ticket = Crm.State("tickets").Streams["tickets"].First(record => record.Deleted is null).Id;

        var outcome = await Writes.WriteAsync(
            new WriteBatch(stream, WriteKind.Update, [new RecordWrite(new RecordId(ticket), new Dictionary<string, JsonElement> { ["ticket_attributes._default_title_"] = JsonElement.Parse("\"Changed\""), ["open"] = JsonElement.Parse("false") })]),
            CancellationToken.None);

        Assert.IsType<WriteOutcome.Written>(outcome[0]);
        var (_, json) = await ReadAsync(stream, ["ticket_attributes._default_title_", "open"], new RecordId(ticket));
        Assert.Equal("{\"ticket_attributes._default_title_\":\"Changed\",\"open\":false}", json);
    }

    [Theory]
    [InlineData("companies")]
    [InlineData("tags")]
    public async Task Contacts_are_attached_and_detached_and_name_it_themselves(string name)
    {
        var to = await StreamAsync(name);
        var links = (IWritesLinks)Writes;
        var type = Assert.Single(await links.LinkTypesAsync(Stream, to, CancellationToken.None));
        var (contact, target) = (new RecordId(Ids(1)[0]), new RecordId(Crm.State(name).Streams[name].Last(record => record.Deleted is null).Id));
        var write = new LinkWrite(contact, target, type);

        Assert.IsType<WriteOutcome.Written>((await links.WriteLinksAsync(new LinkBatch(Stream, to, Removes: false, [write]), CancellationToken.None))[0]);
        Assert.Contains(target, await NamedAsync(to, contact));
        Assert.IsType<WriteOutcome.Written>((await links.WriteLinksAsync(new LinkBatch(Stream, to, Removes: true, [write]), CancellationToken.None))[0]);
        Assert.DoesNotContain(target, await NamedAsync(to, contact));
        var refused = await links.WriteLinksAsync(new LinkBatch(Stream, to, Removes: false, [write with { Target = new RecordId("66f0a1b30000000000999999") }]), CancellationToken.None);

        Assert.NotEmpty(Assert.IsType<WriteOutcome.Rejected>(refused[0]).Reason);
    }

    private static Dictionary<string, JsonElement> Values(params (string Name, string Value)[] values) => values.ToDictionary(value => value.Name, value => JsonSerializer.SerializeToElement(value.Value));

    private async Task<StreamDescription> StreamAsync(string name) => (await ((IConnector)Writes).DiscoverAsync(isThorough: true, CancellationToken.None)).Single(stream => stream.Name.Value == name);

    private async Task<IReadOnlyList<string>> FieldsAsync(StreamDescription stream) =>
        [.. (await ((IConnector)Writes).DescribeAsync(stream, CancellationToken.None)).Fields.Select(field => field.Name)];

    private async Task<(long Stamp, string Json)> ReadAsync(StreamDescription stream, IReadOnlyList<string> fields, RecordId id)
    {
        using var read = await ((IReadsByIds)Writes).ReadByIdsAsync(stream, fields, [id], CancellationToken.None);
        var slice = read.Live[0].Records[0];
        return (slice.ModifiedMilliseconds, Encoding.UTF8.GetString(read.Live[0].PropertiesOf(slice).Span));
    }

    private async Task<IEnumerable<RecordId>> NamedAsync(StreamDescription to, RecordId contact) =>
        ((INamesLinks)Writes).LinksIn(new AssociationPair(Stream.Name, to.Name), Encoding.UTF8.GetBytes((await ReadAsync(Stream, [to.Name.Value], contact)).Json)).Select(link => link.Target);

    private async Task<GoneCause?> CauseAsync(RecordId id)
    {
        using var read = await ((IReadsByIds)Writes).ReadByIdsAsync(Stream, [], [id], CancellationToken.None);
        return read.Gone.Select(gone => (GoneCause?)gone.Cause).FirstOrDefault();
    }
}
