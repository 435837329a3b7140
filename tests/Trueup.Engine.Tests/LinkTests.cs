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
