using Trueup.Contract;
using Trueup.Engine.Tests.World;

namespace Trueup.Engine.Tests;

public sealed class LinkTests
{
    private static StreamName Contacts => SmallCrm.Contacts;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task I14_links_of_changed_records_that_could_not_be_read_are_read_by_the_next_sync(bool crash)
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Links.Add(("1", "11"));
        world.Crm.Edit(Contacts, "1", "city", "Bonn");
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "associations")
                throw crash ? new InvalidOperationException("The process dies here.") : new CrmUnavailableException("The app answers 500.");
        };
        if (crash)
            await Assert.ThrowsAsync<InvalidOperationException>(() => world.SyncAsync(SyncKind.Hourly));
        else
            Assert.Equal(SyncStatus.Partial, (await world.SyncAsync(SyncKind.Hourly)).Status);
        world.Crm.BeforePage = null;
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Hourly);

        await AssertLinksAsync(world);
    }

    [Fact]
    public async Task Links_whose_other_end_could_not_be_read_are_read_once_it_can()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Links.Add(("1", "11"));
        world.Crm.Edit(Contacts, "1", "city", "Bonn");
        world.Crm.Forbidden.Add(SmallCrm.Companies);
        await world.SyncAsync(SyncKind.Hourly);
        world.Crm.Forbidden.Clear();

        await world.SyncAsync(SyncKind.Hourly);

        await AssertLinksAsync(world);
    }

    [Fact]
    public async Task Links_of_custom_objects_are_followed_by_a_process_that_has_not_asked_yet_what_is_linked()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Links.Add(("1", "11"));
        world.Crm.Edit(Contacts, "1", "city", "Bonn");
        world.Crm.KnowsPairs = false;
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Login);

        await AssertLinksAsync(world);
    }

    [Fact]
    public async Task I25_links_are_right_after_a_back_fill_of_more_records_than_are_remembered()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 50_100, companies: 3);
        world.Crm.RecordsPerPage = 1_000;
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.FieldNames.Add("tier");
        for (var id = 1; id <= 50_100; id++)
            world.Crm.Recompute(Contacts, id.ToString(), "tier", "gold");
        world.Crm.Links.Add(("50100", "50101"));
        world.Crm.Links.Add(("1", "50102"));

        await world.SyncAsync(SyncKind.Hourly);

        await AssertLinksAsync(world);
    }

    [Fact]
    public async Task Verify_names_the_records_whose_links_differ_and_changes_nothing()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3);
        world.Crm.Links.Add(("2", "11"));
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Links.Add(("1", "11"));
        world.Crm.Links.Remove(("2", "11"));

        var report = await world.Engine.VerifyAsync(null, _ => { }, CancellationToken.None);

        var contacts = report.Streams.Single(stream => stream.Stream == Contacts);
        Assert.Equal((SyncStatus.Unverified, "contacts: 2 with other links."), (report.Status, report.Reason));
        Assert.Equal(["1", "2"], contacts.Drift.Different.Order());
        Assert.Equal(["2"], (await world.Mirror.LinkedAsync(
            new AssociationPair(Contacts, SmallCrm.Companies), [new RecordId("11")], fromTargets: true, CancellationToken.None))[new RecordId("11")].Select(id => id.Value));
    }

    private static async Task AssertLinksAsync(SmallWorld world)
    {
        var pair = new AssociationPair(Contacts, SmallCrm.Companies);
        var contacts = world.Crm.Live(Contacts).Keys.Select(id => new RecordId(id)).ToList();
        var linked = await world.Mirror.LinkedAsync(pair, contacts, fromTargets: false, CancellationToken.None);
        Assert.Equal(
            world.Crm.Links.Select(link => $"{link.Contact}>{link.Company}").Order(),
            linked.SelectMany(link => link.Value.Select(target => $"{link.Key}>{target}")).Order());
    }
}
