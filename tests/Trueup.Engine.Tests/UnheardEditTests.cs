using System.Text.Json;
using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Engine.Tests.World;
using static Trueup.Engine.Tests.World.SmallWorld;

namespace Trueup.Engine.Tests;

/// <summary>What was sent and not heard of ends as done or not done, and nothing is made twice (invariant I28).</summary>
public sealed class UnheardEditTests
{
    [Theory]
    [InlineData(WriteTrouble.AnswerLost, 1)]
    [InlineData(WriteTrouble.NeverArrives, 1)]
    public async Task I28_an_update_that_was_not_heard_of_is_settled_by_the_record_and_written_once(object trouble, int written)
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.WriteTroubles.Enqueue((WriteTrouble)trouble);

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")));

        Assert.Equal((EditResult.Updated, "{\"city\":\"Kiel\"}"), (results[0].Result, results[0].Before));
        Assert.Equal(written, world.Crm.Written.Count);
        await world.AssertEqualAsync();
    }

    [Theory]
    [InlineData(WriteTrouble.AnswerLost, 1)]
    [InlineData(WriteTrouble.AnswerLost, 30)]
    public async Task I28_what_was_sent_and_cannot_be_read_stays_open_until_it_can_or_nobody_waits_for_it_any_more(object trouble, int hours)
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.TellsValues = false;
        world.Edits.Add("run", Change("1", ("city", "Lübeck")) with { Position = 0 }, Deletion("2") with { Position = 1 });
        var order = new EditOrder("run", SmallCrm.Contacts, false, ConflictRule.Stop);
        world.Crm.WriteTroubles.Enqueue((WriteTrouble)trouble);
        world.Crm.WriteTroubles.Enqueue((WriteTrouble)trouble);
        var writes = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "write")
                world.Crm.Unreadable.Add($"{++writes}");
        };

        var first = await world.RunEditAsync(order);
        var between = world.Edits.Of("run").Select(item => item.Result).ToList();
        world.Clock.Advance(TimeSpan.FromHours(hours));
        if (hours == 1)
            world.Crm.Unreadable.Clear();
        var second = await world.RunEditAsync(order);

        Assert.Equal((false, true), (first.IsSettled, second.IsSettled));
        Assert.Contains("does not tell yet", first.Stopped, StringComparison.Ordinal);
        Assert.Equal([EditResult.Sending, EditResult.Sending], between);
        Assert.Equal(2, world.Crm.Written.Count);
        if (hours == 1)
        {
            Assert.Equal([EditResult.Updated, EditResult.Deleted], world.Edits.Of("run").Select(item => item.Result));
            await world.AssertEqualAsync();
        }
        else
        {
            Assert.All(world.Edits.Of("run"), item => Assert.Contains("what became of the change cannot be read", item.Reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_the_app_confirmed_counts_as_made_though_it_does_not_show_the_record_any_more()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.TellsValues = false;
        var writes = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "write")
                world.Crm.Unreadable.Add($"{++writes}");
        };

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")), Deletion("2"));

        Assert.Equal([EditResult.Updated, EditResult.Deleted], results.Select(result => result.Result));
        Assert.Equal("The app confirmed it. This connection may no longer read it.", results[0].Reason);
        Assert.Equal("{\"city\":\"Lübeck\"}", results[0].After);
    }

    [Fact]
    public async Task I28_an_app_that_never_answers_leaves_no_change_open_and_says_that_it_was_not_made()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        for (var i = 0; i < 10; i++)
            world.Crm.WriteTroubles.Enqueue(WriteTrouble.NeverArrives);

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")), Deletion("2"));

        Assert.All(results, result => Assert.Equal(EditResult.Rejected, result.Result));
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task I28_a_create_that_was_not_heard_of_but_made_is_found_by_its_values_and_not_made_again()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.IndexLag = TimeSpan.FromMinutes(2);
        world.Crm.WriteTroubles.Enqueue(WriteTrouble.AnswerLost);

        var results = await world.EditAsync(Creation(("name", "Ada"), ("city", "London")), Creation(("name", "Ada"), ("city", "London")));

        Assert.All(results, result => Assert.Equal(EditResult.Created, result.Result));
        Assert.Equal(["6", "7"], results.Select(result => result.Id.Value).Order());
        Assert.Equal(7, world.Crm.Live(SmallCrm.Contacts).Count);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task I28_a_create_that_never_arrived_is_told_as_not_made_once_the_index_would_show_it_and_is_not_sent_again()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);

        // As good as the one that was sent, but older than the sending.
        world.Crm.Create(SmallCrm.Contacts, "Ada", "London");
        await world.SyncAsync(SyncKind.Hourly);
        world.Crm.WriteTroubles.Enqueue(WriteTrouble.NeverArrives);
        var began = world.Clock.GetUtcNow();

        var results = await world.EditAsync(Creation(("name", "Ada"), ("city", "London")));

        Assert.Equal(EditResult.Rejected, results[0].Result);
        Assert.Contains("was not made", results[0].Reason, StringComparison.Ordinal);
        Assert.Empty(world.Crm.Written);
        Assert.True(world.Clock.GetUtcNow() - began >= world.Crm.PromisedLag, "Nothing was waited for.");
    }

    [Theory]
    [InlineData(WriteTrouble.Dies, 0)]
    [InlineData(WriteTrouble.Dies, 1)]
    [InlineData(WriteTrouble.Dies, 2)]
    [InlineData(WriteTrouble.DiesAfterwards, 0)]
    [InlineData(WriteTrouble.DiesAfterwards, 1)]
    [InlineData(WriteTrouble.DiesAfterwards, 2)]
    public async Task I28_after_a_crash_between_sending_and_hearing_every_change_is_accounted_for_and_none_made_twice(object trouble, int writesBefore)
    {
        await using var world = await SmallWorld.OnboardedAsync(8);
        world.Edits.Add("run", Change("1", ("city", "Lübeck")) with { Position = 0 }, Creation(("name", "Ada")) with { Position = 1 }, Deletion("3") with { Position = 2 });
        var order = new EditOrder("run", SmallCrm.Contacts, false, ConflictRule.Stop);
        for (var i = 0; i < writesBefore; i++)
            world.Crm.WriteTroubles.Enqueue(null);
        world.Crm.WriteTroubles.Enqueue((WriteTrouble)trouble);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.RunEditAsync(order));
        await world.RestartAsync();

        await world.SettleEditAsync(order);

        Assert.True(world.Crm.Settlements > 0, "What may still be under way was not waited for.");
        var results = world.Edits.Of("run");
        var isLost = (WriteTrouble)trouble == WriteTrouble.Dies && writesBefore == 1;
        Assert.Equal([EditResult.Updated, isLost ? EditResult.Rejected : EditResult.Created, EditResult.Deleted], results.Select(result => result.Result));
        Assert.Equal(isLost ? 2 : 3, world.Crm.Written.Count);
        Assert.Equal(isLost ? 7 : 8, world.Crm.Live(SmallCrm.Contacts).Count);
        await world.AssertEqualAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_found_to_be_done_is_in_the_mirror_although_it_could_not_be_written_at_first(bool deletes)
    {
        await using var world = await SmallWorld.OnboardedAsync(8);
        world.Edits.Add("run", (deletes ? Deletion("1") : Change("1", ("city", "Lübeck"))) with { Position = 0 });
        var order = new EditOrder("run", SmallCrm.Contacts, false, ConflictRule.Stop);
        foreach (var lost in new[] { "write", "by-id" })
        {
            // Another process takes over just before the mirror would follow.
            world.Crm.BeforePage = (endpoint, _) =>
            {
                if (endpoint == lost)
                    world.Mirror.TakeFenceAsync(CancellationToken.None).GetAwaiter().GetResult();
            };
            await Assert.ThrowsAsync<FencedOffException>(() => world.RunEditAsync(order));
            world.Crm.BeforePage = null;
            await world.RestartAsync();
        }

        Assert.True((await world.RunEditAsync(order)).IsSettled);

        Assert.Single(world.Crm.Written);
        await world.AssertEqualAsync();
    }
}
