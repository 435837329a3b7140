using Trueup.Contract;
using Trueup.Engine.Tests.World;

namespace Trueup.Engine.Tests;

public sealed class NamedLinkTests
{
    private static readonly AssociationPair Pair = new(SmallCrm.Contacts, SmallCrm.Companies);

    [Theory]
    [InlineData(SyncKind.Hourly)]
    [InlineData(SyncKind.Nightly)]
    public async Task I14_links_that_records_name_are_mirrored_from_the_records_without_a_call(SyncKind kind)
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3, namesLinks: true);
        world.Crm.Edit(SmallCrm.Contacts, "2", NamingCrm.Field, "11;12");
        await world.SyncAsync(SyncKind.Onboarding);
        Assert.Equal(["11", "12"], await LinkedAsync(world, "2"));
        world.Crm.Edit(SmallCrm.Contacts, "2", NamingCrm.Field, "12;13");
        world.Crm.BeforePage = (endpoint, _) => Assert.NotEqual("associations", endpoint);

        var report = await world.SyncAsync(kind);

        Assert.Equal(["12", "13"], await LinkedAsync(world, "2"));
        Assert.Equal(2, report.Streams.Single(stream => stream.Stream == SmallCrm.Contacts).LinksChanged);
    }

    [Fact]
    public async Task I14_links_that_a_changed_record_names_are_there_after_a_crash_between_records_and_links()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3, namesLinks: true);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Edit(SmallCrm.Contacts, "2", NamingCrm.Field, "11;12");
        var counted = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            // Both streams have been read by then.
            if (endpoint == "count" && ++counted == 2)
                throw new InvalidOperationException("The process dies here.");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.SyncAsync(SyncKind.Hourly));
        Assert.Empty(await LinkedAsync(world, "2"));
        world.Crm.BeforePage = null;
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal(["11", "12"], await LinkedAsync(world, "2"));
    }

    [Fact]
    public async Task Links_to_a_record_that_was_brought_back_are_there_again_after_a_night()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3, namesLinks: true);
        world.Crm.Edit(SmallCrm.Contacts, "2", NamingCrm.Field, "11");
        world.Crm.Archive(SmallCrm.Companies, "11");
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Restore(SmallCrm.Companies, "11");
        await world.SyncAsync(SyncKind.Nightly);
        world.Crm.Archive(SmallCrm.Companies, "11");
        await world.SyncAsync(SyncKind.Nightly);
        world.Crm.Restore(SmallCrm.Companies, "11");

        await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(["11"], await LinkedAsync(world, "2"));
    }

    [Fact]
    public async Task A_count_that_comes_with_what_was_read_saves_asking_for_it()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.TellsCount = live => live;
        var counted = 0;
        world.Crm.BeforePage = (endpoint, _) => counted += endpoint == "count" ? 1 : 0;

        var report = await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal((SyncStatus.Verified, 0), (report.Status, counted));
        Assert.All(report.Streams, stream => Assert.Equal(stream.InTrueup, stream.InApp));
    }

    [Fact]
    public async Task A_count_that_came_with_what_was_read_and_disagrees_is_asked_for_by_itself()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.TellsCount = live => live + 1;
        var counted = 0;
        world.Crm.BeforePage = (endpoint, _) => counted += endpoint == "count" ? 1 : 0;

        var report = await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal((SyncStatus.Verified, 2), (report.Status, counted));
    }

    private static async Task<IEnumerable<string>> LinkedAsync(SmallWorld world, string contact)
    {
        var linked = await world.Mirror.LinkedAsync(Pair, [new RecordId(contact)], fromTargets: false, CancellationToken.None);
        return linked.TryGetValue(new RecordId(contact), out var targets) ? targets.Select(target => target.Value).Order() : [];
    }
}
