using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Engine.Tests.World;
using static Trueup.Engine.Tests.World.SmallWorld;

namespace Trueup.Engine.Tests;

/// <summary>Edits of links between records (invariants I14 and I28). Contacts have the ids 1 to 4, companies 5 to 7.</summary>
public sealed class LinkEditTests
{
    [Fact]
    public async Task Links_are_added_and_taken_away_in_the_app_and_the_mirror_follows_with_a_read_a_write_and_a_read_a_batch()
    {
        await using var world = await LinkedAsync(("1", "5"), ("2", "5"));
        var calls = world.Crm.Calls;

        var results = await world.EditAsync(Linking("1", "6"), Linking("3", "6"), Unlinking("2", "5"));

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal(6, world.Crm.Calls - calls);
        Assert.Equal([("1", "5"), ("1", "6"), ("3", "6")], world.Crm.Links.Order());
        Assert.Equal("{\"associations.companies\":[]}", results[0].Before);
        Assert.Contains("\"other\":\"6\"", results[0].After, StringComparison.Ordinal);
        await world.AssertLinksEqualAsync();
    }

    [Fact]
    public async Task Syncs_after_a_link_edit_find_nothing_to_do_and_make_no_echo()
    {
        await using var world = await LinkedAsync(("1", "5"));
        await world.EditAsync(Linking("1", "6"), Unlinking("1", "5"));
        var events = (await world.Mirror.ChangesAsync(0, 1_000, CancellationToken.None)).Count;

        var hourly = await world.SyncAsync(SyncKind.Hourly);
        var full = await world.SyncAsync(SyncKind.Full);

        Assert.Equal((SyncStatus.Verified, SyncStatus.Verified), (hourly.Status, full.Status));
        Assert.Equal(0, hourly.Streams.Concat(full.Streams).Sum(stream => stream.LinksChanged + stream.Updated));
        Assert.Equal(events, (await world.Mirror.ChangesAsync(0, 1_000, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task What_the_app_has_already_is_unmodified_and_what_somebody_else_changed_is_a_conflict_with_both_sides_told()
    {
        await using var world = await LinkedAsync(("2", "5"), ("3", "5"), ("4", "5"));
        world.Crm.Links.Add(("1", "5"));
        world.Crm.Links.Remove(("2", "5"));
        world.Crm.Links.Remove(("4", "5"));
        world.Crm.Primary["3"] = "5";

        var results = await world.EditAsync(Linking("1", "5"), Unlinking("2", "5"), Linking("4", "5"), Unlinking("3", "5"));

        Assert.Equal([EditResult.Unmodified, EditResult.Unmodified, EditResult.Conflict, EditResult.Conflict], results.Select(result => result.Result));
        Assert.DoesNotContain("Primary", results[3].Before, StringComparison.Ordinal);
        Assert.Contains("Primary", results[3].Current, StringComparison.Ordinal);
        Assert.Contains("link to 5 of companies", results[3].Reason, StringComparison.Ordinal);
        Assert.Empty(world.Crm.Written);
        await world.AssertLinksEqualAsync();
    }

    [Fact]
    public async Task A_conflict_is_written_over_where_that_was_asked_for()
    {
        await using var world = await LinkedAsync(("3", "5"));
        world.Crm.Primary["3"] = "5";

        var results = await world.EditAsync(ConflictRule.Overwrite, false, Unlinking("3", "5"));

        Assert.Equal(EditResult.Updated, results[0].Result);
        Assert.Empty(world.Crm.Links);
        await world.AssertLinksEqualAsync();
    }

    [Fact]
    public async Task A_label_that_only_one_record_has_is_taken_from_the_one_before_and_undo_gives_it_back()
    {
        await using var world = await LinkedAsync(("1", "5"), ("1", "6"));
        world.Crm.Primary["1"] = "5";
        await world.SyncAsync(SyncKind.Full);

        var done = await world.EditAsync(Linking("1", "7", "primary"));
        Assert.Equal((EditResult.Updated, "7"), (done[0].Result, world.Crm.Primary["1"]));
        await world.AssertLinksEqualAsync();
        var undone = await world.EditAsync(ConflictRule.WriteOthers, false, [.. Undo.LinksOf(done[0], 0)]);

        Assert.All(undone, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal("5", world.Crm.Primary["1"]);
        Assert.Equal([("1", "5"), ("1", "6")], world.Crm.Links.Order());
        await world.AssertLinksEqualAsync();
    }

    [Fact]
    public async Task A_label_that_somebody_else_has_just_given_to_another_record_is_not_taken_away()
    {
        await using var world = await LinkedAsync(("1", "5"), ("1", "6"));
        world.Crm.Primary["1"] = "6";

        var results = await world.EditAsync(Linking("1", "7", "Primary"));

        Assert.Equal((EditResult.Conflict, "6"), (results[0].Result, world.Crm.Primary["1"]));
    }

    [Fact]
    public async Task Undo_links_again_with_the_label_it_had_and_leaves_what_changed_since()
    {
        await using var world = await LinkedAsync(("1", "5"), ("2", "5"));
        world.Crm.Primary["1"] = "5";
        await world.SyncAsync(SyncKind.Full);
        var done = await world.EditAsync(Unlinking("1", "5"), Linking("3", "6"), Linking("4", "6"));
        world.Crm.Primary["4"] = "6";

        var undone = await world.EditAsync(
            ConflictRule.WriteOthers, false, [.. done.SelectMany(item => Undo.LinksOf(item, 0)).Select((item, position) => item with { Position = position })]);

        Assert.Equal("5", world.Crm.Primary["1"]);
        Assert.Equal([("1", "5"), ("2", "5"), ("4", "6")], world.Crm.Links.Order());
        Assert.Equal(1, undone.Count(result => result.Result == EditResult.Conflict));
        await world.AssertLinksEqualAsync();
    }

    [Fact]
    public async Task Links_are_edited_from_either_end()
    {
        await using var world = await LinkedAsync(("1", "5"));
        var adds = new EditItem { Position = 0, Kind = WriteKind.Associate, Id = new RecordId("6"), Wanted = new LinkChange(SmallCrm.Contacts, new RecordId("2")).Write() };
        var takes = new EditItem { Position = 0, Kind = WriteKind.Dissociate, Id = new RecordId("5"), Wanted = new LinkChange(SmallCrm.Contacts, new RecordId("1")).Write() };

        var results = await world.EditAsync(SmallCrm.Companies, ConflictRule.Stop, false, adds, takes);
        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal([("2", "6")], world.Crm.Links);
        await world.AssertLinksEqualAsync();
        await world.EditAsync(SmallCrm.Companies, ConflictRule.WriteOthers, false, [.. Undo.LinksOf(results[0], 0), .. Undo.LinksOf(results[1], 1)]);

        Assert.Equal([("1", "5")], world.Crm.Links);
        await world.AssertLinksEqualAsync();
    }

    [Fact]
    public async Task References_that_lead_nowhere_are_refused_before_anything_is_sent()
    {
        await using var world = await LinkedAsync();
        var nowhere = Linking("1", "5") with { Wanted = new LinkChange(new StreamName("nothings"), new RecordId("1")).Write() };

        var results = await world.EditAsync(Linking("1", "99"), Linking("99", "5"), Linking("1", "5", "Friend"), nowhere, Linking("2", "5"), Linking("2", "5"));

        Assert.Equal(
            [EditResult.Rejected, EditResult.Rejected, EditResult.Rejected, EditResult.Rejected, EditResult.Updated, EditResult.Rejected], results.Select(result => result.Result));
        Assert.Contains("knows no record 99 among", results[0].Reason, StringComparison.Ordinal);
        Assert.Contains("knows no record 99 among", results[1].Reason, StringComparison.Ordinal);
        Assert.Contains("none of the link types", results[2].Reason, StringComparison.Ordinal);
        Assert.Contains("no stream nothings", results[3].Reason, StringComparison.Ordinal);
        Assert.Contains("more than once", results[5].Reason, StringComparison.Ordinal);
        Assert.Equal(["2-5"], world.Crm.Written);
    }

    [Fact]
    public async Task A_change_whose_record_was_erased_meanwhile_ends_and_holds_up_no_other()
    {
        await using var world = await LinkedAsync();

        var results = await world.EditAsync(Linking("1", "5") with { Wanted = null }, Linking("2", "5"));

        Assert.Equal([EditResult.Rejected, EditResult.Updated], results.Select(result => result.Result));
        Assert.Contains("erased", results[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_tells_what_would_happen_to_links_and_writes_nothing()
    {
        await using var world = await LinkedAsync(("1", "5"));

        var results = await world.EditAsync(ConflictRule.Stop, true, Linking("1", "6"), Unlinking("1", "5"));

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Contains("\"other\":\"6\"", results[0].After, StringComparison.Ordinal);
        Assert.Equal("{\"associations.companies\":[]}", results[1].After);
        Assert.Empty(world.Crm.Written);
    }

    [Theory]
    [InlineData(WriteTrouble.AnswerLost)]
    [InlineData(WriteTrouble.NeverArrives)]
    public async Task I28_a_link_that_was_not_heard_of_is_settled_by_the_links_and_written_once(object trouble)
    {
        await using var world = await LinkedAsync(("2", "5"));
        world.Crm.WriteTroubles.Enqueue((WriteTrouble)trouble);

        var results = await world.EditAsync(Linking("1", "5"));

        Assert.Equal(EditResult.Updated, results[0].Result);
        Assert.Equal(["1-5"], world.Crm.Written);
        await world.AssertLinksEqualAsync();
    }

    [Theory]
    [InlineData(WriteTrouble.Dies, 0)]
    [InlineData(WriteTrouble.DiesAfterwards, 0)]
    [InlineData(WriteTrouble.Dies, 1)]
    [InlineData(WriteTrouble.DiesAfterwards, 1)]
    public async Task I28_after_a_crash_between_sending_and_hearing_every_link_is_accounted_for_and_can_be_taken_back(object trouble, int writesBefore)
    {
        await using var world = await LinkedAsync(("2", "5"));
        world.Edits.Add("run", Linking("1", "5", "Primary") with { Position = 0 }, Unlinking("2", "5") with { Position = 1 });
        var order = new EditOrder("run", SmallCrm.Contacts, false, ConflictRule.Stop);
        for (var i = 0; i < writesBefore; i++)
            world.Crm.WriteTroubles.Enqueue(null);
        world.Crm.WriteTroubles.Enqueue((WriteTrouble)trouble);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.RunEditAsync(order));
        await world.RestartAsync();

        var report = await world.RunEditAsync(order);

        Assert.True(report.IsSettled);
        Assert.All(world.Edits.Of("run"), result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal(["1-5", "2-5"], world.Crm.Written.Order());
        await world.AssertLinksEqualAsync();
        await world.EditAsync(
            ConflictRule.WriteOthers, false, [.. world.Edits.Of("run").SelectMany(item => Undo.LinksOf(item, 0)).Select((item, position) => item with { Position = position })]);
        Assert.Equal([("2", "5")], world.Crm.Links);
        Assert.Empty(world.Crm.Primary);
        await world.AssertLinksEqualAsync();
    }

    private static async Task<SmallWorld> LinkedAsync(params (string Contact, string Company)[] links)
    {
        var world = await SmallWorld.StartAsync(contacts: 4, companies: 3);
        foreach (var link in links)
            world.Crm.Links.Add(link);
        await world.SyncAsync(SyncKind.Onboarding);
        return world;
    }
}
