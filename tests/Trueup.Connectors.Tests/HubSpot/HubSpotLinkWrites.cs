using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;

namespace Trueup.Connectors.Tests.HubSpot;

/// <summary>Links of HubSpot's records, written in batches.</summary>
public sealed class HubSpotLinkWrites : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoHeaders = [];
    private readonly HubSpotConnectorFactory factory = new(seed: 1);
    private EmulatedHubSpot crm = null!;
    private IConnector connector = null!;
    private StreamDescription contacts = null!;
    private StreamDescription companies = null!;
    private IReadOnlyList<LinkType> types = null!;

    private IWritesLinks Writes => (IWritesLinks)connector;

    public async ValueTask InitializeAsync()
    {
        crm = await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 400, Seed = 7 });
        connector = factory.Create(new ConnectorSetup(crm.Url, MemoryCredentials.Static(), 0.8, new QuickClock(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero)), NullLogger.Instance));
        var streams = await connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        contacts = streams.Single(stream => stream.Name.Value == "contacts");
        companies = streams.Single(stream => stream.Name.Value == "companies");
        types = await Writes.LinkTypesAsync(contacts, companies, CancellationToken.None);
        crm.Requests.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await connector.DisposeAsync();
        factory.Dispose();
        await crm.DisposeAsync();
    }

    [Fact]
    public void The_unlabelled_type_comes_first_and_of_the_primary_company_there_is_one()
    {
        Assert.Equal(("HUBSPOT_DEFINED", "279", null, false), (types[0].Category, types[0].TypeId, types[0].Label, types[0].IsSingle));
        Assert.True(types.Single(type => type.Label == "Primary").IsSingle);
    }

    [Fact]
    public async Task Links_are_added_and_removed_in_one_call_each_with_the_type_that_was_asked_for()
    {
        var (ids, company) = (Ids("contacts", 100), Ids("companies", 1)[0]);

        var added = await WriteAsync(false, ids.Select(id => Link(id, company, "Primary")));
        Assert.All(added, outcome => Assert.IsType<WriteOutcome.Written>(outcome));
        Assert.All(await LinksAsync(ids), links => Assert.Equal(["1", "279"], links.Where(link => link.Target.Value == company).Select(link => link.TypeId).Order()));
        Assert.Equal(1, crm.Requests.Count("associations-write"));

        var unlabelled = await WriteAsync(true, ids.Select(id => Link(id, company, "Primary")));
        Assert.All(unlabelled, outcome => Assert.IsType<WriteOutcome.Written>(outcome));
        Assert.All(await LinksAsync(ids), links => Assert.Equal(["279"], links.Where(link => link.Target.Value == company).Select(link => link.TypeId)));

        await WriteAsync(true, ids.Select(id => new LinkWrite(new RecordId(id), new RecordId(company), null)));
        Assert.All(await LinksAsync(ids), links => Assert.DoesNotContain(links, link => link.Target.Value == company));
        Assert.Equal(3, crm.Requests.Count("associations-write"));
    }

    [Fact]
    public async Task A_new_primary_company_takes_the_mark_from_the_one_before()
    {
        var (id, before, after) = (Ids("contacts", 1)[0], Ids("companies", 2)[0], Ids("companies", 2)[1]);
        await WriteAsync(false, [Link(id, before, "Primary")]);

        await WriteAsync(false, [Link(id, after, "Primary")]);

        var links = (await LinksAsync([id]))[0];
        Assert.Equal([after], links.Where(link => link.Label == "Primary").Select(link => link.Target.Value));
        Assert.Contains(links, link => link.Target.Value == before && link.Label is null);
    }

    [Fact]
    public async Task G160_links_that_are_refused_are_told_in_the_vendors_words_and_all_others_are_made()
    {
        var (ids, company) = (Ids("contacts", 40), Ids("companies", 1)[0]);

        var outcomes = await WriteAsync(false, ids.Select((id, place) => Link(id, place is 7 or 23 ? "999999999" : company, null)));

        Assert.All([7, 23], place => Assert.Contains("does not exist", Assert.IsType<WriteOutcome.Rejected>(outcomes[place]).Reason, StringComparison.Ordinal));
        Assert.Equal(38, outcomes.Count(outcome => outcome is WriteOutcome.Written));
        Assert.Equal(38, crm.Requests.All.Sum(request => request.Written));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task G57_links_that_were_written_and_not_heard_of_are_unheard_and_never_sent_again(bool removes)
    {
        var (id, company) = (Ids("contacts", 1)[0], Ids("companies", 1)[0]);
        crm.Control(new CutControl(0) { Endpoint = "associations-write", Times = 1 });

        Assert.IsType<WriteOutcome.Unheard>((await WriteAsync(removes, [Link(id, company, null)]))[0]);

        Assert.Equal(1, crm.Requests.Count("associations-write"));
    }

    [Fact]
    public async Task A_refused_rate_is_waited_for()
    {
        crm.Control(new FaultControl(429, NoHeaders, null) { Endpoint = "associations-write", Times = 1 });

        Assert.IsType<WriteOutcome.Written>((await WriteAsync(false, [Link(Ids("contacts", 1)[0], Ids("companies", 1)[0], null)]))[0]);

        Assert.Equal(2, crm.Requests.Count("associations-write"));
    }

    private string[] Ids(string stream, int count) => [.. crm.State(stream).Streams[stream].Where(record => record.Deleted is null).Take(count).Select(record => record.Id)];

    private LinkWrite Link(string contact, string company, string? label) => new(new RecordId(contact), new RecordId(company), types.First(type => type.Label == label));

    private Task<IReadOnlyList<WriteOutcome>> WriteAsync(bool removes, IEnumerable<LinkWrite> links) =>
        Writes.WriteLinksAsync(new LinkBatch(contacts, companies, removes, [.. links]), CancellationToken.None);

    private async Task<IReadOnlyList<IReadOnlyList<Association>>> LinksAsync(string[] ids)
    {
        var all = new Dictionary<string, IReadOnlyList<Association>>();
        await foreach (var answers in ((IReadsAssociations)connector).ReadAssociationsAsync(contacts, companies, [.. ids.Select(id => new RecordId(id))], CancellationToken.None))
            foreach (var answer in answers)
                all[answer.Source.Value] = answer.Links;
        return [.. ids.Select(id => all[id])];
    }
}
