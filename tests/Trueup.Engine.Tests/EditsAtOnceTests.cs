using System.Text.Json;
using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Engine.Tests.World;
using static Trueup.Engine.Tests.World.SmallWorld;

namespace Trueup.Engine.Tests;

/// <summary>Edits beside other edits, other people and syncs at the same records.</summary>
public sealed class EditsAtOnceTests
{
    [Fact]
    public async Task What_was_read_too_long_ago_is_read_again_before_it_is_written_on()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        var readings = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint != "by-id")
                return;
            if (readings++ == 0)
                world.Clock.Advance(TimeSpan.FromMinutes(2));
            else
                world.Crm.Edit(SmallCrm.Contacts, "1", "city", "Changed there");
        };

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")));

        Assert.Equal((EditResult.Conflict, 2), (results[0].Result, readings));
        Assert.Empty(world.Crm.Written);
    }

    [Fact]
    public async Task An_app_that_answers_too_slowly_to_compare_with_has_nothing_written_to_it()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.BeforePage = (endpoint, _) => world.Clock.Advance(endpoint == "by-id" ? TimeSpan.FromMinutes(2) : TimeSpan.Zero);

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")), Deletion("2"));

        Assert.All(results, result => Assert.Contains("Not sent: The app answers too slowly", result.Reason, StringComparison.Ordinal));
        Assert.Empty(world.Crm.Written);
    }

    [Fact]
    public async Task Two_runs_that_write_one_record_at_the_same_instant_leave_the_mirror_equal()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        EditReport? other = null;
        world.Edits.Add("other", Change("1", ("name", "Of the other")) with { Position = 0 });
        world.Clock.AutoAdvanceAmount = TimeSpan.Zero;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint != "write" || other is not null)
                return;

            // The first has read and is about to write; the second does all of its own meanwhile, within the resolution of the stamps.
            world.Crm.BeforePage = null;
            other = world.Engine.EditAsync(new EditOrder("other", SmallCrm.Contacts, false, ConflictRule.Stop), world.Edits, () => { }, CancellationToken.None).GetAwaiter().GetResult();
        };

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")));

        Assert.Equal((true, EditResult.Updated, EditResult.Updated), (other!.IsSettled, results[0].Result, world.Edits.Of("other")[0].Result));
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task I21_a_sync_that_read_a_record_before_an_edit_wrote_it_does_not_put_it_back()
    {
        await using var world = await SmallWorld.OnboardedAsync(25);
        for (var id = 1; id <= 15; id++)
            world.Crm.Edit(SmallCrm.Contacts, $"{id}", "name", "Changed there");
        world.Edits.Add("run", Change("1", ("city", "Lübeck")) with { Position = 0 });
        var order = new EditOrder("run", SmallCrm.Contacts, false, ConflictRule.Overwrite);
        EditReport? report = null;
        world.Crm.BeforePage = (endpoint, page) =>
        {
            // The first page has been read, and what changed there waits for its commit.
            if (endpoint == "search" && page > 0 && report is null)
                report = world.Engine.EditAsync(order, world.Edits, () => { }, CancellationToken.None).GetAwaiter().GetResult();
        };

        var sync = await world.SyncAsync(SyncKind.Hourly);

        Assert.True(report!.IsSettled);
        Assert.Equal(EditResult.Updated, world.Edits.Of("run")[0].Result);
        Assert.Equal(SyncStatus.Verified, sync.Status);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Edits_beside_a_full_sync_leave_it_verified_and_the_mirror_equal()
    {
        await using var world = await SmallWorld.OnboardedAsync(40);
        var edited = false;
        world.Crm.BeforePage = (endpoint, page) =>
        {
            if (endpoint != "list" || page != 2 || edited)
                return;
            edited = true;
            var results = world.EditAsync(Change("1", ("city", "Lübeck")), Change("39", ("city", "Lübeck")), Deletion("2"), Deletion("38"), Creation(("name", "Ada"))).GetAwaiter().GetResult();
            Assert.All(results, result => Assert.True(result.Result is EditResult.Updated or EditResult.Deleted or EditResult.Created, result.Reason));
        };

        var report = await world.SyncAsync(SyncKind.Full);

        Assert.True(edited);
        Assert.True(report.Status == SyncStatus.Verified, report.Reason);
        await world.AssertEqualAsync();
    }
}
