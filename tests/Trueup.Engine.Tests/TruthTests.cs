using Trueup.Contract;
using Trueup.Engine.Tests.World;

namespace Trueup.Engine.Tests;

public sealed class TruthTests
{
    private static StreamName Contacts => SmallCrm.Contacts;

    [Fact]
    public async Task Verifying_a_stream_that_is_not_there_is_no_success()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 5);
        await world.SyncAsync(SyncKind.Onboarding);

        var report = await world.Engine.VerifyAsync(new StreamName("contatcs"), _ => { }, CancellationToken.None);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.Contains("contatcs", report.Reason);
    }

    [Fact]
    public async Task Syncing_single_records_forgets_no_sync_that_was_under_way()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 50);
        world.Crm.BeforePage = (endpoint, _) => throw new InvalidOperationException("The process dies here.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.SyncAsync(SyncKind.Onboarding));
        world.Crm.BeforePage = null;
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Records, Contacts, "1");

        Assert.Equal(SyncKind.Onboarding, world.Engine.Unfinished?.Kind);
    }

    [Fact]
    public async Task Single_records_of_another_account_are_never_taken_for_those_of_this_one()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.ExternalId = "portal 2";
        world.Crm.Purge(Contacts, "1");
        await world.RestartAsync();

        var report = await world.SyncAsync(SyncKind.Records, Contacts, "1");

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.Equal(20, (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == Contacts).Live);
    }

    [Fact]
    public async Task A_record_asked_for_twice_is_counted_once()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Purge(Contacts, "1");

        var report = await world.SyncAsync(SyncKind.Records, Contacts, "1", "1");

        Assert.Equal((1, 19), (report.Streams.Single().Buried, report.Streams.Single().InTrueup));
    }

    [Fact]
    public async Task A_record_that_was_buried_before_its_survivor_was_read_still_resolves_to_it()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Archive(Contacts, "3");
        await world.SyncAsync(SyncKind.Records, Contacts, "3");
        world.Crm.Restore(Contacts, "3");
        var survivor = world.Crm.Merge(Contacts, "4", "3");

        await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal(survivor, (await world.Mirror.ResolveAsync(Contacts, new RecordId("3"), CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_merge_chain_read_at_once_counts_each_loser_once()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        var first = world.Crm.Merge(Contacts, "1", "2");
        var merged = false;
        world.Crm.BeforePage = (endpoint, page) =>
        {
            if (endpoint == "list" && page == 2 && !merged)
            {
                merged = true;
                world.Crm.Merge(Contacts, first, "3");
            }
        };
        world.Crm.RecordsPerPage = 9;

        var report = await world.SyncAsync(SyncKind.Nightly);

        var contacts = report.Streams.Single(stream => stream.Stream == Contacts);
        Assert.Equal(20 + contacts.Created - contacts.Merged, contacts.InTrueup);
        await world.AssertEqualAsync();
    }
}
