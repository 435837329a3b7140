using Trueup.Contract;
using Trueup.Engine.Tests.World;

namespace Trueup.Engine.Tests;

public sealed class SyncTests
{
    private static StreamName Contacts => SmallCrm.Contacts;

    [Fact]
    public async Task Onboarding_ends_verified_and_the_mirror_equals_the_crm()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 95, companies: 7);

        var report = await world.SyncAsync(SyncKind.Onboarding);

        Assert.Null(report.Reason);
        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.Null(world.Engine.Onboarding);
        Assert.Equal(95, report.Streams.Single(stream => stream.Stream == Contacts).Created);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Two_empty_syncs_of_any_kind_change_nothing_and_rewrite_no_row()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 50, companies: 5);
        await world.SyncAsync(SyncKind.Onboarding);

        foreach (var kind in new[] { SyncKind.Hourly, SyncKind.Login, SyncKind.LastHour, SyncKind.LastDay, SyncKind.Nightly, SyncKind.Full })
        {
            for (var time = 0; time < 2; time++)
            {
                var report = await world.SyncAsync(kind);
                Assert.Equal(SyncStatus.Verified, report.Status);
                Assert.All(report.Streams, stream => Assert.Equal((0, 0, 0, 0, 0), (stream.Created, stream.Updated, stream.Buried, stream.RowsWritten, stream.LinksChanged)));
            }
        }
    }

    [Fact]
    public async Task An_hourly_sync_brings_edits_and_new_records_without_reading_the_rest()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 500);
        await world.SyncAsync(SyncKind.Onboarding);
        await world.SyncAsync(SyncKind.Hourly);
        world.Crm.Edit(Contacts, "3", "city", "Bonn");
        world.Crm.Create(Contacts, "New");

        var calls = world.Crm.Calls;
        var report = await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.InRange(world.Crm.Calls - calls, 1, 12);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task G01_records_that_share_one_stamp_with_the_watermark_are_not_skipped()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 300);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Clock.AutoAdvanceAmount = TimeSpan.Zero;
        for (var id = 1; id <= 300; id++)
            world.Crm.Edit(Contacts, id.ToString(), "city", "Rom");
        world.Clock.AutoAdvanceAmount = TimeSpan.FromMilliseconds(1);
        world.Crm.BeforePage = (endpoint, page) =>
        {
            if (endpoint == "search" && page == 20)
                throw new CrmRefusedException("The test stops the read here.");
        };
        await world.SyncAsync(SyncKind.Hourly);
        world.Crm.BeforePage = null;
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Hourly);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task G34_records_that_show_up_late_are_caught_without_a_full_sync()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.IndexLag = TimeSpan.FromMinutes(4);
        for (var round = 0; round < 10; round++)
        {
            world.Crm.Edit(Contacts, (1 + round).ToString(), "city", $"City {round}");
            world.Clock.Advance(TimeSpan.FromSeconds(30));
            await world.RunAsync(new SyncRequest($"r{round}", SyncKind.LastHour));
        }

        await world.SyncAsync(SyncKind.LastHour);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task G71_a_list_that_fails_half_way_buries_nothing_and_the_sync_says_so()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 100);
        await world.SyncAsync(SyncKind.Onboarding);
        var lists = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "list" && ++lists > 3)
                throw new CrmUnavailableException("The app answers 500.");
        };

        var report = await world.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, report.Streams.Single(stream => stream.Stream == Contacts).Status);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task G74_a_stream_that_may_no_longer_be_read_keeps_its_records_and_the_others_go_on()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 50, companies: 5);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Forbidden.Add(Contacts);
        world.Crm.Edit(SmallCrm.Companies, "51", "city", "Bonn");

        var report = await world.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Partial, report.Status);
        Assert.Contains("scope", report.Reason);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_stream_that_is_not_listed_any_more_because_it_may_not_be_read_is_refused_and_not_retired()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 50, companies: 5);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Unlisted[SmallCrm.Companies] = new CrmForbiddenException("The app lacks the scope to read companies.");

        var report = await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal(SyncStatus.Partial, report.Status);
        Assert.Contains("lacks the scope", report.Reason);
        Assert.DoesNotContain(report.MetadataChanges, change => change.Change == "retired");
        world.Crm.Unlisted.Clear();
        Assert.Equal(SyncStatus.Verified, (await world.SyncAsync(SyncKind.Hourly)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_is_not_listed_any_more_is_retired_only_if_the_crm_does_not_know_it(bool isKnown)
    {
        await using var world = await SmallWorld.StartAsync(contacts: 50, companies: 5);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Unlisted[SmallCrm.Companies] = isKnown ? null : new CrmNotFoundException("There is no such stream.");

        var report = await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.Equal(isKnown ? 0 : 1, report.MetadataChanges.Count(change => change.Change == "retired"));
        await world.AssertEqualAsync();
    }

    [Theory]
    [InlineData(SyncKind.Hourly)]
    [InlineData(SyncKind.Login)]
    [InlineData(SyncKind.Full)]
    public async Task What_a_quiet_sync_will_cost_is_told_exactly(SyncKind kind)
    {
        await using var world = await SmallWorld.StartAsync(contacts: 95, companies: 5);
        await world.SyncAsync(SyncKind.Onboarding);
        await world.SyncAsync(kind);
        var plan = await world.Engine.ExplainAsync(kind, CancellationToken.None);

        var report = await world.SyncAsync(kind);

        Assert.Equal(report.ApiCalls, report.Steps.Sum(step => step.ActualCalls));
        Assert.Equal(report.ApiCalls, plan.Sum(step => step.ForecastCalls));
    }

    [Fact]
    public async Task Deletes_and_merges_arrive_with_the_nightly_sync_each_with_its_cause()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 100);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Archive(Contacts, "1");
        world.Crm.Purge(Contacts, "2");
        var survivor = world.Crm.Merge(Contacts, "3", "4");

        var report = await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(SyncStatus.Verified, report.Status);
        var contacts = report.Streams.Single(stream => stream.Stream == Contacts);
        Assert.Equal((2, 2), (contacts.Buried, contacts.Merged));
        await world.AssertEqualAsync();
        Assert.Equal(survivor, (await world.Mirror.ResolveAsync(Contacts, new RecordId("4"), CancellationToken.None)).Value);
        var buried = await world.Mirror.LoadAsync(Contacts, [new RecordId("1"), new RecordId("2")], CancellationToken.None);
        Assert.Equal([GoneCause.Archived, GoneCause.Deleted], buried.OrderBy(record => record.Id.Value, StringComparer.Ordinal).Select(record => record.Gone!.Cause));
    }

    [Fact]
    public async Task A_last_day_sync_brings_deletes_and_merges()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 60);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Archive(Contacts, "5");
        world.Crm.Merge(Contacts, "6", "7");

        Assert.Equal(SyncStatus.Verified, (await world.SyncAsync(SyncKind.LastDay)).Status);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_restored_record_comes_back()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 30);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Archive(Contacts, "5");
        await world.SyncAsync(SyncKind.Nightly);
        world.Crm.Restore(Contacts, "5");

        await world.SyncAsync(SyncKind.Nightly);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task An_hourly_sync_whose_counts_differ_finds_out_why_where_that_is_cheap()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 30);
        world.Crm.Archive(Contacts, "5");
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Restore(Contacts, "5");

        var report = await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.Contains(report.Steps, step => step.Reason.StartsWith("The counts differ", StringComparison.Ordinal));
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_mass_delete_stops_at_the_brake_and_goes_on_when_a_person_says_so()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        for (var id = 1; id <= 150; id++)
            world.Crm.Archive(Contacts, id.ToString());

        var braked = await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(SyncStatus.Unverified, braked.Status);
        Assert.Equal(150, world.Engine.Braked[Contacts]);
        Assert.Equal(400, (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == Contacts).Live);

        Assert.True(await world.Engine.AnswerBrakeAsync(Contacts, bury: true, CancellationToken.None));
        Assert.Equal(SyncStatus.Verified, (await world.SyncAsync(SyncKind.Full)).Status);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task Records_that_a_person_decided_to_keep_are_not_asked_about_again()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        for (var id = 1; id <= 150; id++)
            world.Crm.Archive(Contacts, id.ToString());
        await world.SyncAsync(SyncKind.Nightly);
        await world.Engine.AnswerBrakeAsync(Contacts, bury: false, CancellationToken.None);

        var report = await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(SyncStatus.Unverified, report.Status);
        Assert.Contains("as you decided", report.Reason);
        Assert.Empty(world.Engine.Braked);
    }

    [Fact]
    public async Task An_enumeration_that_leaves_live_records_out_buries_none_of_them()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 80);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.HiddenFromList.UnionWith(["3", "4", "5"]);

        await world.SyncAsync(SyncKind.Nightly);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task I16_a_computed_value_that_moves_no_stamp_is_right_after_the_nightly_sync()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 30);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Recompute(Contacts, "9", "city", "Ulm");

        await world.SyncAsync(SyncKind.Nightly);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task G146_a_field_that_appears_is_found_within_the_hour_and_filled_in_for_old_records()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 60);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.FieldNames.Add("tier");
        for (var id = 1; id <= 40; id++)
            world.Crm.Recompute(Contacts, id.ToString(), "tier", "gold");

        var report = await world.SyncAsync(SyncKind.Hourly);

        Assert.Contains(new MetadataChange(Contacts, "tier", "added"), report.MetadataChanges);
        Assert.Equal(40, report.Streams.Single(stream => stream.Stream == Contacts).Updated);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_removed_field_is_retired_and_its_values_are_kept()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.FieldNames.Remove("city");

        await world.SyncAsync(SyncKind.Nightly);
        world.Crm.Edit(Contacts, "1", "name", "Changed");
        await world.SyncAsync(SyncKind.Hourly);

        var stream = (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == Contacts);
        Assert.NotNull(stream.Fields.Single(field => field.Definition.Name == "city").RetiredAt);
        var record = (await world.Mirror.LoadAsync(Contacts, [new RecordId("1")], CancellationToken.None)).Single();
        Assert.Contains("Kiel", System.Text.Encoding.UTF8.GetString(record.Properties.Span));
    }

    [Fact]
    public async Task I4_whatever_happens_while_everything_is_read_is_mirrored_by_the_same_sync()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 100);
        world.Crm.BeforePage = (endpoint, page) =>
        {
            if (endpoint != "list")
                return;
            if (page == 5)
            {
                world.Crm.Edit(Contacts, "1", "city", "Late");
                world.Crm.Archive(Contacts, "2");
                world.Crm.Create(Contacts, "Born during the read");
                world.Crm.Merge(Contacts, "3", "99");
            }
        };

        var report = await world.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Verified, report.Status);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task An_onboarding_that_dies_half_way_goes_on_from_its_cursor()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 25_000);
        world.Crm.RecordsPerPage = 100;
        var lists = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "list" && ++lists == 240)
                throw new InvalidOperationException("The process dies here.");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.SyncAsync(SyncKind.Onboarding));
        world.Crm.BeforePage = (endpoint, _) => lists += endpoint == "list" ? 1 : 0;
        await world.RestartAsync();

        var report = await world.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.InRange(lists, 250, 400);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task G169_links_that_move_no_stamp_are_right_after_the_nightly_sync()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 50, companies: 3);
        for (var id = 1; id <= 50; id++)
            world.Crm.Links.Add((id.ToString(), "51"));
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Links.Remove(("7", "51"));
        world.Crm.Links.Add(("8", "52"));

        await world.SyncAsync(SyncKind.Nightly);

        await AssertLinksAsync(world);
    }

    [Fact]
    public async Task The_links_of_a_changed_record_are_read_with_it_from_either_end()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 3);
        world.Crm.Links.Add(("1", "11"));
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Links.Remove(("1", "11"));
        world.Crm.Links.Add(("2", "12"));
        world.Crm.Edit(Contacts, "1", "city", "Bonn");
        world.Crm.Edit(SmallCrm.Companies, "12", "city", "Bonn");

        await world.SyncAsync(SyncKind.Hourly);

        await AssertLinksAsync(world);
    }

    [Fact]
    public async Task Syncing_single_records_tells_live_deleted_and_merged_apart()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Edit(Contacts, "1", "city", "Bonn");
        world.Crm.Purge(Contacts, "2");
        world.Crm.Archive(Contacts, "3");

        var report = await world.SyncAsync(SyncKind.Records, Contacts, "1", "2", "3");

        var contacts = report.Streams.Single(stream => stream.Stream == Contacts);
        Assert.Equal((1, 2), (contacts.Updated, contacts.Buried));
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task I27_a_writer_that_was_replaced_cannot_write_any_more()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        var zombie = world.Engine;
        await world.RestartAsync();

        await Assert.ThrowsAsync<FencedOffException>(() => zombie.RunAsync(new SyncRequest("z", SyncKind.Onboarding), _ => { }, CancellationToken.None));
    }

    [Fact]
    public async Task A_mirror_is_never_pointed_at_another_account()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.ExternalId = "portal 2";

        var report = await world.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.Contains("portal 2", report.Reason);
    }

    [Fact]
    public async Task Verifying_names_what_differs_and_changes_nothing()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 20);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Edit(Contacts, "1", "city", "Bonn");
        world.Crm.Purge(Contacts, "2");
        var created = world.Crm.Create(Contacts, "New");

        var report = await world.Engine.VerifyAsync(Contacts, _ => { }, CancellationToken.None);

        var drift = report.Streams.Single().Drift;
        Assert.Equal(["1"], drift.Different);
        Assert.Equal(["2"], drift.Extra);
        Assert.Equal([created], drift.Missing);
        Assert.Equal(20, (await world.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name == Contacts).Live);
    }

    [Fact]
    public async Task I30_whoever_tails_the_change_feed_ends_equal_to_the_mirror()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 40);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.Archive(Contacts, "1");
        world.Crm.Merge(Contacts, "2", "3");
        world.Crm.Edit(Contacts, "4", "city", "Bonn");
        await world.SyncAsync(SyncKind.Nightly);

        var tail = new HashSet<string>();
        long position = 0;
        while (await world.Mirror.ChangesAsync(position, 7, CancellationToken.None) is { Count: > 0 } events)
        {
            foreach (var change in events)
            {
                Assert.Equal(position + 1, change.Position);
                position = change.Position;
                if (change.Kind is ChangeKind.Buried or ChangeKind.Merged)
                    tail.Remove(change.Id.Value);
                else
                    tail.Add(change.Id.Value);
            }
        }

        Assert.Equal(world.Crm.Live(Contacts).Keys.Order(), tail.Order());
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
