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
