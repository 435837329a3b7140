using System.Text.Json;
using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Engine.Tests.World;
using static Trueup.Engine.Tests.World.SmallWorld;

namespace Trueup.Engine.Tests;

/// <summary>Edits: what people change in the mirror, and the CRM follows (invariant I28).</summary>
public sealed class EditTests
{
    [Fact]
    public async Task An_edit_reaches_the_crm_and_the_mirror_follows_from_the_answer_with_one_read_and_one_write_a_batch()
    {
        await using var world = await SmallWorld.OnboardedAsync(25);
        var before = world.Crm.Calls;

        var results = await world.EditAsync([.. Enumerable.Range(1, 20).Select(id => Change($"{id}", ("city", "Lübeck")))]);

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal(("{\"city\":\"Kiel\"}", "{\"city\":\"Lübeck\"}"), (results[0].Before, results[0].After));
        Assert.Equal(4, world.Crm.Calls - before);
        await world.AssertEqualAsync();
    }

    [Theory]
    [InlineData(24, 6)]
    [InlineData(25, 2)]
    public async Task Many_changes_go_in_batches_as_large_as_the_crm_takes_for_many(int changes, int calls)
    {
        await using var world = await SmallWorld.OnboardedAsync(30);
        world.Crm.Writing = world.Crm.Writing with { LargeFrom = 25, RecordsPerLargeBatch = 1_500 };
        var before = world.Crm.Calls;

        var results = await world.EditAsync([.. Enumerable.Range(1, changes).Select(id => Change($"{id}", ("city", "Lübeck")))]);

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal(calls, world.Crm.Calls - before);
        Assert.Equal(0, world.Crm.Settlements);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Where_the_answer_tells_nothing_the_records_are_read_again()
    {
        await using var world = await SmallWorld.OnboardedAsync(3);
        world.Crm.TellsValues = false;

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")));

        Assert.Equal((EditResult.Updated, "{\"city\":\"Lübeck\"}"), (results[0].Result, results[0].After));
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Syncs_after_an_edit_find_nothing_to_do_and_make_no_echo()
    {
        await using var world = await SmallWorld.OnboardedAsync(12);
        world.Crm.IndexLag = TimeSpan.FromMinutes(4);
        await world.EditAsync(Change("3", ("city", "Lübeck")), Change("4", ("name", "New")));
        var events = (await world.Mirror.ChangesAsync(0, 1_000, CancellationToken.None)).Count;

        var hourly = await world.SyncAsync(SyncKind.Hourly);
        var full = await world.SyncAsync(SyncKind.Full);

        Assert.Equal((SyncStatus.Verified, 0L), (hourly.Status, hourly.Streams.Sum(stream => stream.Updated)));
        Assert.Equal((SyncStatus.Verified, 0L), (full.Status, full.Streams.Sum(stream => stream.Updated + stream.RowsWritten)));
        Assert.Equal(events, (await world.Mirror.ChangesAsync(0, 1_000, CancellationToken.None)).Count);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Changes_of_different_fields_are_both_kept_and_of_the_same_field_conflict_with_both_values()
    {
        await using var world = await SmallWorld.OnboardedAsync(3);
        world.Crm.Edit(SmallCrm.Contacts, "1", "name", "Changed there");
        world.Crm.Edit(SmallCrm.Contacts, "2", "city", "Changed there");

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")), Change("2", ("city", "Lübeck"), ("name", "Mine")));

        Assert.Equal(EditResult.Updated, results[0].Result);
        Assert.Equal(EditResult.Conflict, results[1].Result);
        Assert.Equal("{\"city\":\"Changed there\"}", results[1].Current);
        Assert.Contains("Kiel", results[1].Before, StringComparison.Ordinal);
        Assert.Contains("Lübeck", results[1].After, StringComparison.Ordinal);
        Assert.Equal(["1"], world.Crm.Written);
        await world.AssertEqualAsync();
    }

    [Theory]
    [InlineData("Eve", "city was last changed by Eve at 2026-03-28")]
    [InlineData(null, "the record was last modified 2026-03-28")]
    public async Task A_conflict_says_who_changed_the_field_and_when_where_the_crm_tells(string? author, string words)
    {
        await using var world = await SmallWorld.OnboardedAsync(3);
        world.Crm.Author = author;
        world.Crm.Edit(SmallCrm.Contacts, "2", "city", "Changed there");

        var results = await world.EditAsync(Change("2", ("city", "Lübeck")));

        Assert.Equal(EditResult.Conflict, results[0].Result);
        Assert.Contains(words, results[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conflict_is_written_over_where_that_was_asked_for()
    {
        await using var world = await SmallWorld.OnboardedAsync(3);
        world.Crm.Edit(SmallCrm.Contacts, "2", "city", "Changed there");

        var results = await world.EditAsync(ConflictRule.Overwrite, false, Change("2", ("city", "Lübeck")));

        Assert.Equal((EditResult.Updated, "{\"city\":\"Changed there\"}"), (results[0].Result, results[0].Before));
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task What_the_user_saw_counts_and_not_what_the_mirror_learned_meanwhile()
    {
        await using var world = await SmallWorld.OnboardedAsync(3);
        world.Crm.Edit(SmallCrm.Contacts, "1", "city", "Changed there");
        await world.SyncAsync(SyncKind.Hourly);

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")) with { Seen = "{\"city\":\"Kiel\"}" });

        Assert.Equal(EditResult.Conflict, results[0].Result);
    }

    [Fact]
    public async Task What_the_crm_holds_already_is_not_sent()
    {
        await using var world = await SmallWorld.OnboardedAsync(3);

        var results = await world.EditAsync(Change("1", ("city", "Kiel")));

        Assert.Equal(EditResult.Unmodified, results[0].Result);
        Assert.Empty(world.Crm.Written);
    }

    [Fact]
    public async Task A_preview_tells_what_would_happen_and_writes_nothing()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.Edit(SmallCrm.Contacts, "2", "city", "Changed there");

        var results = await world.EditAsync(
            ConflictRule.Stop, true, Change("1", ("city", "Lübeck")), Change("2", ("city", "Lübeck")), Change("3", ("nonsense", "x")), Creation(("name", "New")), Deletion("4"));

        Assert.Equal([EditResult.Updated, EditResult.Conflict, EditResult.Rejected, EditResult.Created, EditResult.Deleted], results.Select(result => result.Result));
        Assert.Empty(world.Crm.Written);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task What_the_mirror_knows_to_be_wrong_is_refused_before_anything_is_sent_and_the_rest_is_written()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.CalculatedNames.Add("name");
        await world.SyncAsync(SyncKind.Hourly);

        var results = await world.EditAsync(
            Change("1", ("nonsense", "x")), Change("2", ("name", "x")), Change("99", ("city", "x")), Change("3"), Change("4", ("city", "Lübeck")), Change("4", ("city", "Kiel")));

        Assert.Equal(
            [EditResult.Rejected, EditResult.Rejected, EditResult.Rejected, EditResult.Rejected, EditResult.Updated, EditResult.Rejected], results.Select(result => result.Result));
        Assert.Contains("have no field \"nonsense\"", results[0].Reason, StringComparison.Ordinal);
        Assert.Contains("calculated", results[1].Reason, StringComparison.Ordinal);
        Assert.Contains("knows no record 99", results[2].Reason, StringComparison.Ordinal);
        Assert.Equal("No field is set.", results[3].Reason);
        Assert.Contains("more than once", results[5].Reason, StringComparison.Ordinal);
        Assert.Equal(["4"], world.Crm.Written);
    }

    [Fact]
    public async Task One_record_that_the_crm_refuses_is_told_in_its_words_and_the_others_are_written()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.Refuses = record => record.Id.Value == "2" ? "City must be in Germany" : null;

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")), Change("2", ("city", "Graz")), Change("3", ("city", "Lübeck")));

        Assert.Equal([EditResult.Updated, EditResult.Rejected, EditResult.Updated], results.Select(result => result.Result));
        Assert.Equal("City must be in Germany", results[1].Reason);
        await world.AssertEqualAsync();
    }

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

    [Theory]
    [InlineData(true, EditResult.Conflict)]
    [InlineData(false, EditResult.Deleted)]
    public async Task What_somebody_said_in_a_record_since_is_not_deleted_though_nobody_can_write_that_field(bool isContent, EditResult expected)
    {
        await using var world = await SmallWorld.StartAsync(5);
        world.Crm.FieldNames.Add("said");
        world.Crm.ReadOnlyNames.Add("said");
        world.Crm.Writing = world.Crm.Writing with { ContentFields = isContent ? ["said"] : [] };
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Edit(SmallCrm.Contacts, "1", "said", "More");

        var lost = await world.EditAsync(Deletion("1"));

        Assert.Equal((expected, isContent ? "{\"said\":\"More\"}" : null), (lost[0].Result, lost[0].Current));
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

    [Fact]
    public async Task A_quota_that_is_used_up_ends_the_run_and_every_change_says_that_it_was_not_sent()
    {
        await using var world = await SmallWorld.OnboardedAsync(30);
        world.Crm.WriteTroubles.Enqueue(null);
        world.Crm.WriteTroubles.Enqueue(WriteTrouble.Quota);

        var results = await world.EditAsync([.. Enumerable.Range(1, 30).Select(id => Change($"{id}", ("city", "Lübeck")))]);

        Assert.Equal((10, 20), (results.Count(result => result.Result == EditResult.Updated), results.Count(result => result.Reason == "Not sent: The quota is used up.")));
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_deleted_record_leaves_the_mirror_at_once_and_undo_brings_it_back()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);

        var deleted = await world.EditAsync(Deletion("2"));
        var stream = (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == SmallCrm.Contacts);
        Assert.Equal((EditResult.Deleted, 4L), (deleted[0].Result, stream.Live));
        await world.AssertEqualAsync();

        var restored = await world.EditAsync(ConflictRule.WriteOthers, false, Undo.Of(deleted[0], 0, stream, world.Crm.Writing)!);
        Assert.Equal(EditResult.Restored, restored[0].Result);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Where_the_app_cannot_restore_undo_makes_the_record_anew_with_the_values_it_had()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.Writing = world.Crm.Writing with { Restores = false };
        var deleted = await world.EditAsync(Deletion("2"));
        var stream = (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == SmallCrm.Contacts);

        var made = await world.EditAsync(ConflictRule.WriteOthers, false, Undo.Of(deleted[0], 0, stream, world.Crm.Writing)!);

        Assert.Equal((EditResult.Created, "6"), (made[0].Result, made[0].Id.Value));
        Assert.Contains("under another id, since the app cannot bring it back; records that were linked to it", made[0].Reason, StringComparison.Ordinal);
        Assert.Contains("Contact 1", world.Crm.Live(SmallCrm.Contacts)["6"], StringComparison.Ordinal);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_record_that_changed_since_the_mirror_saw_it_is_not_deleted_unless_that_was_asked_for()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.Edit(SmallCrm.Contacts, "2", "city", "Changed there");

        var stopped = await world.EditAsync(Deletion("2"));
        world.Crm.Edit(SmallCrm.Contacts, "2", "city", "Changed again");
        var deleted = await world.EditAsync(ConflictRule.Overwrite, false, Deletion("2"));

        Assert.Equal((EditResult.Conflict, "{\"city\":\"Changed there\"}"), (stopped[0].Result, stopped[0].Current));
        Assert.Equal(EditResult.Deleted, deleted[0].Result);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Undo_restores_what_still_holds_what_was_written_and_leaves_what_changed_since()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        var done = await world.EditAsync(Change("1", ("city", "Lübeck"), ("name", "Mine")), Change("2", ("city", "Lübeck")), Creation(("name", "Ada")));
        var stream = (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == SmallCrm.Contacts);
        world.Crm.Edit(SmallCrm.Contacts, "1", "name", "Theirs");

        var undone = await world.EditAsync(ConflictRule.WriteOthers, false, [.. done.Select((item, position) => Undo.Of(item, position, stream, world.Crm.Writing)!)]);

        Assert.Equal([EditResult.Conflict, EditResult.Updated, EditResult.Deleted], undone.Select(result => result.Result));
        Assert.Equal("{\"name\":\"Theirs\"}", undone[0].Current);
        Assert.Contains("Kiel", world.Crm.Live(SmallCrm.Contacts)["1"], StringComparison.Ordinal);
        Assert.Equal(5, world.Crm.Live(SmallCrm.Contacts).Count);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_change_of_a_merged_record_names_the_one_that_it_was_merged_into()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        var survivor = world.Crm.Merge(SmallCrm.Contacts, "1", "2");

        var results = await world.EditAsync(Change("2", ("city", "Lübeck")));

        Assert.Equal(EditResult.Rejected, results[0].Result);
        Assert.Contains($"merged into {survivor}", results[0].Reason, StringComparison.Ordinal);
        Assert.Empty(world.Crm.Written);
    }

    [Fact]
    public async Task A_value_that_the_app_says_it_wrote_but_did_not_is_noticed()
    {
        await using var world = await SmallWorld.OnboardedAsync(5);
        world.Crm.TellsValues = false;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            // Automation puts the old value back before anybody reads.
            if (endpoint == "by-id" && world.Crm.Written.Count > 0)
                world.Crm.Edit(SmallCrm.Contacts, "1", "city", "Kiel");
        };

        var results = await world.EditAsync(Change("1", ("city", "Lübeck")));

        Assert.Equal(EditResult.Rejected, results[0].Result);
        Assert.Contains("city did not change", results[0].Reason, StringComparison.Ordinal);
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
