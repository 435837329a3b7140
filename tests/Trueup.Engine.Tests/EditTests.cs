using System.Text.Json;
using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Engine.Tests.World;
using static Trueup.Engine.Tests.World.SmallWorld;

namespace Trueup.Engine.Tests;

/// <summary>Edits: what people change in the mirror, and the CRM follows.</summary>
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
}
