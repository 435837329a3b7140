using Trueup.Contract;
using Trueup.Engine.Tests.World;

namespace Trueup.Engine.Tests;

public sealed class BrakeTests
{
    private static StreamName Contacts => SmallCrm.Contacts;

    [Fact]
    public async Task A_few_deletions_do_not_withdraw_the_question_about_many()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        Purge(world, 1, 150);
        world.Crm.Archive(Contacts, "200");

        await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(151, world.Engine.Braked[Contacts]);
    }

    [Fact]
    public async Task What_changed_of_records_that_wait_for_an_answer_is_read_once_they_are_back()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        for (var id = 1; id <= 150; id++)
            world.Crm.HiddenFromList.Add(id.ToString());
        world.Crm.Edit(Contacts, "5", "city", "Bonn");
        world.Crm.BeforePage = (kind, _) => { if (kind == "search") throw new CrmUnavailableException("Busy."); };
        await world.SyncAsync(SyncKind.Nightly);
        world.Crm.HiddenFromList.Clear();
        world.Crm.BeforePage = null;

        await world.SyncAsync(SyncKind.Hourly);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task The_question_is_withdrawn_when_the_records_are_back()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        Archive(world, 1, 150);
        await world.SyncAsync(SyncKind.Nightly);
        for (var id = 1; id <= 150; id++)
            world.Crm.Restore(Contacts, id.ToString());

        var report = await world.SyncAsync(SyncKind.Nightly);

        Assert.Empty(world.Engine.Braked);
        Assert.Equal(SyncStatus.Verified, report.Status);
    }

    [Fact]
    public async Task An_answer_to_bury_is_no_leave_to_bury_many_more()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 800);
        await world.SyncAsync(SyncKind.Onboarding);
        Archive(world, 1, 170);
        await world.SyncAsync(SyncKind.Nightly);
        await world.Engine.AnswerBrakeAsync(Contacts, bury: true, CancellationToken.None);
        Archive(world, 171, 790);

        await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(790, world.Engine.Braked[Contacts]);
    }

    [Fact]
    public async Task The_passes_of_one_sync_share_what_it_may_bury()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        await world.SyncAsync(SyncKind.Nightly);
        Archive(world, 1, 90);
        Purge(world, 101, 190);

        await world.SyncAsync(SyncKind.LastDay);

        Assert.True(world.Engine.Braked.ContainsKey(Contacts));
        Assert.InRange((await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == Contacts).Live, 300, 400);
    }

    [Fact]
    public async Task Records_that_are_kept_are_not_asked_about_again_because_another_one_goes()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 800);
        await world.SyncAsync(SyncKind.Onboarding);
        Purge(world, 1, 170);
        await world.SyncAsync(SyncKind.Nightly);
        await world.Engine.AnswerBrakeAsync(Contacts, bury: false, CancellationToken.None);
        Purge(world, 200, 204);

        var report = await world.SyncAsync(SyncKind.Nightly);

        Assert.Empty(world.Engine.Braked);
        Assert.Equal(5, report.Streams.Single(stream => stream.Stream == Contacts).Buried);
        Assert.Contains("170", report.Reason, StringComparison.Ordinal);
        Assert.Equal(795, await LiveAsync(world));
    }

    [Fact]
    public async Task Kept_records_that_came_back_may_go_later_like_any_others()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 800);
        await world.SyncAsync(SyncKind.Onboarding);
        Archive(world, 1, 170);
        await world.SyncAsync(SyncKind.Nightly);
        await world.Engine.AnswerBrakeAsync(Contacts, bury: false, CancellationToken.None);
        for (var id = 1; id <= 170; id++)
            world.Crm.Restore(Contacts, id.ToString());
        await world.SyncAsync(SyncKind.Nightly);
        Archive(world, 1, 50);

        await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(750, await LiveAsync(world));
    }

    [Fact]
    public async Task Single_records_that_are_said_to_be_gone_are_not_buried_by_the_hundred()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        Purge(world, 1, 150);

        await world.SyncAsync(SyncKind.Records, Contacts, [.. Enumerable.Range(1, 150).Select(id => id.ToString())]);

        Assert.Equal(300, await LiveAsync(world));
        Assert.Equal(50, world.Engine.Braked[Contacts]);
        await world.Engine.AnswerBrakeAsync(Contacts, bury: true, CancellationToken.None);
        await world.SyncAsync(SyncKind.Nightly);
        Assert.Equal(250, await LiveAsync(world));
        Assert.Empty(world.Engine.Braked);
    }

    [Fact]
    public async Task An_answer_given_while_a_sync_runs_is_neither_lost_nor_in_its_way()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        Purge(world, 1, 150);
        await world.SyncAsync(SyncKind.Nightly);
        world.Crm.BeforePage = (_, page) =>
        {
            if (page == 3)
                Assert.True(world.Engine.AnswerBrakeAsync(Contacts, bury: true, CancellationToken.None).GetAwaiter().GetResult());
            world.Crm.BeforePage = page == 3 ? null : world.Crm.BeforePage;
        };

        var report = await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.Equal(250, await LiveAsync(world));
    }

    private static async Task<long> LiveAsync(SmallWorld world) =>
        (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == Contacts).Live;

    private static void Archive(SmallWorld world, int from, int to)
    {
        for (var id = from; id <= to; id++)
            world.Crm.Archive(Contacts, id.ToString());
    }

    private static void Purge(SmallWorld world, int from, int to)
    {
        for (var id = from; id <= to; id++)
            world.Crm.Purge(Contacts, id.ToString());
    }
}
